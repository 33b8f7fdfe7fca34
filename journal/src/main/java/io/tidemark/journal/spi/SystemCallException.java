// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

import java.io.IOException;

/** A call to the operating system failed. The message names the call and says what the system's number means. */
public final class SystemCallException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Of the system: {@code errno}, on Windows {@code GetLastError}. */
    private final int errorNumber;

    /** Whether what failed was room. */
    private final boolean noSpace;

    /**
     * Creates the exception.
     *
     * @param message what was called, and what the system said, in words
     * @param errorNumber of the system: {@code errno}, on Windows {@code GetLastError}
     * @param noSpace whether what failed was room: a full file system, or a quota
     */
    public SystemCallException(final String message, final int errorNumber, final boolean noSpace) {
        super(message);
        this.errorNumber = errorNumber;
        this.noSpace = noSpace;
    }

    /**
     * The number that the system gave.
     *
     * @return {@code errno}, on Windows {@code GetLastError}
     */
    public int errorNumber() {
        return errorNumber;
    }

    /**
     * Whether there was no room, which is no failure of the journal.
     *
     * @return whether the file system is full, or the user's quota used up
     */
    public boolean isNoSpace() {
        return noSpace;
    }
}
