// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Turns the bytes that a fuzzer chooses into numbers and edits. Behind the end everything is zero, so that every input means
 * something and a shorter one means less. One is used for many executions.
 */
final class FuzzInput {

    private byte[] bytes = {};
    private int at;

    void reset(final byte[] input) {
        bytes = input;
        at = 0;
    }

    boolean isAtEnd() {
        return at >= bytes.length;
    }

    /** The next byte, from 0 to 255. */
    int nextByte() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    int nextShort() {
        final int low = nextByte();
        return low | nextByte() << 8;
    }

    int nextInt() {
        final int low = nextShort();
        return low | nextShort() << 16;
    }

    long nextLong() {
        final long low = Integer.toUnsignedLong(nextInt());
        return low | (long) nextInt() << 32;
    }

    /** A number from 0 on, below a bound; takes as few bytes as can reach all of them. */
    int below(final int bound) {
        if (bound <= 1) {
            return 0;
        }
        if (bound <= 1 << 8) {
            return nextByte() % bound;
        }
        return bound <= 1 << 16 ? nextShort() % bound : (nextInt() & Integer.MAX_VALUE) % bound;
    }

    /**
     * A number from where formats break: near zero, near a power of two, near the ends of {@code int} and {@code long},
     * or any other.
     */
    long nextEdge() {
        final int kind = nextByte();
        final long delta = (byte) nextByte();
        return switch (kind & 7) {
            case 0 -> delta;
            case 1 -> Long.MAX_VALUE + delta;
            case 2 -> Integer.MAX_VALUE + delta;
            case 3 -> (1L << (kind >>> 3)) + delta;
            case 4 -> (1L << (32 + (kind >>> 3))) + delta;
            case 5 -> nextInt();
            default -> nextLong();
        };
    }

    /** Copies the next bytes to a place. */
    void copyTo(final byte[] target, final int offset, final int count) {
        final int there = Math.max(0, Math.min(count, bytes.length - at));
        System.arraycopy(bytes, at, target, offset, there);
        at += there;
        for (int i = offset + there; i < offset + count; i++) {
            target[i] = 0;
        }
    }

    /** Overwrites up to 15 bytes of a range at one place. */
    void edit(final byte[] target, final int from, final int length) {
        final int offset = below(length);
        final int count = Math.min(nextByte() & 15, length - offset);
        copyTo(target, from + offset, count);
    }
}
