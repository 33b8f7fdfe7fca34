// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line on standard error and an exit code. */
final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(final int exitCode, final String message) {
        this(exitCode, message, null);
    }

    CommandException(final int exitCode, final String message, final @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    /** What an exception says, in one line. */
    static String messageOf(final Throwable problem) {
        final String message = problem.getMessage();
        return (message == null || message.isBlank() ? problem.toString() : message).replaceAll("\\R", " ");
    }
}
