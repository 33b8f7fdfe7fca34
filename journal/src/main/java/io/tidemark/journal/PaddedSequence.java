// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps the value off the cache line before it, and off the one that the processor fetches along with that. */
abstract class SequenceLeadingPadding {
    @SuppressWarnings("unused")
    private long p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16;
}

/** Holds the value; the Java virtual machine lays out the fields of a superclass before those of its subclasses. */
abstract class SequenceValue extends SequenceLeadingPadding {
    protected volatile long value;
}

/**
 * A number that some threads write and others read all the time, alone on its cache lines. The memory mode of each
 * access is in its name.
 */
final class PaddedSequence extends SequenceValue {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SequenceValue.class, "value", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private long q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16;

    PaddedSequence(final long initial) {
        VALUE.setRelease(this, initial);
    }

    long getPlain() {
        return (long) VALUE.get(this);
    }

    long getAcquire() {
        return (long) VALUE.getAcquire(this);
    }

    long getVolatile() {
        return (long) VALUE.getVolatile(this);
    }

    void setRelease(final long newValue) {
        VALUE.setRelease(this, newValue);
    }

    void setVolatile(final long newValue) {
        VALUE.setVolatile(this, newValue);
    }

    boolean compareAndSet(final long expected, final long newValue) {
        return VALUE.compareAndSet(this, expected, newValue);
    }

    /** Raises the value if it is lower. */
    void max(final long candidate) {
        long current = getVolatile();
        while (current < candidate && !compareAndSet(current, candidate)) {
            current = getVolatile();
        }
    }
}
