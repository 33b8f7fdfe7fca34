// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RollWindowsTest {

    private static final int SEGMENT_LENGTH = 64 << 10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {16, 100, 128, 1000})
    void placeOfShouldFindTheRecordsBehindARollWhenAJournalRolls(final int recordLength) {
        final List<Long> lastSequences = new ArrayList<>();
        final RollWindows windows = new RollWindows(SEGMENT_LENGTH, recordLength, 16);
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withListener(new JournalListener() {
                    @Override
                    public void onRolled(final long segmentNumber, final long lastSequence) {
                        lastSequences.add(lastSequence);
                    }
                });
        final long count = windows.recordsPerSegment() * 3 + 1;
        try (Journal journal = Journal.open(directory, config)) {
            final Appender appender = journal.appender();
            for (long i = 0; i < count; i++) {
                appender.append(new byte[recordLength], 0, recordLength);
            }
        }

        assertEquals(3, lastSequences.size(), lastSequences::toString);
        for (final long last : lastSequences) {
            assertEquals(RollWindows.Place.BEHIND_ROLL, windows.placeOf(last + 1));
            assertEquals(RollWindows.Place.ELSEWHERE, windows.placeOf(last));
        }
        assertEquals(RollWindows.Place.ELSEWHERE, windows.placeOf(1), "no roll is in front of the first record");
    }
}
