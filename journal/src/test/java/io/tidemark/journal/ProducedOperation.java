// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * One thing that a producer does with a journal. What it is and every byte it writes follow from who does it and how much
 * he did before, so whoever reads a record can tell what it must look like, and which records must lie before it, without
 * having seen the producer.
 *
 * @param life in which it is done: a number that no two processes share
 * @param producer by whom, from 0
 * @param counter of what that producer does in this life, from 0 and without a gap
 */
record ProducedOperation(long life, int producer, long counter) {

    /** What is done. */
    enum Kind {
        ARRAY,
        BUFFER,
        CLAIM,
        /** Takes a sequence, for which no reader is ever given a record. */
        ABORTED_CLAIM,
        BATCH
    }

    private static final int LIFE_OFFSET = 0;
    private static final int COUNTER_OFFSET = LIFE_OFFSET + Long.BYTES;
    private static final int PRODUCER_OFFSET = COUNTER_OFFSET + Long.BYTES;
    private static final int PART_OFFSET = PRODUCER_OFFSET + Integer.BYTES;
    private static final int HEADER_LENGTH = PART_OFFSET + Integer.BYTES;

    private static final int SHORT_LENGTH = 300;
    private static final int LONG_LENGTH = 6_000;
    private static final int LONGEST_LENGTH = 28_000;
    private static final int MAX_PART_COUNT = 6;
    private static final int KINDS_DRAWN = 16;
    private static final Kind[] DRAWN = {Kind.CLAIM, Kind.CLAIM, Kind.ABORTED_CLAIM, Kind.BATCH, Kind.BATCH, Kind.BUFFER
    };

    /** Reads who wrote a record. */
    static ProducedOperation of(final ByteBuffer buffer, final int offset, final int length) {
        if (length < HEADER_LENGTH) {
            throw new AssertionError("a record of " + length + " bytes was never produced");
        }
        return new ProducedOperation(
                buffer.getLong(offset + LIFE_OFFSET),
                buffer.getInt(offset + PRODUCER_OFFSET),
                buffer.getLong(offset + COUNTER_OFFSET));
    }

    /** Reads which record of its batch a record is, from 0. */
    static int partOf(final ByteBuffer buffer, final int offset) {
        return buffer.getInt(offset + PART_OFFSET);
    }

    ProducedOperation next() {
        return new ProducedOperation(life, producer, counter + 1);
    }

    private SplittableRandom random(final int salt) {
        return new SplittableRandom(
                ((life * 31 + producer) * 0x9E37_79B9_7F4A_7C15L + counter) * 0xC2B2_AE3D_27D4_EB4FL + salt);
    }

    Kind kind() {
        final int drawn = random(-1).nextInt(KINDS_DRAWN);
        return drawn < DRAWN.length ? DRAWN[drawn] : Kind.ARRAY;
    }

    /** Number of records that a reader is given. */
    int partCount() {
        return switch (kind()) {
            case ABORTED_CLAIM -> 0;
            case BATCH -> 1 + random(-2).nextInt(MAX_PART_COUNT);
            default -> 1;
        };
    }

    /** The type of one record. */
    int type(final int part) {
        return (int) ((counter + part) % Short.MAX_VALUE);
    }

    /** The payload of one record. */
    byte[] payload(final int part) {
        final SplittableRandom random = random(part);
        final int rare = kind() == Kind.BATCH ? 255 : random.nextInt(256);
        final int most = rare == 0 ? LONGEST_LENGTH : rare < 12 ? LONG_LENGTH : SHORT_LENGTH;
        final byte[] payload = new byte[HEADER_LENGTH + random.nextInt(most)];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(LIFE_OFFSET, life)
                .putLong(COUNTER_OFFSET, counter)
                .putInt(PRODUCER_OFFSET, producer)
                .putInt(PART_OFFSET, part);
        return payload;
    }

    /**
     * Does it.
     *
     * @param appender of the producer
     * @return the last sequence that it took
     */
    long run(final Appender appender) {
        final int type = type(0);
        return switch (kind()) {
            case ARRAY -> {
                final byte[] payload = payload(0);
                yield appender.append(type, payload, 0, payload.length);
            }
            case BUFFER -> {
                final byte[] payload = payload(0);
                final ByteBuffer direct =
                        ByteBuffer.allocateDirect(payload.length).put(0, payload);
                yield appender.append(type, direct, 0, payload.length);
            }
            case CLAIM -> {
                final byte[] payload = payload(0);
                try (BufferClaim claim = appender.claim(type, payload.length)) {
                    claim.buffer().put(claim.offset(), payload);
                    yield claim.commit();
                }
            }
            case ABORTED_CLAIM -> {
                try (BufferClaim claim = appender.claim(type, SHORT_LENGTH)) {
                    yield claim.sequence();
                }
            }
            case BATCH -> {
                final Batch batch = new Batch();
                for (int part = 0; part < partCount(); part++) {
                    final byte[] payload = payload(part);
                    batch.add(type(part), payload, 0, payload.length);
                }
                yield appender.appendBatch(batch);
            }
        };
    }
}
