// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.Map;
import java.util.SplittableRandom;

/** A producer with a few records to append: in one step each, or claimed in one and committed or aborted in a later one. */
final class ScheduledProducer extends ScheduledParticipant {

    private static final int TYPE = 7;

    private final Engine engine;
    private final Appender appender;
    private final JournalModel model;
    private final SplittableRandom random;
    private final Map<String, Integer> marks;
    private int left;
    private BufferClaim claim;
    private byte[] claimed = {};
    private boolean commits;

    ScheduledProducer(
            final Engine engine,
            final JournalModel model,
            final SplittableRandom random,
            final Map<String, Integer> marks,
            final int factor) {
        this.engine = engine;
        this.appender = new Appender(engine);
        this.model = model;
        this.random = random;
        this.marks = marks;
        this.left = (1 + random.nextInt(5)) * factor;
    }

    @Override
    boolean isReady() {
        return left > 0 || claim != null;
    }

    @Override
    void step() {
        if (claim != null) {
            finishClaim();
            return;
        }
        left--;
        switch (random.nextInt(8)) {
            case 0 -> batch();
            case 1, 2, 3 -> claim();
            case 4 -> requestFlush();
            default -> append();
        }
    }

    private byte[] payload() {
        final byte[] payload = new byte[random.nextInt(4) == 0 ? 20_000 + random.nextInt(12_000) : random.nextInt(300)];
        for (int i = 0; i < Math.min(payload.length, 16); i++) {
            payload[i] = (byte) random.nextInt();
        }
        return payload;
    }

    private void append() {
        final byte[] payload = payload();
        final long sequence = appender.tryAppend(TYPE, payload, 0, payload.length);
        if (sequence > 0) {
            model.appended(sequence, TYPE, payload);
        } else {
            refused(sequence);
        }
    }

    private void batch() {
        final byte[][] payloads = new byte[1 + random.nextInt(3)][];
        final Batch batch = new Batch();
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = new byte[random.nextInt(5_000)];
            batch.add(i, payloads[i], 0, payloads[i].length);
        }
        final long last = appender.tryAppendBatch(batch);
        if (last > 0) {
            model.appendedBatch(last, payloads);
        } else {
            refused(last);
        }
    }

    /** Whoever claims waits for room, which is not for a thread that others wait for; so it asks before. */
    private void claim() {
        if (engine.config().syncPolicy().isAlways() || !hasRoom()) {
            append();
            return;
        }
        claimed = payload();
        commits = random.nextInt(4) != 0;
        claim = appender.claim(TYPE, claimed.length);
        if (commits) {
            model.appended(claim.sequence(), TYPE, claimed);
        } else {
            model.own(claim.sequence());
        }
        mark("claim");
    }

    private boolean hasRoom() {
        // Half of the queue is enough for a record of any length, unless the end of the ring is in its way.
        return !engine.hasFailed()
                && !engine.isClosing()
                && engine.reserveProblem() == null
                && engine.queue().lastClaimedSequence() == written();
    }

    private long written() {
        return engine.written().getAcquire();
    }

    private void finishClaim() {
        if (commits) {
            claim.buffer().put(claim.offset(), claimed);
            claim.commit();
        } else {
            claim.buffer().put(claim.offset(), new byte[claimed.length / 2]);
            claim.abort();
        }
        claim = null;
    }

    private void requestFlush() {
        engine.requestFlush();
        mark("flush");
    }

    private void refused(final long code) {
        mark("refused with code " + code);
    }

    private void mark(final String what) {
        marks.merge(what, 1, Integer::sum);
    }
}
