// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** Somebody who asks for truncations, each of a part of what is durable, and must be answered. */
final class ScheduledTruncator extends ScheduledParticipant {

    private final Engine engine;
    private final JournalModel model;
    private final RandomGenerator random;
    private final Map<String, Integer> marks;
    private final List<CompletableFuture<Long>> answers = new ArrayList<>();
    private int left;

    ScheduledTruncator(
            final Engine engine,
            final JournalModel model,
            final RandomGenerator random,
            final Map<String, Integer> marks,
            final int factor) {
        this.engine = engine;
        this.model = model;
        this.random = random;
        this.marks = marks;
        this.left = random.nextInt(3) * factor;
    }

    @Override
    boolean isReady() {
        return left > 0;
    }

    @Override
    void step() {
        left--;
        final long upTo = random.nextLong(engine.durable().get() + 1);
        final TruncationRequest request = new TruncationRequest(upTo, 0);
        model.truncationWanted(upTo);
        engine.requestTruncation(request);
        answers.add(request.result());
    }

    /** Whether nobody is left waiting. */
    boolean isAnswered() {
        model.noteHead(engine.head().getAcquire());
        for (final CompletableFuture<Long> answer : answers) {
            if (!answer.isDone()) {
                return false;
            }
            marks.merge(answer.isCompletedExceptionally() ? "truncation refused" : "truncated", 1, Integer::sum);
        }
        answers.clear();
        return true;
    }
}
