// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The append queue: claims, commits and draining at the same time.
 *
 * <p>Some tests have a queue of their own for each sample. The others let one small ring run on from sample to sample,
 * for as long as the JVM lives: there the ring is full, empty, at its end and used again all the time, and the two
 * threads meet at every place of it. Two threads, so that every test runs on two cores; where a third role is needed,
 * the consumer is a producer too.
 */
final class AppendQueueStress {

    private static final int RING_LENGTH = 256;
    private static final int FRAME_LENGTH = 48;

    private AppendQueueStress() {}

    private static String named(final long sequence) {
        return sequence == Records.DIRTY ? "dirty" : sequence == Records.REFUSED ? "refused" : "appended";
    }

    /** Two claims at the same time, one of them of two records. */
    @JCStressTest
    @Description("A record and a batch of two are appended at the same time.")
    @Outcome(id = "1, 2, NOTHING to 4", expect = ACCEPTABLE, desc = "The record lies in front of the batch.")
    @Outcome(id = "3, 1, NOTHING to 4", expect = ACCEPTABLE, desc = "The batch lies in front of the record.")
    @Outcome(
            id = ".*",
            expect = FORBIDDEN,
            desc = "Sequences were given twice or left out, or not in the order of the bytes.")
    @State
    public static class RecordAndBatch {
        private final AppendQueue queue = new AppendQueue(RING_LENGTH, 1);

        /** Appends one record. */
        @Actor
        public void record(final LLL_Result result) {
            result.r1 = new Records(queue, 1).append(1, FRAME_LENGTH);
        }

        /** Appends two records at once. */
        @Actor
        public void batch(final LLL_Result result) {
            result.r2 = new Records(queue, 1).append(2, FRAME_LENGTH);
        }

        /** Drains. */
        @Arbiter
        public void drain(final LLL_Result result) {
            final Records records = new Records(queue, 1);
            result.r3 = records.takeAll() + " to " + records.nextSequence();
        }
    }

    /** A full ring, of which the consumer gives back a part while somebody wants it. */
    @JCStressTest
    @Description("A claim meets a full ring while the consumer gives room back.")
    @Outcome(id = "refused, RECORDS", expect = ACCEPTABLE, desc = "The claim came before the room.")
    @Outcome(id = "appended, RECORDS", expect = ACCEPTABLE, desc = "The room was used again, and was zero.")
    @Outcome(id = "dirty, .*", expect = FORBIDDEN, desc = "Room was given back before it was zeroed.")
    @Outcome(id = ".*", expect = FORBIDDEN, desc = "The consumer did not find what was committed before.")
    @State
    public static class FullRing {
        private final AppendQueue queue = new AppendQueue(RING_LENGTH, 1);

        /** Fills the ring. */
        public FullRing() {
            final Records records = new Records(queue, 1);
            records.append(1, RING_LENGTH / 2);
            records.append(1, RING_LENGTH / 2);
        }

        /** Wants room. */
        @Actor
        public void producer(final LL_Result result) {
            result.r1 = named(new Records(queue, 1).append(1, RING_LENGTH / 2));
        }

        /** Gives room back. */
        @Actor
        public void consumer(final LL_Result result) {
            result.r2 = new Records(queue, 1).take();
        }
    }

    /** What lets the writer park: it must not, if the producer may not have seen that it will. */
    @JCStressTest
    @Description("The consumer stores, then asks whether there are claims; the producer claims, then loads.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Each saw the other.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The consumer saw the claim.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The producer saw the store.")
    @Outcome(id = "false, false", expect = FORBIDDEN, desc = "The writer would park, and nobody would wake it.")
    @State
    public static class HasClaims {
        private final AppendQueue queue = new AppendQueue(RING_LENGTH, 1);
        private final WakeSignal signal = new WakeSignal();

        /** Announces and looks. */
        @Actor
        public void consumer(final ZZ_Result result) {
            signal.announce();
            result.r1 = queue.hasClaims();
        }

        /** Claims, commits and looks. */
        @Actor
        public void producer(final ZZ_Result result) {
            new Records(queue, 1).append(1, FRAME_LENGTH);
            result.r2 = signal.isParked();
        }
    }

    /** One ring for one producer and one consumer; the producer relies on {@code hasRoom}. */
    @JCStressTest
    @Description("A producer appends whenever the queue says that there is room; the consumer drains.")
    @Outcome(id = "(appended|waits), (NOTHING|RECORDS|GAP)", expect = ACCEPTABLE, desc = "All in order.")
    @Outcome(id = "dirty, .*", expect = FORBIDDEN, desc = "A claim was not zero: leftovers would pass for records.")
    @Outcome(id = "refused, .*", expect = FORBIDDEN, desc = "The queue said that there was room, and there was none.")
    @Outcome(id = ".*, TORN", expect = FORBIDDEN, desc = "The consumer saw the word of a record before its payload.")
    @Outcome(id = ".*, DISORDER", expect = FORBIDDEN, desc = "A record is missing, doubled, or not in its place.")
    @State
    public static class OneProducer {
        private static final AppendQueue QUEUE = new AppendQueue(RING_LENGTH, 1);
        private static final Records APPENDED = new Records(QUEUE, 1);
        private static final Records TAKEN = new Records(QUEUE, 1);

        private static int turn;

        /** A quarter of the ring at most: that much fits when half is free, even where it leaves a gap. */
        @Actor
        public void producer(final LL_Result result) {
            final int length = Records.frameLength(RING_LENGTH / 4, turn++);
            result.r1 = QUEUE.hasRoom() ? named(APPENDED.append(1, length)) : "waits";
        }

        /** Drains. */
        @Actor
        public void consumer(final LL_Result result) {
            result.r2 = TAKEN.take();
        }
    }

    /** One ring for two producers, one of which is the consumer as well. */
    @JCStressTest
    @Description("A producer, and a consumer that is a producer too, in a ring that holds five records.")
    @Outcome(
            id = "(appended|refused), (NOTHING|RECORDS|GAP) and (appended|refused)",
            expect = ACCEPTABLE,
            desc = "All in order.")
    @Outcome(id = ".*dirty.*", expect = FORBIDDEN, desc = "A claim was not zero: leftovers would pass for records.")
    @Outcome(id = ".*TORN.*", expect = FORBIDDEN, desc = "The consumer saw the word of a record before its payload.")
    @Outcome(id = ".*DISORDER.*", expect = FORBIDDEN, desc = "A record is missing, doubled, or not in its place.")
    @State
    public static class TwoProducers {
        private static final AppendQueue QUEUE = new AppendQueue(RING_LENGTH, (1L << Integer.SIZE) - 100_000);
        private static final Records APPENDED = new Records(QUEUE, QUEUE.lastClaimedSequence() + 1);
        private static final Records TAKEN = new Records(QUEUE, QUEUE.lastClaimedSequence() + 1);

        private static int turn;
        private static int otherTurn;

        /** Appends records and batches, of all lengths that there are. */
        @Actor
        public void producer(final LL_Result result) {
            final int count = 1 + turn % 3;
            result.r1 = named(APPENDED.append(count, Records.frameLength(RING_LENGTH / 2 / count, turn++)));
        }

        /** Drains, then appends. */
        @Actor
        public void consumer(final LL_Result result) {
            final Records.Found found = TAKEN.take();
            result.r2 = found + " and " + named(TAKEN.append(1, Records.frameLength(72, otherTurn++)));
        }
    }
}
