// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A standby is made in small pieces with rests between them while there is time, and without when there is none. */
@Timeout(60)
class StandbyPacingTest {

    private static final int SEGMENT_LENGTH = 512 << 10;
    private static final long STEP_NS = 100_000;
    private static final long SECOND_NS = 1_000_000_000;
    private static final byte[] RECORD = new byte[32_000];
    private static final int INVOCATIONS = 100;

    private final SimulatedStorage machine = new SimulatedStorage();
    private long nowNs = SECOND_NS;

    /** How far the clock goes on whenever somebody looks at it. */
    private long tickNs;

    private Journal open() throws IOException {
        final Journal journal = Journal.open(
                machine.sibling(),
                SimulatedJournal.config()
                        .withSegmentLength(SEGMENT_LENGTH)
                        .withQueueLength(2 * SEGMENT_LENGTH)
                        .withReservedSpace(0)
                        .withTicker(() -> nowNs += tickNs));
        invoke(journal);
        return journal;
    }

    private static void invoke(final Journal journal) {
        for (int i = 0; i < INVOCATIONS; i++) {
            journal.invoke();
        }
    }

    private boolean isThere(final long segment) {
        return machine.names().contains(FileNames.segment(segment));
    }

    private int preparedLength(final long segment) throws IOException {
        final String name = FileNames.segment(segment) + FileNames.PREPARING_SUFFIX;
        return machine.names().contains(name) ? machine.contents(name).length : 0;
    }

    /** Goes on until the first segment, which took a second to fill, is full, and some of the third is made. */
    private void goOnToThird(final Journal journal) throws IOException {
        nowNs += SECOND_NS;
        while (preparedLength(3) == 0) {
            journal.appender().append(RECORD, 0, RECORD.length);
            tickNs = STEP_NS / 4;
            journal.invoke();
            tickNs = 0;
        }
    }

    @Test
    void keeperShouldRestBehindAStepWhenTheWriterHasRoomInItsSegment() throws IOException {
        try (Journal journal = open()) {
            assertTrue(isThere(2), "the first standby");
            goOnToThird(journal);
            final int length = preparedLength(3);
            invoke(journal);
            assertEquals(length, preparedLength(3), "no time has gone by, and it rests");
            for (int i = 0; i < INVOCATIONS && !isThere(3); i++) {
                nowNs += 20 * STEP_NS;
                journal.invoke();
            }
            assertTrue(isThere(3), "it went on whenever a rest was over");
        }
    }

    @Test
    void keeperShouldGoOnAtOnceWhenTheSegmentWillSoonBeFull() throws IOException {
        try (Journal journal = open()) {
            goOnToThird(journal);
            nowNs += SECOND_NS * 9 / 10;
            invoke(journal);
            assertTrue(isThere(3), "made without a rest");
        }
    }

    @Test
    void keeperShouldGoOnAtOnceWhenTheWriterWaits() throws IOException {
        try (Journal journal = open()) {
            goOnToThird(journal);
            for (int i = 0; i < SEGMENT_LENGTH / RECORD.length + 1; i++) {
                journal.appender().append(RECORD, 0, RECORD.length);
            }
            invoke(journal);
            assertTrue(isThere(3), "made without a rest");
        }
    }
}
