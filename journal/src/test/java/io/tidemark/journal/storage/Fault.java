// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a call instead of, before or behind its usual effect.
 *
 * <p>"Halfway" is, for a write, a prefix of the bytes; for a read, a prefix too; for a force, some of the dirty pages;
 * for a force of the directory, some of the oldest operations. All other calls are atomic, and do nothing by halves.
 *
 * <p>A force that fails, before or halfway, leaves the pages that it did not write clean and not on the disk; see
 * {@link SimulatedStorage}. A power cut leaves them dirty.
 */
public final class Fault {

    /** How much of the call is done. */
    enum Extent {
        NOTHING,
        HALF,
        WHOLE
    }

    private final String description;
    private final Extent extent;
    private final long seed;
    private final @Nullable Supplier<? extends IOException> failure;
    private final boolean powerCut;
    private final Runnable before;
    private final Runnable after;

    private Fault(
            final String description,
            final Extent extent,
            final long seed,
            final @Nullable Supplier<? extends IOException> failure,
            final boolean powerCut,
            final Runnable before,
            final Runnable after) {
        this.description = description;
        this.extent = extent;
        this.seed = seed;
        this.failure = failure;
        this.powerCut = powerCut;
        this.before = before;
        this.after = after;
    }

    /**
     * The call fails without having done anything.
     *
     * @param failure made anew for each call, because an exception must not be suppressed by itself
     * @return the fault
     */
    public static Fault failBefore(final Supplier<? extends IOException> failure) {
        return new Fault("fails before", Extent.NOTHING, 0, failure, false, Fault::idle, Fault::idle);
    }

    /**
     * The call fails although it did all that it should.
     *
     * @param failure made anew for each call
     * @return the fault
     */
    public static Fault failAfter(final Supplier<? extends IOException> failure) {
        return new Fault("fails after", Extent.WHOLE, 0, failure, false, Fault::idle, Fault::idle);
    }

    /**
     * The call fails in the middle.
     *
     * @param failure made anew for each call
     * @param seed chooses what is done
     * @return the fault
     */
    public static Fault failHalfway(final Supplier<? extends IOException> failure, final long seed) {
        return new Fault("fails halfway", Extent.HALF, seed, failure, false, Fault::idle, Fault::idle);
    }

    /**
     * The machine stops before the call.
     *
     * @return the fault
     */
    public static Fault powerCutBefore() {
        return new Fault("power cut before", Extent.NOTHING, 0, null, true, Fault::idle, Fault::idle);
    }

    /**
     * The machine stops when the call is done, before its caller knows.
     *
     * @return the fault
     */
    public static Fault powerCutAfter() {
        return new Fault("power cut after", Extent.WHOLE, 0, null, true, Fault::idle, Fault::idle);
    }

    /**
     * The machine stops in the middle of the call.
     *
     * @param seed chooses what is done
     * @return the fault
     */
    public static Fault powerCutHalfway(final long seed) {
        return new Fault("power cut halfway", Extent.HALF, seed, null, true, Fault::idle, Fault::idle);
    }

    /**
     * Something else happens before the call, which is then done as usual. It may call the storage, or wait for another
     * thread.
     *
     * @param action to run, on the thread of the call
     * @return the fault
     */
    public static Fault runBefore(final Runnable action) {
        return new Fault("runs before", Extent.WHOLE, 0, null, false, action, Fault::idle);
    }

    /**
     * Something else happens when the call is done, before its caller knows.
     *
     * @param action to run, on the thread of the call
     * @return the fault
     */
    public static Fault runAfter(final Runnable action) {
        return new Fault("runs after", Extent.WHOLE, 0, null, false, Fault::idle, action);
    }

    private static void idle() {}

    Extent extent() {
        return extent;
    }

    long seed() {
        return seed;
    }

    boolean isPowerCut() {
        return powerCut;
    }

    @Nullable
    IOException failure() {
        return failure == null ? null : failure.get();
    }

    void runBefore() {
        before.run();
    }

    void runAfter() {
        after.run();
    }

    @Override
    public String toString() {
        return description;
    }
}
