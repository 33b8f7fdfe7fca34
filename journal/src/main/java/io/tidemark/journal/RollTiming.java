// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.jfr.EventSpan;
import io.tidemark.journal.jfr.JournalEvents;
import org.jspecify.annotations.Nullable;

/** Tells of rolls and of what they wait for. Owned by the writer. */
final class RollTiming {

    private final Engine engine;
    private final @Nullable AppendTimes appendTimes;
    private boolean begun;
    private boolean waited;
    private long startNs;
    private @Nullable EventSpan roll;
    private @Nullable EventSpan standbyWait;

    RollTiming(final Engine engine) {
        this.engine = engine;
        this.appendTimes = engine.appendTimes();
    }

    private void begin() {
        if (!begun) {
            begun = true;
            startNs = engine.nowNs();
            roll = JournalEvents.instance().beginRoll();
        }
    }

    /** There is no segment to go on in. */
    void waits() {
        if (!engine.isWaitingForStandby()) {
            begin();
            waited = true;
            standbyWait = JournalEvents.instance().beginStandbyWait();
            engine.waitingForStandby(true);
            engine.counters().waitsForStandby();
            engine.noteCounted();
            engine.keeperSignal().wake();
        }
    }

    /** There is one. */
    void isReady(final Segment full) {
        begin();
        if (engine.isWaitingForStandby()) {
            engine.waitingForStandby(false);
            engine.counters().waitedForStandby(engine.nowNs() - startNs);
            final EventSpan ended = standbyWait;
            standbyWait = null;
            if (ended != null) {
                JournalEvents.instance().endStandbyWait(ended, engine.directory(), full.number());
            }
        }
    }

    /** The writer goes on in it. */
    void ends(final Segment full, final Segment next) {
        engine.counters().rolled();
        if (appendTimes != null) {
            appendTimes.rolled(engine.nowNs() - startNs);
        }
        final EventSpan ended = roll;
        roll = null;
        if (ended != null) {
            JournalEvents.instance()
                    .endRoll(ended, engine.directory(), full.number(), full.lastSequence(), next.number(), waited);
        }
        begun = false;
        waited = false;
    }
}
