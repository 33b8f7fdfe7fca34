// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The file system refused a call: access was denied, it is read-only, it vanished, or the device failed. The message names the
 * file or directory. Who sets that right may try again, unless it was a force that failed: see {@link JournalFailedException}.
 */
public class StorageException extends JournalException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public StorageException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public StorageException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
