// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Another process with a tailer, which holds the segment that it reads, a few records at each step. It may be overtaken by a
 * truncation between two segments, never within one.
 */
final class ScheduledLeaseholder extends ScheduledParticipant {

    private final SimulatedStorage process;
    private final JournalModel.Follower follower;
    private final RandomGenerator random;
    private final Map<String, Integer> marks;
    private final LongSupplier nowNs;

    /** Where it was overtaken although it had read the record before: there a segment must begin. */
    private final List<Long> overtakenAt = new ArrayList<>();

    private @Nullable Tailer tailer;
    private boolean hasRead;
    private int left;

    ScheduledLeaseholder(
            final SimulatedStorage process,
            final JournalModel model,
            final RandomGenerator random,
            final Map<String, Integer> marks,
            final LongSupplier nowNs,
            final int factor) {
        this.process = process;
        this.follower = model.follower();
        this.random = random;
        this.marks = marks;
        this.nowNs = nowNs;
        this.left = random.nextInt(8) * factor;
    }

    @Override
    boolean isReady() {
        return left > 0;
    }

    @Override
    void step() throws IOException {
        left--;
        try {
            readOn();
        } catch (final OvertakenException e) {
            marks.merge("holder was overtaken", 1, Integer::sum);
            if (hasRead) {
                overtakenAt.add(e.sequence());
            }
            hasRead = false;
            follower.overtaken(e);
            close();
        }
        if (left == 0) {
            close();
        }
    }

    private void readOn() throws IOException {
        Tailer open = tailer;
        if (open == null) {
            open = Tailer.open(
                    process,
                    new JournalIndex(process),
                    Replay.readMeta(process),
                    new PublishedMarks(process, Replay.readMeta(process), false),
                    Visibility.WRITTEN,
                    nowNs::getAsLong,
                    Start.atSequence(follower.next()),
                    new TailerLimit("", TailerLimit.DEFAULT_MAX_TAILERS));
            tailer = open;
        }
        hasRead |= open.poll(follower, 1 + random.nextInt(4)) > 0;
    }

    /** Lets go what is held. */
    void close() {
        final Tailer closing = tailer;
        tailer = null;
        if (closing != null) {
            closing.close();
        }
    }

    List<Long> overtakenAt() {
        return overtakenAt;
    }
}
