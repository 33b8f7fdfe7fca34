// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 9, 10, 4_294_967_296L, Long.MAX_VALUE})
    void segmentNumberShouldBeTheOneInTheName(final long number) {
        assertEquals(number, FileNames.segmentNumber(FileNames.segment(number)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 9, 4_294_967_296L, Long.MAX_VALUE})
    void spareNumberShouldBeTheOneInTheNameAndNotThatOfASegment(final long number) {
        assertEquals(number, FileNames.spareNumber(FileNames.spare(number)));
        assertEquals(-1, FileNames.spareNumber(FileNames.segment(number)), "nobody deletes a segment as a spare");
        assertEquals(-1, FileNames.segmentNumber(FileNames.spare(number)), "nobody reads a spare as a segment");
    }

    @Test
    void spareShouldBeNamedAsItIsWrittenDown() {
        assertEquals("00000000000000000123.spare", FileNames.spare(123));
    }

    @Test
    void segmentShouldSortAsItsNumberWhenNamesAreSorted() {
        final String[] names = {FileNames.segment(100), FileNames.segment(9), FileNames.segment(Long.MAX_VALUE)};
        Arrays.sort(names);
        assertEquals(FileNames.segment(9), names[0]);
        assertEquals(FileNames.segment(Long.MAX_VALUE), names[2]);
        assertEquals("00000000000000000009.segment", names[0]);
    }

    @Test
    void segmentShouldHaveLatinDigitsWhenTheLocaleHasOthers() {
        final Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab"));
            assertEquals("00000000000000000123.segment", FileNames.segment(123));
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".segment",
                "1.segment",
                "0000000000000000001.segment",
                "000000000000000000001.segment",
                "000000000000000000011.segment",
                "00000000000000000000.segment",
                "-0000000000000000001.segment",
                "+0000000000000000001.segment",
                " 0000000000000000001.segment",
                "0000000000000000000a.segment",
                "0000000000000000001/.segment",
                "0000000000000000000:.segment",
                "0x000000000000000001.segment",
                "00000000000000000001.SEGMENT",
                "00000000000000000001.segment ",
                "00000000000000000001.segmen",
                "00000000000000000001segment.",
                "00000000000000000001.segment.preparing",
                "00000000000000000001.segment.bak",
                "../00000000000000001.segment",
                "09223372036854775808.segment",
                "18446744073709551617.segment",
                "99999999999999999999.segment",
                "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١.segment",
                "0000000000000000000\u0000.segment",
                "journal.meta",
                "journal.lock"
            })
    void segmentNumberShouldBeNoneWhenTheNameIsNotExactlyThatOfASegment(final String name) {
        assertEquals(-1, FileNames.segmentNumber(name));
    }

    @Test
    void isPreparingShouldHoldForWhatAPreparationMakes() {
        assertTrue(FileNames.isPreparing(FileNames.segment(1) + FileNames.PREPARING_SUFFIX));
        assertTrue(FileNames.isPreparing(FileNames.META + FileNames.PREPARING_SUFFIX));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".preparing",
                "notes.preparing",
                "journal.lock.preparing",
                "1.segment.preparing",
                "00000000000000000000.segment.preparing",
                "00000000000000000001.segment.preparing.preparing",
                "00000000000000000001.segment.PREPARING",
                "00000000000000000001.segment",
                "journal.meta"
            })
    void isPreparingShouldNotHoldWhenTheFileMayBeSomebodyElses(final String name) {
        assertFalse(FileNames.isPreparing(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal.mark", "journal.counters", "journal.index", "journal.readers"})
    void isCacheShouldHoldWhenNothingIsLostWithTheFile(final String name) {
        assertTrue(FileNames.isCache(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "journal.meta",
                "journal.lock",
                "journal.names",
                "journal.archived",
                "journal.mark.preparing",
                "00000000000000000001.segment",
                "00000000000000000001.spare",
                "reader-a.position"
            })
    void isCacheShouldNotHoldWhenSomethingIsLostWithTheFile(final String name) {
        assertFalse(FileNames.isCache(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "billing", "z9", "9z", "a.lock", "a..", "a-b_c.d", "nul", "con"})
    void readerNameShouldBeTheOneInTheFileName(final String name) {
        assertTrue(FileNames.isReaderName(name));
        assertEquals(name, FileNames.readerName(FileNames.position(name)));
        assertEquals(-1, FileNames.segmentNumber(FileNames.position(name)));
        assertFalse(FileNames.isPreparing(FileNames.position(name) + FileNames.PREPARING_SUFFIX), "not the writer's");
        assertTrue(FileNames.nameRegion(name) > FileNames.HEAD_REGION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "..", "-a", "_a", ".a", "A", "aB", "a/b", "a\\b", "a b", "a\u0000", "é", "a:b", "٠", "a\n",
                "`", "{", ":", "/"
            })
    void isReaderNameShouldNotHoldWhenTheNameCouldBeTakenForSomethingElse(final String name) {
        assertFalse(FileNames.isReaderName(name));
        assertEquals("", FileNames.readerName("reader-" + name + ".position"));
    }

    @Test
    void isReaderNameShouldHoldUpToItsLength() {
        assertTrue(FileNames.isReaderName("a".repeat(FileNames.MAX_READER_NAME_LENGTH)));
        assertFalse(FileNames.isReaderName("a".repeat(FileNames.MAX_READER_NAME_LENGTH + 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reader-",
                ".position",
                "reader-position",
                "reader.position",
                "reader-.position",
                "reader-a",
                "a.position",
                "Reader-a.position",
                "notes-on-a.position",
                "reader-a.Position",
                "reader-a.position.bak",
                "reader-a.positions"
            })
    void readerNameShouldBeNoneWhenTheFileIsNotOfAPosition(final String fileName) {
        assertEquals("", FileNames.readerName(fileName));
    }

    @Test
    void nameRegionShouldBeAsItIsWrittenDown() {
        // FNV-1a of "a" is AF63DC4C8601EC8C.
        assertEquals(1 + (0xAF63DC4C8601EC8CL >>> 2), FileNames.nameRegion("a"));
    }
}
