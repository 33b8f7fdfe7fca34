// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * One call across the seam, as a {@link FaultPlan} sees it.
 *
 * @param number of the call, from 1
 * @param kind of the call
 * @param name of the file as it is called now; for a rename "from -> to", and empty for calls on the directory
 * @param offset of the first byte, or 0
 * @param length in bytes, or 0
 */
public record StorageCall(long number, Kind kind, String name, long offset, long length) {

    /** What is called. */
    public enum Kind {
        /** {@link Storage#list()}. */
        LIST,
        /** {@link Storage#tryLock(String)}. */
        TRY_LOCK,
        /** {@link Storage#create(String)}. */
        CREATE,
        /** {@link Storage#open(String, boolean)}. */
        OPEN,
        /** {@link Storage#rename(String, String)}. */
        RENAME,
        /** {@link Storage#delete(String)}. */
        DELETE,
        /** {@link Storage#forceDirectory()}. */
        FORCE_DIRECTORY,
        /** {@link Storage#usableSpace()}. */
        USABLE_SPACE,
        /** {@link Storage#copiesOnWrite()}. */
        COPIES_ON_WRITE,
        /** {@link Storage#leases(String, boolean)}. */
        LEASES,
        /** {@link SegmentLeases#tryHold(long)}; the segment stands in the place of the offset, as for the next three. */
        HOLD,
        /** {@link SegmentLeases#letGo(long)}. */
        LET_GO,
        /** {@link SegmentLeases#tryClaim(long)}. */
        CLAIM,
        /** {@link SegmentLeases#unclaim(long)}. */
        UNCLAIM,
        /** {@link SegmentLeases#close()}. */
        CLOSE_LEASES,
        /** {@link Storage#close()}. */
        CLOSE_STORAGE,
        /** {@link StorageFile#length()}. */
        LENGTH,
        /** {@link StorageFile#read}. */
        READ,
        /** {@link StorageFile#write}. */
        WRITE,
        /** {@link StorageFile#reserve(long)}. */
        RESERVE,
        /** {@link StorageFile#force(boolean)}. */
        FORCE,
        /** {@link StorageFile#map(int, int)} and {@link StorageFile#mapForReading(int, int)}. */
        MAP,
        /** {@link StorageFile#close()}. */
        CLOSE,
        /** {@link MappedFile#faultIn(int, int)}. */
        FAULT_IN,
        /** {@link MappedFile#force(int, int)}. */
        FORCE_MAPPED,
        /** {@link MappedFile#unmap()}. */
        UNMAP;

        private final String words = name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * Matches calls of a kind.
     *
     * @param kind of the calls
     * @return what matches them
     */
    public static Predicate<StorageCall> of(final Kind kind) {
        return call -> call.kind == kind;
    }

    /**
     * Matches calls of a kind on one file.
     *
     * @param kind of the calls
     * @param name of the file; for a rename, either of its names
     * @return what matches them
     */
    public static Predicate<StorageCall> of(final Kind kind, final String name) {
        return call -> call.kind == kind && call.concerns(name);
    }

    /**
     * Tells whether a file is meant by this call.
     *
     * @param file name of the file
     * @return whether it is
     */
    public boolean concerns(final String file) {
        return kind == Kind.RENAME ? name.startsWith(file + " -> ") || name.endsWith(" -> " + file) : name.equals(file);
    }

    /** The line of the trace, such as {@code force mapped 00000000000000000001.segment 4096+128}. */
    @Override
    public String toString() {
        final String range = length == 0 && offset == 0 ? "" : " " + offset + "+" + length;
        return kind.words + (name.isEmpty() ? "" : " " + name) + range;
    }
}
