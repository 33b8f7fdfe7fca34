// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream of bytes into lines, in place. A line ends before a newline, or where the stream ends; nothing but the
 * newline is special.
 *
 * <p>Owned by one thread.
 */
final class LineSource {

    private static final int INITIAL_LENGTH = 256 << 10;

    private final InputStream in;
    private final int maxLength;

    private byte[] buffer = new byte[INITIAL_LENGTH];

    /** Where the next line begins, how far it was searched for its end, and where the bytes end that were read. */
    private int start;

    private int searched;
    private int end;
    private boolean ended;

    private int offset;
    private int length;
    private long lineCount;

    /**
     * Reads lines.
     *
     * @param in to read from
     * @param maxLength of a line in bytes, without its newline
     */
    LineSource(final InputStream in, final int maxLength) {
        this.in = in;
        this.maxLength = maxLength;
    }

    /** A line is longer than allowed. */
    static final class TooLongException extends Exception {

        private static final long serialVersionUID = 1L;

        private final long lineNumber;
        private final long found;
        private final boolean whole;

        TooLongException(final long lineNumber, final long found, final boolean whole) {
            super("line " + lineNumber + " is too long");
            this.lineNumber = lineNumber;
            this.found = found;
            this.whole = whole;
        }

        long lineNumber() {
            return lineNumber;
        }

        /** Length in bytes of what was read of the line. */
        long found() {
            return found;
        }

        /** Whether that was all of it. */
        boolean isWhole() {
            return whole;
        }
    }

    /**
     * Goes to the next line. Does not read while a whole line is at hand.
     *
     * @return false at the end of the stream
     * @throws IOException if reading failed
     * @throws TooLongException if the line is longer than allowed
     */
    boolean next() throws IOException, TooLongException {
        while (true) {
            final int newline = indexOfNewline(buffer, searched, end);
            if (newline >= 0) {
                take(newline, newline + 1);
                return true;
            }
            searched = end;
            if (ended) {
                if (start == end) {
                    return false;
                }
                take(end, end);
                return true;
            }
            if (end - start > maxLength) {
                throw new TooLongException(lineCount + 1, end - start, false);
            }
            read();
        }
    }

    private static int indexOfNewline(final byte[] bytes, final int from, final int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void take(final int lineEnd, final int nextStart) throws TooLongException {
        offset = start;
        length = lineEnd - start;
        if (length > maxLength) {
            throw new TooLongException(lineCount + 1, length, true);
        }
        start = nextStart;
        searched = nextStart;
        lineCount++;
    }

    private void read() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            searched -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        final int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            ended = true;
        } else {
            end += count;
        }
    }

    /** The bytes among which the line lies; valid until {@link #next()} is called again. */
    byte[] buffer() {
        return buffer;
    }

    /** Offset of the line. */
    int offset() {
        return offset;
    }

    /** Length of the line in bytes, without its newline. */
    int length() {
        return length;
    }
}
