// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/** The names of the files in a journal's directory. */
public final class FileNames {

    /** Locked by the writer; nothing else ever opens it, for closing any descriptor of it would drop the lock. */
    public static final String LOCK = "journal.lock";

    /** Holds the two meta slots. */
    public static final String META = "journal.meta";

    /** Tells other processes how far the journal is durable; a cache, see {@link MarkLayout}. */
    public static final String MARK = "journal.mark";

    /** Tells what the writer is doing, and did last; a cache, see {@link CountersLayout}. */
    public static final String COUNTERS = "journal.counters";

    /**
     * Locked byte by byte: the first by whoever moves the head or takes up a name, the others each for a name of a reader. It
     * is empty, and opened for nothing else.
     */
    public static final String NAMES = "journal.names";

    /** Tells how far segments were archived; laid out as a position. */
    public static final String ARCHIVED = "journal.archived";

    /** The byte of {@link #NAMES} that is locked while the head is moved, or a name taken up. */
    public static final long HEAD_REGION = 0;

    /** Longest name of a reader. */
    public static final int MAX_READER_NAME_LENGTH = 64;

    /** Tells where in the segments some frames begin; a cache, see {@link IndexLayout}. */
    public static final String INDEX = "journal.index";

    /** What a file is called until it is complete and forced; found at opening, it is deleted. */
    public static final String PREPARING_SUFFIX = ".preparing";

    /** Which segments are being read: locks of the kernel on its ranges. Nothing is ever written there. */
    public static final String READERS = "journal.readers";

    private static final String SEGMENT_SUFFIX = ".segment";
    private static final String SPARE_SUFFIX = ".spare";
    private static final int NUMBER_DIGITS = 20;
    private static final String ZEROS = "0".repeat(NUMBER_DIGITS);

    /** In front of the name: a device of Windows, such as "con", must not be the beginning of a file's name. */
    private static final String POSITION_PREFIX = "reader-";

    private static final String POSITION_SUFFIX = ".position";
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    private FileNames() {}

    /**
     * The name of a segment.
     *
     * @param number of the segment, from 1
     * @return the name of its file
     */
    public static String segment(final long number) {
        return numbered(number, SEGMENT_SUFFIX);
    }

    /**
     * The name of the file of a segment that was truncated, while it waits to become another.
     *
     * @param number of the segment that it was
     * @return the name of the file
     */
    public static String spare(final long number) {
        return numbered(number, SPARE_SUFFIX);
    }

    private static String numbered(final long number, final String suffix) {
        // By hand: a tailer asks for a name at each roll, on its user's thread. String.format took a third of a
        // millisecond there, for rolls come too seldom for the compiler.
        final String digits = Long.toString(number);
        return ZEROS.substring(digits.length()) + digits + suffix;
    }

    /**
     * The number in the name of a segment.
     *
     * @param name of a file
     * @return its number, or -1 if this is not the name of a segment
     */
    public static long segmentNumber(final String name) {
        return number(name, SEGMENT_SUFFIX);
    }

    /**
     * The number in the name of a spare.
     *
     * @param name of a file
     * @return number of the segment that it was, or -1 if this is not the name of a spare
     */
    public static long spareNumber(final String name) {
        return number(name, SPARE_SUFFIX);
    }

    private static long number(final String name, final String suffix) {
        if (name.length() != NUMBER_DIGITS + suffix.length() || !name.endsWith(suffix)) {
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
     * Tells whether a file is a cache beside the journal, and no part of it.
     *
     * @param name of a file
     * @return whether nothing is lost with it
     */
    public static boolean isCache(final String name) {
        return name.equals(MARK) || name.equals(COUNTERS) || name.equals(INDEX) || name.equals(READERS);
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

    /**
     * Tells whether a reader may have this name: 1 to 64 of the letters a to z, digits, '.', '_' and '-', the first of them a
     * letter or digit. There are no capitals, because not every file system tells them from small letters.
     *
     * @param name of a reader
     * @return whether it is allowed
     */
    public static boolean isReaderName(final String name) {
        if (name.isEmpty() || name.length() > MAX_READER_NAME_LENGTH || !isLetterOrDigit(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            final char character = name.charAt(i);
            if (!isLetterOrDigit(character) && character != '.' && character != '_' && character != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(final char character) {
        return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    }

    /**
     * The name of the file that holds the position of a reader.
     *
     * @param readerName an allowed name
     * @return the name of its file
     */
    public static String position(final String readerName) {
        return POSITION_PREFIX + readerName + POSITION_SUFFIX;
    }

    /**
     * The reader whose position a file holds.
     *
     * @param fileName of a file
     * @return the name of the reader; empty if this is not the file of a position
     */
    public static String readerName(final String fileName) {
        if (!fileName.startsWith(POSITION_PREFIX) || !fileName.endsWith(POSITION_SUFFIX)) {
            return "";
        }
        // Prefix and suffix have no letter that could be one of both.
        final String name = fileName.substring(POSITION_PREFIX.length(), fileName.length() - POSITION_SUFFIX.length());
        return isReaderName(name) ? name : "";
    }

    /**
     * The byte of {@link #NAMES} that is locked by whoever uses a name: 1 and the FNV-1a hash of the name's letters, without
     * its lowest two bits. Of names with the same one, which nobody will ever have by chance, one can be used at a time.
     *
     * @param readerName an allowed name
     * @return a number from 1 to 2^62
     */
    public static long nameRegion(final String readerName) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < readerName.length(); i++) {
            hash = (hash ^ readerName.charAt(i)) * FNV_PRIME;
        }
        return 1 + (hash >>> 2);
    }
}
