// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The journal was written in a format that this version does not read: a newer one, or one too old. It is whole, and was not
 * changed: read it with the version that wrote it.
 */
public final class IncompatibleFormatException extends JournalException {

    private static final long serialVersionUID = 1L;

    /** Whether a newer version is needed, or else an older one. */
    private final boolean tooNew;

    /**
     * Creates the exception.
     *
     * @param tooNew whether a newer version of the software is needed, or else an older one
     * @param message what was found, where, and what can be read
     */
    public IncompatibleFormatException(final boolean tooNew, final String message) {
        super((tooNew ? "format too new: " : "format too old: ") + message);
        this.tooNew = tooNew;
    }

    /**
     * Tells in which direction the format is out of reach.
     *
     * @return true if a newer version of the software wrote it, false if it is older than what this one reads
     */
    public boolean isTooNew() {
        return tooNew;
    }
}
