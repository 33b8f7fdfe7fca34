// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A standby is made in small pieces with rests between them while there is time, and without when there is none. */
@Timeout(60)
class StandbyPacingTest {

    private static final int SEGMENT_LENGTH = 512 << 10;
    private static final long WRITE_NS = 5_000;
    private static final long STEP_NS = 16 * WRITE_NS;
    private static final long SECOND_NS = 1_000_000_000;

    /** Behind the roll of a segment that took a second to fill. */
    private static final long ROLL_REST_NS = 4_000_000;

    private static final byte[] RECORD = new byte[32_000];

    /** Does not fit behind as many of the others as the first segment holds, and is short beside the second. */
    private static final byte[] RECORD_BEHIND_ROLL = new byte[7_700];

    private static final int INVOCATIONS = 100;

    private final SimulatedStorage machine = new SimulatedStorage();
    private long nowNs = SECOND_NS;

    private Journal open() throws IOException {
        return open(0);
    }

    private Journal open(final long reservedSpace) throws IOException {
        final Journal journal = Journal.open(
                machine.sibling(),
                SimulatedJournal.config()
                        .withSegmentLength(SEGMENT_LENGTH)
                        .withQueueLength(2 * SEGMENT_LENGTH)
                        .withReservedSpace(reservedSpace)
                        .withTicker(() -> nowNs));
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

    /** Appends until the first segment, which took a second to fill, is full, and the second was taken. */
    private void roll(final Journal journal) {
        nowNs += SECOND_NS;
        for (int i = 0; i < SEGMENT_LENGTH / RECORD.length; i++) {
            append(journal, RECORD);
        }
        append(journal, RECORD_BEHIND_ROLL);
        invoke(journal);
        assertEquals(1, journal.counters().rollCount());
    }

    private static void append(final Journal journal, final byte[] payload) {
        journal.appender().append(payload, 0, payload.length);
    }

    /** Goes on behind the roll until some of the third segment is made; nothing takes time but that. */
    private void goOnToThird(final Journal journal) throws IOException {
        roll(journal);
        machine.faults()
                .onEvery(
                        call -> call.kind() == StorageCall.Kind.WRITE
                                && call.concerns(FileNames.segment(3) + FileNames.PREPARING_SUFFIX),
                        Fault.runBefore(() -> nowNs += WRITE_NS));
        nowNs += ROLL_REST_NS;
        for (int i = 0; i < INVOCATIONS && preparedLength(3) == 0; i++) {
            journal.invoke();
        }
    }

    @Test
    void keeperShouldBeginNothingRightBehindARollThatCanWait() throws IOException {
        try (Journal journal = open()) {
            final AtomicInteger marks = new AtomicInteger();
            machine.faults()
                    .onEvery(
                            call -> call.kind() == StorageCall.Kind.WRITE && call.concerns(FileNames.META),
                            Fault.runBefore(marks::incrementAndGet));
            roll(journal);
            nowNs += ROLL_REST_NS - 1;
            invoke(journal);
            assertEquals(0, preparedLength(3), "not begun");
            nowNs++;
            invoke(journal);
            assertTrue(preparedLength(3) > 0 || isThere(3), "begun when the rest is over");
            assertEquals(0, marks.get(), "the mark of the roll comes behind that");
            nowNs += ROLL_REST_NS;
            invoke(journal);
            assertEquals(1, marks.get(), "the mark of the roll");
        }
    }

    @Test
    void keeperShouldParkUntilTheRestBehindARollIsOver() throws IOException {
        try (Journal journal = open()) {
            roll(journal);
            nowNs += STEP_NS;
            assertEquals(ROLL_REST_NS - STEP_NS, keeper(journal).parkLimitNs());
        }
    }

    private static SignalledAgent keeper(final Journal journal) {
        return journal.invokers().get(2).agent();
    }

    private static void invokeKeeper(final Journal journal) {
        for (int i = 0; i < INVOCATIONS; i++) {
            journal.invokers().get(2).invoke();
        }
    }

    @Test
    void keeperShouldParkUntilTheRestBehindARollIsOverWhenRoomIsShort() throws IOException {
        try (Journal journal = open(SEGMENT_LENGTH)) {
            roll(journal);
            for (int i = 0; i < SEGMENT_LENGTH / RECORD.length - 1; i++) {
                append(journal, RECORD);
            }
            for (int i = 0; i <= RECORD.length / RECORD_BEHIND_ROLL.length; i++) {
                append(journal, RECORD_BEHIND_ROLL);
            }
            machine.faults()
                    .on(
                            call -> call.kind() == StorageCall.Kind.RENAME
                                    && call.concerns(FileNames.segment(3) + FileNames.PREPARING_SUFFIX),
                            Fault.runBefore(() -> machine.capacity(0)));
            for (int i = 0; i < INVOCATIONS && !isThere(3); i++) {
                nowNs += SECOND_NS;
                journal.invoke();
            }
            invokeKeeper(journal);
            for (int i = 0; i < INVOCATIONS && journal.counters().rollCount() == 1; i++) {
                journal.invokers().get(0).invoke();
            }
            nowNs += SECOND_NS;
            invokeKeeper(journal);
            assertEquals(
                    Appender.STORAGE_FULL, journal.appender().tryAppend(0, RECORD, 0, RECORD.length), "room is short");
            assertEquals(ROLL_REST_NS, keeper(journal).parkLimitNs());
            machine.capacity(Long.MAX_VALUE);
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
                nowNs += 3 * STEP_NS;
                journal.invoke();
            }
            assertTrue(isThere(3), "it went on whenever a rest was over");
        }
    }

    @Test
    void keeperShouldGoOnAtOnceWhenTheWriterIsAheadOfTheMaking() throws IOException {
        try (Journal journal = open()) {
            goOnToThird(journal);
            for (int i = 0; i < SEGMENT_LENGTH / RECORD.length * 5 / 6; i++) {
                append(journal, RECORD);
            }
            invoke(journal);
            assertTrue(isThere(3), "made without a rest");
        }
    }

    @Test
    void keeperShouldGoOnAtOnceWhenTheWriterWaits() throws IOException {
        try (Journal journal = open()) {
            goOnToThird(journal);
            for (int i = 0; i < SEGMENT_LENGTH / RECORD.length + 1; i++) {
                append(journal, RECORD);
            }
            invoke(journal);
            assertTrue(isThere(3), "made without a rest");
        }
    }
}
