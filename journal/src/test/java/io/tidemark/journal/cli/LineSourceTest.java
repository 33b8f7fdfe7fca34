// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSourceTest {

    private static final int MAX_LENGTH = 1 << 20;

    /** Gives a few bytes at a time, as a pipe may. */
    private static InputStream dribble(final byte[] bytes, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(final byte[] target, final int offset, final int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
            }
        };
    }

    private static List<String> linesOf(final InputStream in, final int maxLength)
            throws IOException, LineSource.TooLongException {
        final LineSource source = new LineSource(in, maxLength);
        final List<String> lines = new ArrayList<>();
        while (source.next()) {
            lines.add(new String(source.buffer(), source.offset(), source.length(), StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    private static InputStream input(final String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void nextShouldGiveNothingWhenThereIsNoInput() throws Exception {
        assertEquals(List.of(), linesOf(input(""), MAX_LENGTH));
    }

    @Test
    void nextShouldGiveEmptyLinesWhenNewlinesFollowEachOther() throws Exception {
        assertEquals(List.of("", "", "a", ""), linesOf(input("\n\na\n\n"), MAX_LENGTH));
    }

    @Test
    void nextShouldGiveTheLastLineWhenItsNewlineIsMissing() throws Exception {
        assertEquals(List.of("a", "b\r"), linesOf(input("a\nb\r"), MAX_LENGTH));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nextShouldGiveTheSameLinesWhenInputComesInPieces(final long seed) throws Exception {
        System.out.println("seed=" + seed);
        final byte[] feed = MarketFeed.lines(seed, 500);
        assertEquals(linesOf(new ByteArrayInputStream(feed), MAX_LENGTH), linesOf(dribble(feed, seed), MAX_LENGTH));
    }

    @Test
    void nextShouldTakeALineWhenItIsExactlyAsLongAsAllowed() throws Exception {
        assertEquals(List.of("12345", "12345"), linesOf(input("12345\n12345"), 5));
    }

    @Test
    void nextShouldTellNumberAndLengthWhenALineIsTooLong() {
        final LineSource.TooLongException problem =
                assertThrows(LineSource.TooLongException.class, () -> linesOf(input("1\n2\n123456\n"), 5));
        assertEquals(3, problem.lineNumber());
        assertEquals(6, problem.found());
        assertTrue(problem.isWhole());
    }

    @Test
    void nextShouldNotReadForEverWhenALineDoesNotEnd() {
        final InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        final LineSource.TooLongException problem =
                assertThrows(LineSource.TooLongException.class, () -> linesOf(endless, MAX_LENGTH));
        assertEquals(1, problem.lineNumber());
        assertTrue(problem.found() > MAX_LENGTH);
        assertFalse(problem.isWhole());
    }
}
