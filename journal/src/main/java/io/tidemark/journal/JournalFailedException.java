// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The journal ended itself because a force or another call that durability rests on failed; the cause says which. What
 * had become durable before is safe. After such a failure nobody knows what reached the disk, so nothing is retried: close
 * the journal and open it again, which reads what is really there.
 */
public final class JournalFailedException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what failed
     * @param cause the first failure
     */
    public JournalFailedException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
