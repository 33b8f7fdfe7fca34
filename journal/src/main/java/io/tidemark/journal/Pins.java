// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The pins of this process, and how far the head may have moved beside them. A pin is set and the head is decided on under one
 * lock, so that none of the two can come between the look and the step of the other. Nothing is waited for under it.
 */
final class Pins {

    private final String directory;

    /** All is guarded by this object. */
    private final List<Pin> pins = new ArrayList<>();

    /** The head is here, or on its way to here. */
    private long head;

    Pins(final String directory, final long head) {
        this.directory = directory;
        this.head = head;
    }

    /** Sets a pin. Any thread. */
    synchronized Pin add(final long sequence) {
        if (sequence < 1) {
            throw new IllegalArgumentException("sequence must be at least 1: sequence=" + sequence);
        }
        if (sequence < head) {
            throw new OvertakenException(directory, sequence, head);
        }
        final Pin pin = new Pin(this, sequence);
        pins.add(pin);
        return pin;
    }

    synchronized void remove(final Pin pin) {
        pins.remove(pin);
    }

    /** Number of pins. Any thread. */
    synchronized int count() {
        return pins.size();
    }

    /**
     * Decides how far the head may go. Keeper only, which moves it there.
     *
     * @param wanted the head that is wanted
     * @param rounding puts it back to where it is to be
     * @return the first pin, if that is before, rounded; never below an earlier answer
     */
    synchronized long decide(final long wanted, final LongUnaryOperator rounding) {
        long allowed = wanted;
        for (final Pin pin : pins) {
            allowed = Math.min(allowed, pin.sequence());
        }
        head = Math.max(head, rounding.applyAsLong(allowed));
        return head;
    }
}
