// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The file system has no room for the next segment. Nothing that was accepted is lost: the journal goes on by itself as
 * soon as there is room again.
 */
public final class StorageFullException extends StorageException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what there was no room for
     * @param cause what the file system said
     */
    public StorageFullException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
