// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/**
 * The types of records. A user's are 0 and above; those below 0 are the journal's own, and bit 14 of such a type says
 * that a reader which does not know it may pass it over. All other unknown types stop a reader: they were written by a
 * newer version, and skipping them could change what the journal means.
 */
public final class RecordType {

    /** The lowest type a user may give. */
    public static final int USER_MIN = 0;

    /** The highest type a user may give. */
    public static final int USER_MAX = Short.MAX_VALUE;

    /**
     * Last frame of a segment: the journal goes on in the next one. It carries the sequence that the next record will
     * have, and takes none itself.
     */
    public static final int SEAL = (short) 0x8001;

    /**
     * Stands in the place of a claim that was aborted, so that sequences stay dense. Its payload is what the claim left
     * behind, zeroed.
     */
    public static final int ABORTED = (short) 0xC001;

    /**
     * A checkpoint: eight bytes, the sequence up to which the user's data was durable. It takes a sequence. The checkpoint
     * itself is told by {@code journal.meta}; the record tells readers where in the journal it was made.
     */
    public static final int CHECKPOINT = (short) 0xC002;

    private static final int SKIPPABLE_BIT = 0x4000;

    private RecordType() {}

    /**
     * Tells whether a record of this type is one that the user appended.
     *
     * @param type of a record
     * @return whether it is a user's
     */
    public static boolean isUser(final int type) {
        return type >= USER_MIN;
    }

    /**
     * Tells whether this version may read a journal that holds this type.
     *
     * @param type of a record
     * @return false if only a newer version can know what it means
     */
    public static boolean isReadable(final int type) {
        return type >= USER_MIN || type == SEAL || (type & SKIPPABLE_BIT) != 0;
    }

    /**
     * Tells whether a frame of this type takes a sequence of its own.
     *
     * @param type of a record
     * @return false for the seal alone
     */
    public static boolean takesSequence(final int type) {
        return type != SEAL;
    }
}
