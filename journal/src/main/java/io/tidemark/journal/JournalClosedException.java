// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The journal is closed, or was closed before what was waited for became durable. {@link Journal#durableSequence()} tells what is,
 * and opening the journal again goes on.
 */
public class JournalClosedException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public JournalClosedException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public JournalClosedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
