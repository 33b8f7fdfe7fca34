// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The file system has no room for the next segment. Nothing that was accepted is lost: the journal goes on by itself as
 * soon as there is room again. What was refused may be appended again then.
 */
public final class StorageFullException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** The sequence that was waited for; 0 if nothing was appended. */
    private final long acceptedSequence;

    /**
     * Creates the exception.
     *
     * @param message what there was no room for
     * @param cause what the file system said
     */
    public StorageFullException(final String message, final Throwable cause) {
        this(message, cause, 0);
    }

    StorageFullException(final String message, final Throwable cause, final long acceptedSequence) {
        super(message, cause);
        this.acceptedSequence = acceptedSequence;
    }

    /**
     * Tells a record that was accepted and waits for room from one that was refused: whoever appends the first once more
     * has it twice.
     *
     * @return the sequence that was waited for, if a record has it; 0 if nothing was appended
     */
    public long acceptedSequence() {
        return acceptedSequence;
    }
}
