// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Another writer has the journal open, in this process or in another. The lock ends with that process at the latest. To read, no
 * lock is needed: {@link JournalReader}.
 */
public class JournalLockedException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public JournalLockedException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public JournalLockedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
