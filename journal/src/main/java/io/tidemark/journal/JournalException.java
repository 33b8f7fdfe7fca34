// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Something kept the journal from doing what it was asked. The message says what, where, what was expected, what was
 * found, and what can be done. Unchecked, because most callers can only pass it on; those who can do more catch one of
 * the subclasses.
 */
public class JournalException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public JournalException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public JournalException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
