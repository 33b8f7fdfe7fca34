// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Keeps records of an open journal from being given up: the head does not move past a pin, whatever truncates, until the pin
 * is moved or closed. It ends with the journal; what is to hold beyond that takes a {@link NamedReader}.
 *
 * <pre>{@code
 * try (Pin pin = journal.pin(journal.headSequence())) {
 *     journal.replay(pin.sequence(), backup);    // nothing of it is truncated meanwhile
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Pin implements AutoCloseable {

    private final Pins pins;

    /** Guarded by the pins. */
    private long sequence;

    Pin(final Pins pins, final long sequence) {
        this.pins = pins;
        this.sequence = sequence;
    }

    /**
     * The first record that is kept.
     *
     * @return a sequence, from 1
     */
    public long sequence() {
        synchronized (pins) {
            return sequence;
        }
    }

    /**
     * Moves the pin forward: what lies before is not kept by it any more.
     *
     * @param newSequence of the first record to keep, at least {@link #sequence()}
     * @throws IllegalArgumentException if it lies before
     */
    public void moveTo(final long newSequence) {
        synchronized (pins) {
            if (newSequence < sequence) {
                throw new IllegalArgumentException(
                        "a pin can only move forward: from=" + sequence + ", to=" + newSequence);
            }
            sequence = newSequence;
        }
    }

    /** Lets go what the pin has kept. Further calls do nothing. */
    @Override
    public void close() {
        pins.remove(this);
    }
}
