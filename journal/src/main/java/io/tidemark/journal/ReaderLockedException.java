// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Somebody else uses the name of a reader, in this process or in another. It can be had when that one is closed, or when its
 * process has ended.
 */
public class ReaderLockedException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public ReaderLockedException(final String message) {
        super(message);
    }
}
