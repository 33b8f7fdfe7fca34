// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.CorruptJournalException;
import io.tidemark.journal.IncompatibleFormatException;
import io.tidemark.journal.NotAJournalException;

/** Exit codes, one table for all commands; {@code verify}, {@code repair} and {@code storage-check} have some of their own. */
final class ExitCode {

    static final int OK = 0;

    /** The environment refused: input or output, a full disk, no permission, another writer. */
    static final int REFUSED = 1;

    /** Wrong usage, or data that can't be used. */
    static final int BAD_INPUT = 2;

    /** Of {@code verify}: the tail is torn, nothing that had been durable is missing. */
    static final int TORN = 1;

    /** Of {@code verify}: damaged, or nothing that could be vouched for. */
    static final int NOT_VERIFIED = 2;

    /** Of {@code verify}: there is no journal. */
    static final int NOT_A_JOURNAL = 3;

    /** Of {@code repair}: the copy is made, but something was lost or left out. */
    static final int SALVAGED_IN_PART = 3;

    /** Of {@code storage-check}: no place for a journal. */
    static final int NOT_SUITABLE = 3;

    /** Of {@code doctor}: the journal works, but not for long, or not as promised. */
    static final int DOUBTFUL = 1;

    /** Of {@code doctor}: the journal can't be opened, or is not what it was. */
    static final int IN_TROUBLE = 2;

    private ExitCode() {}

    static int of(final Throwable problem) {
        if (problem instanceof CommandException command) {
            return command.exitCode();
        }
        final boolean badInput = problem instanceof NotAJournalException
                || problem instanceof CorruptJournalException
                || problem instanceof IncompatibleFormatException
                || problem instanceof IllegalArgumentException;
        return badInput ? BAD_INPUT : REFUSED;
    }

    static int ofVerify(final Throwable problem) {
        // Not 1, whatever it was: a script must not take a disk that can't be read for a torn tail.
        return problem instanceof NotAJournalException ? NOT_A_JOURNAL : NOT_VERIFIED;
    }
}
