// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Damages a journal of a thousand durable records in every place, one place at a time. Whatever is damaged, the journal is
 * either intact as before, or the damage is named; what was durable is never skipped and never cut away.
 */
class DamageTest {

    private static final int DURABLE_RECORDS = 1_000;
    private static final int RECORDS_BEHIND = 40;
    private static final int BLOCK_LENGTH = 512;

    /** Opening for writing is tried at every place that this divides; looking from outside at every place. */
    private static final int OPENING_STRIDE = 61;

    private final SplittableRandom random = new SplittableRandom(20261120);
    private final SimulatedStorage machine = new SimulatedStorage();
    private final Map<VerifyReport.Verdict, Integer> verdicts = new EnumMap<>(VerifyReport.Verdict.class);
    private int recordCount = DURABLE_RECORDS;

    private Journal write() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        final Appender appender = journal.appender();
        appendRecords(journal, appender, DURABLE_RECORDS);
        SimulatedJournal.flush(journal);
        return journal;
    }

    private void appendRecords(final Journal journal, final Appender appender, final int count) {
        for (int i = 0; i < count; i++) {
            final byte[] payload = new byte[random.nextInt(80)];
            for (int at = 0; at < payload.length; at++) {
                payload[at] = (byte) random.nextInt();
            }
            SimulatedJournal.append(journal, appender, payload);
            if (i % 7 == 0) {
                SimulatedJournal.flush(journal);
            }
        }
    }

    @Test
    void verifyShouldNameDamageWhenJournalWasClosedAndAnyByteFlips() throws IOException {
        write().close();
        flipEverywhere(false);
        assertTrue(verdicts.get(VerifyReport.Verdict.CORRUPT) > 60_000, "verdicts: " + verdicts);
    }

    @Test
    void verifyShouldNameDamageWhenJournalWasClosedAndAnyBlockIsZeroed() throws IOException {
        write().close();
        zeroEverywhere(false);
        assertTrue(verdicts.get(VerifyReport.Verdict.CORRUPT) > 100, "verdicts: " + verdicts);
    }

    @Test
    void verifyShouldNameDamageWhenProcessDiedAfterItFellSilentAndAnyBlockIsZeroed() throws IOException {
        final Journal journal = write();
        SimulatedJournal.pass(Duration.ofSeconds(1));
        SimulatedJournal.settle(journal);
        SimulatedJournal.pass(Duration.ofSeconds(1));
        SimulatedJournal.settle(journal);
        machine.kill();
        zeroEverywhere(false);
        assertTrue(verdicts.get(VerifyReport.Verdict.CORRUPT) > 100, "verdicts: " + verdicts);
    }

    @Test
    void verifyShouldCallOnlyWhatWasNeverDurableTornWhenProcessDiedInTheMiddleAndAnyByteFlips() throws IOException {
        final Journal journal = write();
        appendNeverDurable(journal);
        machine.kill();
        flipEverywhere(true);
        assertTrue(verdicts.get(VerifyReport.Verdict.CORRUPT) > 60_000, "verdicts: " + verdicts);
        assertTrue(verdicts.get(VerifyReport.Verdict.TORN_TAIL) > 1_000, "verdicts: " + verdicts);
    }

    @Test
    void verifyShouldCallOnlyWhatWasNeverDurableTornWhenProcessDiedInTheMiddleAndAnyBlockIsZeroed() throws IOException {
        final Journal journal = write();
        appendNeverDurable(journal);
        machine.kill();
        zeroEverywhere(true);
        assertTrue(verdicts.get(VerifyReport.Verdict.TORN_TAIL) > 1, "verdicts: " + verdicts);
    }

    private void appendNeverDurable(final Journal journal) {
        final Appender appender = journal.appender();
        for (int i = 0; i < RECORDS_BEHIND; i++) {
            SimulatedJournal.append(journal, appender, new byte[random.nextInt(80)]);
            journal.invokers().get(0).invoke();
        }
        recordCount = DURABLE_RECORDS + RECORDS_BEHIND;
        assertEquals(DURABLE_RECORDS, journal.durableSequence());
        assertEquals(recordCount, journal.writtenSequence());
    }

    private void flipEverywhere(final boolean tornAllowed) throws IOException {
        final SimulatedSnapshot whole = machine.snapshot();
        for (final String name : machine.names()) {
            // What damage to the index does, its own test shows.
            final boolean isSpared = name.equals(FileNames.LOCK) || name.equals(FileNames.INDEX);
            final int length = isSpared ? 0 : machine.contents(name).length;
            for (int offset = 0; offset < length; offset++) {
                final int mask = 1 + random.nextInt(255);
                machine.flip(name, offset, mask);
                final String place = "flip " + mask + " at " + name + " " + offset;
                lookFromOutside(place, tornAllowed);
                if (offset % OPENING_STRIDE == 0) {
                    open(place, tornAllowed);
                    machine.restore(whole);
                } else {
                    machine.flip(name, offset, mask);
                }
            }
        }
    }

    private void zeroEverywhere(final boolean tornAllowed) throws IOException {
        final SimulatedSnapshot whole = machine.snapshot();
        for (final String name : machine.names()) {
            final int length = name.endsWith(".lock") ? 0 : machine.contents(name).length;
            for (int offset = 0; offset < length; offset += BLOCK_LENGTH) {
                machine.zero(name, offset, Math.min(BLOCK_LENGTH, length - offset));
                final String place = "zeroed block at " + name + " " + offset;
                lookFromOutside(place, tornAllowed);
                open(place, tornAllowed);
                machine.restore(whole);
            }
        }
    }

    private void lookFromOutside(final String place, final boolean tornAllowed) throws IOException {
        final VerifyReport report = Verification.run(machine.sibling(), 0);
        verdicts.merge(report.verdict(), 1, Integer::sum);
        switch (report.verdict()) {
            case INTACT -> {
                assertEquals(report.lastSequence(), report.recordCount(), () -> place + ": " + report);
                assertTrue(
                        report.lastSequence() == recordCount
                                || (tornAllowed && report.lastSequence() >= DURABLE_RECORDS),
                        () -> place + ": " + report);
            }
            case TORN_TAIL -> {
                // Behind the last record there is room in which nothing was ever durable.
                final long least = tornAllowed ? DURABLE_RECORDS : recordCount;
                assertTrue(report.lastSequence() >= least, () -> place + ": " + report);
            }
            case CORRUPT -> {
                assertFalse(report.file().isEmpty(), () -> place + ": " + report);
                assertTrue(report.offset() >= 0, () -> place + ": " + report);
                assertTrue(
                        report.nextSequence() >= 1 && report.nextSequence() <= recordCount + 1,
                        () -> place + ": " + report);
            }
        }
    }

    /** Opening comes to the same verdict as looking from outside. */
    private void open(final String place, final boolean tornAllowed) throws IOException {
        final VerifyReport.Verdict expected =
                Verification.run(machine.sibling(), 0).verdict();
        try (Journal journal = SimulatedJournal.open(machine)) {
            if (expected == VerifyReport.Verdict.CORRUPT) {
                // Opening reads from the durable mark on. What is damaged before it is met by whoever reads it.
                journal.replay(1, (sequence, timestampNs, type, buffer, offset, length) -> {});
                fail(place + ": opened and replayed, though verified as corrupt");
            }
            assertEquals(
                    expected == VerifyReport.Verdict.TORN_TAIL,
                    journal.recoveryReport().tailCut(),
                    place);
            assertTrue(
                    journal.lastSequence() == recordCount || (tornAllowed && journal.lastSequence() >= DURABLE_RECORDS),
                    () -> place + ": last is " + journal.lastSequence());
        } catch (final CorruptJournalException e) {
            assertEquals(VerifyReport.Verdict.CORRUPT, expected, () -> place + ": " + e.getMessage());
            assertTrue(e.offset() >= 0 && !e.file().isEmpty(), e::getMessage);
        }
    }
}
