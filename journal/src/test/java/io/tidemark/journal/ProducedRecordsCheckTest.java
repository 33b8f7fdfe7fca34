// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The check that judges journals after a kill is shown journals that no kill can be made to leave behind at will: each
 * must be refused, or the check has gone blind.
 */
class ProducedRecordsCheckTest {

    private static final int PRODUCER_COUNT = 2;
    private static final int OPERATION_COUNT = 60;

    private record Produced(long sequence, ProducedOperation operation, int part) {}

    private final List<Produced> records = new ArrayList<>();
    private final Map<Long, ProducedOperation> told = new HashMap<>();
    private long last;

    ProducedRecordsCheckTest() {
        for (long life = 1; life <= 2; life++) {
            for (int i = 0; i < OPERATION_COUNT; i++) {
                produce(new ProducedOperation(life, i % PRODUCER_COUNT, i / PRODUCER_COUNT));
            }
        }
    }

    private void produce(final ProducedOperation operation) {
        for (int part = 0; part < operation.partCount(); part++) {
            last++;
            records.add(new Produced(last, operation, part));
        }
        if (operation.partCount() == 0) {
            last++;
        }
        told.put(last, operation);
    }

    private long check() {
        final ProducedRecordsCheck check = new ProducedRecordsCheck(PRODUCER_COUNT, told);
        for (final Produced record : records) {
            give(check, record, record.operation().payload(record.part()));
        }
        return check.finish(last);
    }

    private static void give(final ProducedRecordsCheck check, final Produced record, final byte[] payload) {
        final ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        final int type = record.operation().type(record.part());
        check.onRecord(record.sequence(), 0, type, buffer, 0, payload.length);
    }

    private int first(final Predicate<Produced> wanted) {
        for (int i = PRODUCER_COUNT; i < records.size(); i++) {
            if (wanted.test(records.get(i))) {
                return i;
            }
        }
        throw new AssertionError("nothing like that was produced");
    }

    private static boolean isSingle(final Produced record) {
        return record.operation().partCount() == 1;
    }

    private void cutBehind(final int index) {
        records.subList(index + 1, records.size()).clear();
        last = records.get(index).sequence();
    }

    @Test
    void finishShouldCountAllRecordsWhenEachIsWhatWasProduced() {
        assertEquals(records.size(), check());
    }

    @Test
    void finishShouldCountThePrefixWhenTheRestIsLost() {
        cutBehind(first(ProducedRecordsCheckTest::isSingle));
        assertEquals(records.size(), check());
    }

    @Test
    void onRecordShouldFailWhenARecordIsMissing() {
        records.remove(first(ProducedRecordsCheckTest::isSingle));
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void onRecordShouldFailWhenARecordIsMissingThatNobodyWasToldOf() {
        told.clear();
        records.remove(first(ProducedRecordsCheckTest::isSingle));
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void finishShouldFailWhenASequenceHasNoRecordAndNoClaimWasAborted() {
        told.clear();
        last += OPERATION_COUNT;
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void onRecordShouldFailWhenTwoRecordsOfOneProducerChangePlaces() {
        told.clear();
        final int index = first(ProducedRecordsCheckTest::isSingle);
        final Produced record = records.get(index);
        final int other = first(found -> isSingle(found)
                && found.sequence() > record.sequence()
                && found.operation().producer() == record.operation().producer());
        records.set(index, new Produced(record.sequence(), records.get(other).operation(), 0));
        records.set(other, new Produced(records.get(other).sequence(), record.operation(), 0));
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void onRecordShouldFailWhenTheRecordIsNotTheOneThatWasTold() {
        final long sequence = records.get(0).sequence();
        told.put(sequence, new ProducedOperation(1, 1, 7));
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void onRecordShouldFailWhenABatchIsCutInTheMiddle() {
        final int index = first(record -> record.operation().partCount() > 1 && record.part() == 0);
        records.remove(index + 1);
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void finishShouldPassWhenALifeLeftNothingButAbortedClaims() {
        ProducedOperation first = new ProducedOperation(1, 0, 0);
        while (first.partCount() != 0) {
            first = new ProducedOperation(first.life() + 1, 0, 0);
        }
        final ProducedRecordsCheck unaware = new ProducedRecordsCheck(PRODUCER_COUNT, Map.of());
        assertThrows(AssertionError.class, () -> unaware.finish(1));
        final ProducedRecordsCheck aware = new ProducedRecordsCheck(PRODUCER_COUNT, Map.of());
        aware.mayHaveBegun(first.life());
        assertEquals(0, aware.finish(1));
    }

    @Test
    void finishShouldFailWhenTheJournalEndsWithinABatch() {
        cutBehind(first(record -> record.operation().partCount() > 1 && record.part() == 0));
        assertThrows(AssertionError.class, this::check);
    }

    @Test
    void onRecordShouldFailWhenOneByteDiffers() {
        final ProducedRecordsCheck check = new ProducedRecordsCheck(PRODUCER_COUNT, Map.of());
        final Produced record = records.get(0);
        final byte[] payload = record.operation().payload(0);
        payload[payload.length - 1] ^= 1;
        assertThrows(AssertionError.class, () -> give(check, record, payload));
    }
}
