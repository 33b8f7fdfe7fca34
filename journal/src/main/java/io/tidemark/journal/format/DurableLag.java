// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/**
 * How many records the durable mark was behind a frame when the frame was written, in 16 bits: 11 bits of mantissa and
 * 5 bits of exponent, rounded up.
 *
 * <p>A whole frame with sequence <i>s</i> and lag <i>l</i> proves that everything up to <i>s − l</i> had been forced.
 * Rounding up can only weaken that proof, never make it false: up to 2047 it is exact, above it is at most 0.1 % too
 * large, and {@link #UNKNOWN} proves nothing.
 */
public final class DurableLag {

    /** Encoded lag that is too large to tell. */
    public static final int UNKNOWN = 0xFFFF;

    private static final int MANTISSA_BITS = 11;
    private static final int MANTISSA_MAX = (1 << MANTISSA_BITS) - 1;

    private DurableLag() {}

    /**
     * Encodes a lag.
     *
     * @param lag number of records, 0 or more
     * @return 16 bits; the smallest lag at least as large that can be told
     */
    public static int encode(final long lag) {
        int exponent = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(lag) - MANTISSA_BITS);
        int mantissa = (int) -(-lag >> exponent);
        if (mantissa > MANTISSA_MAX) {
            mantissa >>= 1;
            exponent++;
        }
        return Math.min((exponent << MANTISSA_BITS) | mantissa, UNKNOWN);
    }

    /**
     * Decodes a lag.
     *
     * @param encoded 16 bits
     * @return number of records, at least what was encoded; {@link Long#MAX_VALUE} if unknown
     */
    public static long decode(final int encoded) {
        if (encoded == UNKNOWN) {
            return Long.MAX_VALUE;
        }
        return (long) (encoded & MANTISSA_MAX) << (encoded >>> MANTISSA_BITS);
    }

    /**
     * The sequence up to which a whole frame proves that everything had been durable.
     *
     * @param sequence of the frame
     * @param encodedLag of the frame
     * @return a sequence, 0 if the frame proves nothing
     */
    public static long provenDurable(final long sequence, final int encodedLag) {
        return Math.max(0, sequence - decode(encodedLag));
    }
}
