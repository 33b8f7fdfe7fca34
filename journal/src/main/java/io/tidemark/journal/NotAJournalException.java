// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The directory holds no journal: it is missing, is no directory, or other things lie in it; or not the journal that was expected:
 * another took its place. {@link Journal#open} makes a journal only in a directory that is missing or empty.
 */
public class NotAJournalException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public NotAJournalException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public NotAJournalException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
