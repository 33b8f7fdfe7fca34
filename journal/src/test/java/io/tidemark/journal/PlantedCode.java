// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FrameLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** What broken classes do instead of what they should; see {@link PlantedBug}. Explored like the classes themselves. */
final class PlantedCode {

    private PlantedCode() {}

    /** A compare-and-set in two accesses. */
    static boolean compareThenSet(
            final VarHandle handle, final PaddedSequence target, final long expected, final long newValue) {
        final boolean equal = (long) handle.getVolatile(target) == expected;
        if (equal) {
            handle.setVolatile(target, newValue);
        }
        return equal;
    }

    /** A push onto the stack of waiters in two accesses. */
    static boolean compareThenPush(
            final VarHandle handle, final DurableMark target, final Object expected, final Object newValue) {
        final boolean equal = (Object) handle.getVolatile(target) == expected;
        if (equal) {
            handle.setVolatile(target, newValue);
        }
        return equal;
    }

    /** Gives the room back before it is zero. */
    static void giveBackThenZero(final AppendQueue queue, final int length, final long nextSequence) {
        final ByteBuffer ring = queue.ring();
        final int head = queue.headOffset();
        QueueScenario.counter(queue, "consumedSequence").setRelease(nextSequence);
        giveUnitsBack(queue, length);
        for (int offset = head; offset < head + length; offset += Long.BYTES) {
            FrameLayout.word(ring, offset, 0);
        }
    }

    /** Gives the units back before the sequence. */
    static void giveUnitsThenSequence(final AppendQueue queue, final int length, final long nextSequence) {
        giveUnitsBack(queue, length);
        QueueScenario.counter(queue, "consumedSequence").setRelease(nextSequence);
    }

    private static void giveUnitsBack(final AppendQueue queue, final int length) {
        final PaddedSequence units = QueueScenario.counter(queue, "consumedUnits");
        units.setRelease(units.getPlain() + length / Long.BYTES);
    }

    /** Says that the thread will park after it has looked for work. */
    static void announceAndPark(final WakeSignal signal, final long limitNs) {
        signal.announce();
        signal.park(limitNs);
    }
}
