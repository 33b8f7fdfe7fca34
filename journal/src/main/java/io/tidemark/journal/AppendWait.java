// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import java.nio.ByteBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/** How the appends of one appender wait, and what is told of it. Owned by the thread of the appender. */
final class AppendWait {

    /** Under policy {@code always}, a waiting thread spins for some forces' time before it parks. */
    private static final long DURABLE_SPIN_NS = 1_000_000;

    private final Engine engine;
    private final boolean always;
    private final IdleStrategy idleStrategy = new BackoffIdleStrategy(10, 20, 1_000, 1_000_000);

    /** Whether the append under way has waited for room, and since when. */
    private boolean waited;

    private long startNs;

    /** The event of that; null if nobody records it. */
    private @Nullable EventSpan event;

    AppendWait(final Engine engine) {
        this.engine = engine;
        this.always = engine.config().syncPolicy().isAlways();
    }

    /** Waits until it is worth to try again, if that is what the code says. */
    void forRoom(final long code) {
        if (code != Appender.BACK_PRESSURED) {
            waited = false;
            throw Waiting.refused(engine, code);
        }
        Waiting.requireOtherThread(engine);
        if (!waited) {
            waited = true;
            startNs = engine.nowNs();
            event = JournalEvents.instance().beginSlowAppend();
        }
        Waiting.awaitRoom(engine, idleStrategy);
    }

    /** Notes when an append began, if it is one of those that are measured. */
    void stamp(final AppendTimes times, final ByteBuffer ring, final int frame, final long sequence) {
        final int code = times.codeOf(sequence);
        if (code != 0) {
            FrameLayout.timestampNs(ring, frame, AppendTimes.stamp(waited ? startNs : engine.nowNs(), code));
        }
    }

    /** Whether the append under way has waited for room. */
    boolean hasWaited() {
        return waited;
    }

    /** The record was accepted; under the policy {@code always} it is waited for. */
    void accepted(final long sequence) {
        if (!always) {
            if (waited) {
                end(sequence);
            }
            return;
        }
        if (!waited) {
            event = JournalEvents.instance().beginSlowAppend();
        }
        waited = false;
        Waiting.awaitDurable(engine, sequence, DURABLE_SPIN_NS);
        end(sequence);
    }

    /** The claim was given up. */
    void forget() {
        waited = false;
    }

    private void end(final long sequence) {
        waited = false;
        final EventSpan ended = event;
        event = null;
        if (ended != null) {
            JournalEvents.instance().endSlowAppend(ended, engine.directory(), sequence, always);
        }
    }
}
