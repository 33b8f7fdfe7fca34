// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * The record that was to be read next lies before the head: it was truncated, before or while it was read. Nothing is
 * damaged. Who can do without what is gone goes on at {@link Start#atHead()}.
 */
public final class OvertakenException extends JournalException {

    private static final long serialVersionUID = 1L;

    /** The record that was wanted. */
    private final long sequence;

    /** The first that was left. */
    private final long headSequence;

    OvertakenException(final String directory, final long sequence, final long headSequence) {
        super("sequence was truncated: sequence=" + sequence + ", head=" + headSequence + ": directory=" + directory
                + "; begin at the head");
        this.sequence = sequence;
        this.headSequence = headSequence;
    }

    /**
     * The record that is gone.
     *
     * @return the sequence that was to be read next
     */
    public long sequence() {
        return sequence;
    }

    /**
     * Where the head was, and so how much is gone. It only moves forward, and may have moved on since: then who goes on at this
     * sequence is overtaken once more.
     *
     * @return the first sequence that may be read
     */
    public long headSequence() {
        return headSequence;
    }
}
