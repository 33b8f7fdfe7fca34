// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import java.util.Locale;

/** The names of the files in a journal's directory. */
public final class FileNames {

    /** Locked by the writer; nothing else ever opens it, for closing any descriptor of it would drop the lock. */
    public static final String LOCK = "journal.lock";

    /** Holds the two meta slots. */
    public static final String META = "journal.meta";

    /** Tells other processes how far the journal is durable; a cache, see {@link MarkLayout}. */
    public static final String MARK = "journal.mark";

    /** What a file is called until it is complete and forced; found at opening, it is deleted. */
    public static final String PREPARING_SUFFIX = ".preparing";

    private static final String SEGMENT_SUFFIX = ".segment";
    private static final int NUMBER_DIGITS = 20;

    private FileNames() {}

    /**
     * The name of a segment.
     *
     * @param number of the segment, from 1
     * @return the name of its file
     */
    public static String segment(final long number) {
        return String.format(Locale.ROOT, "%0" + NUMBER_DIGITS + "d%s", number, SEGMENT_SUFFIX);
    }

    /**
     * The number in the name of a segment.
     *
     * @param name of a file
     * @return its number, or -1 if this is not the name of a segment
     */
    public static long segmentNumber(final String name) {
        if (name.length() != NUMBER_DIGITS + SEGMENT_SUFFIX.length() || !name.endsWith(SEGMENT_SUFFIX)) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < NUMBER_DIGITS; i++) {
            // What stands before '0' wraps around, far above 9.
            final char digit = (char) (name.charAt(i) - '0');
            if (digit > 9 || number > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number > 0 ? number : -1;
    }

    /**
     * Tells whether the file was left behind by a preparation that did not end.
     *
     * @param name of a file
     * @return whether it may be deleted at opening
     */
    public static boolean isPreparing(final String name) {
        if (!name.endsWith(PREPARING_SUFFIX)) {
            return false;
        }
        final String prepared = name.substring(0, name.length() - PREPARING_SUFFIX.length());
        return prepared.equals(META) || segmentNumber(prepared) != -1;
    }
}
