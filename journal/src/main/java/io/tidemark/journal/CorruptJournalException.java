// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Bytes that had been durable are no longer what was written. The journal is never changed in answer to this: what is
 * damaged is reported, not cut away. Restore the file from a copy; without one, {@link JournalReader#repair} takes what is whole
 * into a new journal.
 */
public final class CorruptJournalException extends JournalException {

    private static final long serialVersionUID = 1L;

    /** Path of the damaged file. */
    private final String file;
    /** Offset of the damage in that file. */
    private final long offset;
    /** Sequence of the record that should be there. */
    private final long sequence;

    /**
     * Creates the exception.
     *
     * @param file that is damaged
     * @param offset in that file at which the damage was noticed, in bytes
     * @param sequence of the record that should be there; 0 if that can't be told
     * @param message what was expected and what was found
     */
    public CorruptJournalException(final String file, final long offset, final long sequence, final String message) {
        super("corrupt journal: " + message + ": file=" + file + ", offset=" + offset + ", sequence=" + sequence
                + "; restore the file from a copy, the journal was left as it is");
        this.file = file;
        this.offset = offset;
        this.sequence = sequence;
    }

    /**
     * The damaged file.
     *
     * @return its path
     */
    public String file() {
        return file;
    }

    /**
     * Where the damage was noticed.
     *
     * @return offset in the file, in bytes
     */
    public long offset() {
        return offset;
    }

    /**
     * The record that should be there.
     *
     * @return its sequence; 0 if that can't be told
     */
    public long sequence() {
        return sequence;
    }
}
