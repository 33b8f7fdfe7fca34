// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends at times that were fixed before, whether or not the appends before have returned, and measures from those times:
 * what waits behind a slow append counts as slow, too, as it would for whoever sends at such a rate.
 */
final class OpenLoopProducer implements Runnable {

    private final Subject.Producer producer;
    private final LatencyPlan plan;
    private final long firstNs;
    private final long measuredFromNs;
    private final long endNs;
    private final DurableLatency durable;
    private final @Nullable FollowLoop follow;
    private final PlacedSeries append;
    private final LatencySeries call;
    private final LatencySeries whileTruncating;
    private final LatencySeries whileNotTruncating;
    private final ByteBuffer record;
    private final Pacing pacing;
    private long lastTicket;
    private long count;

    /**
     * Makes a producer.
     *
     * @param producer takes the records
     * @param plan of the run
     * @param firstNs when the first append is meant to begin
     * @param measuredFromNs when what counts begins
     * @param durable is told what was appended when
     * @param follow reads along on this thread; null if it does not
     */
    OpenLoopProducer(
            final Subject.Producer producer,
            final LatencyPlan plan,
            final long firstNs,
            final long measuredFromNs,
            final DurableLatency durable,
            final @Nullable FollowLoop follow) {
        this.producer = producer;
        this.plan = plan;
        this.firstNs = firstNs;
        this.measuredFromNs = measuredFromNs;
        this.endNs = measuredFromNs + plan.seconds() * LatencySeries.SLICE_NS;
        this.durable = durable;
        this.follow = follow;
        this.pacing = plan.pacing();
        this.append = new PlacedSeries("append", plan.seconds(), plan.windows());
        this.call = new LatencySeries("append-call", plan.seconds());
        this.whileTruncating = new LatencySeries("append-truncating", plan.seconds());
        this.whileNotTruncating = new LatencySeries("append-not-truncating", plan.seconds());
        this.record = ByteBuffer.allocateDirect(plan.recordLength()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < plan.recordLength(); i++) {
            record.put(i, (byte) i);
        }
    }

    @Override
    public void run() {
        final boolean interleaved = plan.truncation() == LatencyPlan.Truncation.INTERLEAVED;
        final long periodNs = plan.periodNs();
        for (long intendedNs = firstNs; intendedNs - endNs < 0; intendedNs += periodNs) {
            long beginNs = System.nanoTime();
            while (beginNs - intendedNs < 0) {
                idle();
                beginNs = System.nanoTime();
            }
            final long word = Stamp.of(intendedNs, measuredFromNs);
            Stamp.put(record, word);
            final long ticket = producer.append(record);
            final long returnedNs = System.nanoTime();
            durable.appended(ticket, word);
            final int slice = Stamp.slice(word, measuredFromNs);
            append.record(ticket, slice, returnedNs - intendedNs);
            call.record(slice, returnedNs - beginNs);
            if (interleaved) {
                (TruncationLoad.isOn(intendedNs - measuredFromNs) ? whileTruncating : whileNotTruncating)
                        .record(slice, returnedNs - intendedNs);
            }
            count += Stamp.count(word);
        }
        Stamp.put(record, Stamp.END);
        lastTicket = producer.append(record);
        durable.appended(lastTicket, Stamp.unmeasured(endNs));
        if (follow != null) {
            while (!follow.isAtEnd()) {
                follow.pollOnce();
            }
        }
    }

    private void idle() {
        if (follow == null || follow.pollOnce() == 0) {
            pacing.idle();
        }
    }

    long lastTicket() {
        return lastTicket;
    }

    long count() {
        return count;
    }

    List<LatencySeries> series() {
        final List<LatencySeries> all = new ArrayList<>(append.series());
        all.add(call);
        all.add(whileTruncating);
        all.add(whileNotTruncating);
        return all;
    }
}
