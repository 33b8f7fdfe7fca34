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
    private long baseNs;
    private long count;
    private int ends;

    FollowLoop(final Subject.Follower follower, final LatencyPlan plan) {
        this.follower = follower;
        this.pacing = plan.pacing();
        this.visible = new PlacedSeries("visible", plan.seconds(), plan.windows());
        this.endsExpected = plan.producerCount();
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
        if (Stamp.isMeasured(word)) {
            if (baseNs == 0) {
                baseNs = word;
            }
            visible.record(ticket, (word - baseNs) / LatencySeries.SLICE_NS, seenNs - word);
            count++;
        } else if (Stamp.isEnd(word)) {
            ends++;
        }
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
