// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import io.tidemark.benchmarks.subject.Subject;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads along, and measures for each record how long after its intended append it was seen. For one thread, which may be
 * that of the producer, a thread of its own, or one of another process.
 */
final class FollowLoop implements Subject.RecordSink {

    private static final int LIMIT = 64;

    private final Subject.Follower follower;
    private final Pacing pacing;
    private final PlacedSeries visible;
    private final int endsExpected;
    private final long warmUpNs;
    private long measuredFromNs;
    private long count;
    private int ends;

    FollowLoop(final Subject.Follower follower, final LatencyPlan plan) {
        this.follower = follower;
        this.pacing = plan.pacing();
        this.visible = new PlacedSeries("visible", plan.seconds(), plan.windows());
        this.endsExpected = plan.producerCount();
        this.warmUpNs = plan.warmUpSeconds() * LatencySeries.SLICE_NS;
    }

    void run() {
        while (ends < endsExpected) {
            if (pollOnce() == 0) {
                pacing.idle();
            }
        }
    }

    int pollOnce() {
        return follower.poll(this, LIMIT);
    }

    @Override
    public void onRecord(final long ticket, final ByteBuffer buffer, final int offset, final int length) {
        final long seenNs = System.nanoTime();
        final long word = buffer.getLong(offset);
        if (Stamp.isEnd(word)) {
            ends++;
            return;
        }
        final long intendedNs = Stamp.intendedNs(word);
        if (measuredFromNs == 0) {
            measuredFromNs = intendedNs + warmUpNs;
        }
        visible.record(ticket, Stamp.slice(word, measuredFromNs), seenNs - intendedNs);
        count += Stamp.count(word);
    }

    boolean isAtEnd() {
        return ends >= endsExpected;
    }

    long count() {
        return count;
    }

    List<LatencySeries> series() {
        return visible.series();
    }
}
