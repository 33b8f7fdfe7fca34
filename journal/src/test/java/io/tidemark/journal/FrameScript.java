// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Fills two segments with what a fuzzer asks for: frames whose checksums fit and whose fields need not, damage to them,
 * gaps, and plain bytes. A fuzzer cannot guess a checksum, and without one that fits nothing but a checksum is tested.
 */
final class FrameScript {

    static final int SEGMENT_LENGTH = 64 << 10;

    private static final int PAGE_LENGTH = 4096;
    private static final int HEADER_LENGTH = 32;
    private static final int MAX_STEPS = 200;
    private static final int SEAL = 0x8001;
    private static final int[] TYPES = {0, 1, 0x7FFF, SEAL, 0xC001, 0x8002, 0xC002, 0xFFFF};

    private final byte[][] segments;
    private final int[] seeds;
    private final int[] usedEnds;
    private final ByteBuffer[] fields;
    private final CRC32C crc = new CRC32C();

    private int segment;
    private int offset;
    private int lastOffset;
    private long nextSequence;
    private int epoch;

    /**
     * Creates a script.
     *
     * @param segments whole segments with their header pages
     * @param seeds of the checksums of their frames
     */
    FrameScript(final byte[][] segments, final int... seeds) {
        this.segments = segments;
        this.seeds = seeds;
        this.usedEnds = new int[segments.length];
        this.fields = new ByteBuffer[segments.length];
        for (int i = 0; i < segments.length; i++) {
            fields[i] = ByteBuffer.wrap(segments[i]).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Empties the segments and plays what is left of the input. */
    void play(final FuzzInput input, final long firstSequence, final int firstEpoch) {
        for (int i = 0; i < segments.length; i++) {
            Arrays.fill(segments[i], PAGE_LENGTH, Math.max(PAGE_LENGTH, usedEnds[i]), (byte) 0);
            usedEnds[i] = PAGE_LENGTH;
        }
        segment = 0;
        offset = PAGE_LENGTH;
        lastOffset = PAGE_LENGTH;
        nextSequence = firstSequence;
        epoch = firstEpoch;
        for (int step = 0; step < MAX_STEPS && !input.isAtEnd(); step++) {
            step(input);
        }
    }

    private void step(final FuzzInput input) {
        final int code = input.nextByte();
        switch (code & 7) {
            case 0 -> frame(input, code >>> 6, 0, 0);
            case 1 -> frame(input, code >>> 6, (byte) input.nextByte(), 0);
            case 2 -> frame(input, code >>> 6, 0, (byte) input.nextByte());
            case 3 -> bytes(input, code >>> 3);
            case 4 -> move(offset + 8 * (1 + (code >>> 3)));
            case 5 -> damage(input);
            case 6 -> goOn(input, code >>> 3);
            default -> seal(input);
        }
    }

    /** A frame that is good but for what is asked for: another sequence, another epoch, any type, flag and lag. */
    private void frame(final FuzzInput input, final int variant, final int sequenceDelta, final int epochDelta) {
        final int length = HEADER_LENGTH + ((variant & 1) == 0 ? input.nextByte() & 63 : input.nextShort() & 0x3FFF);
        final int flagsAndType = input.nextByte();
        final int flags = (variant & 2) == 0 ? flagsAndType & 1 : input.nextByte();
        final int lag = (variant & 2) == 0 ? input.nextByte() & 15 : input.nextShort();
        epoch += epochDelta;
        store(length, nextSequence + sequenceDelta, flags, TYPES[flagsAndType >>> 1 & 7], lag, input.nextByte());
        nextSequence += sequenceDelta + 1;
    }

    private void seal(final FuzzInput input) {
        store(HEADER_LENGTH, nextSequence, 0, SEAL, input.nextByte() & 15, 0);
        goToSegment(1 - segment);
    }

    private void store(
            final int length, final long sequence, final int flags, final int type, final int lag, final int filling) {
        final int aligned = (length + 7) & -8;
        if (aligned > SEGMENT_LENGTH - offset) {
            return;
        }
        final ByteBuffer frame = fields[segment];
        Arrays.fill(segments[segment], offset + HEADER_LENGTH, offset + length, (byte) filling);
        Arrays.fill(segments[segment], offset + length, offset + aligned, (byte) 0);
        frame.putInt(offset + 4, length);
        frame.putLong(offset + 8, sequence);
        frame.put(offset + 15, (byte) flags);
        frame.putLong(offset + 16, sequence);
        frame.putInt(offset + 24, epoch);
        frame.putShort(offset + 28, (short) type);
        frame.putShort(offset + 30, (short) lag);
        crc.reset();
        crc.update(segments[segment], offset + 4, aligned - 4);
        frame.putInt(offset, (int) crc.getValue() ^ seeds[segment]);
        lastOffset = offset;
        move(offset + aligned);
    }

    private void bytes(final FuzzInput input, final int count) {
        final int fitting = Math.min(count, SEGMENT_LENGTH - offset);
        input.copyTo(segments[segment], offset, fitting);
        move((offset + fitting + 7) & -8);
    }

    /** Turns bits in the last frame. */
    private void damage(final FuzzInput input) {
        final int at = Math.min(SEGMENT_LENGTH - 1, lastOffset + input.nextByte());
        segments[segment][at] ^= (byte) input.nextByte();
        usedEnds[segment] = Math.max(usedEnds[segment], at + 1);
    }

    /** Goes near the end of the segment, with one long frame or with nothing, or to the other segment. */
    private void goOn(final FuzzInput input, final int how) {
        if ((how & 1) != 0) {
            goToSegment(1 - segment);
            return;
        }
        final int end = SEGMENT_LENGTH - 8 * (input.nextByte() & 63);
        if (end - offset >= HEADER_LENGTH && (how & 2) == 0) {
            store(end - offset, nextSequence, 0, 1, 0, how);
            nextSequence++;
        } else if (end > offset) {
            move(end);
        }
    }

    private void goToSegment(final int number) {
        segment = number;
        offset = PAGE_LENGTH;
        lastOffset = offset;
    }

    private void move(final int newOffset) {
        offset = Math.min(newOffset, SEGMENT_LENGTH);
        usedEnds[segment] = Math.max(usedEnds[segment], offset);
    }
}
