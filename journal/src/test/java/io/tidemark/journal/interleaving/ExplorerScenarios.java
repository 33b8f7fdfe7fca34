// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Scenarios of which it is known what an exploration must find, and how many schedules there are. */
final class ExplorerScenarios {

    private ExplorerScenarios() {}

    /** Two threads add one, each in two accesses. */
    static final class LostUpdate implements Scenario {
        private volatile int sum;

        @SuppressWarnings("NonAtomicVolatileUpdate")
        private void add() {
            sum++;
        }

        @Override
        public List<Part> parts() {
            return List.of(new Part("left", this::add), new Part("right", this::add));
        }

        @Override
        public void check() {
            if (sum != 2) {
                throw new AssertionError("lost: sum=" + sum);
            }
        }
    }

    /** Two threads, with three accesses each to one place. */
    static final class ThreeEach implements Scenario {
        private final AtomicInteger sum = new AtomicInteger();

        private void addThrice() {
            for (int i = 0; i < 3; i++) {
                sum.incrementAndGet();
            }
        }

        @Override
        public List<Part> parts() {
            return List.of(new Part("left", this::addThrice), new Part("right", this::addThrice));
        }
    }

    /** The same, with a place for each thread: nobody can notice who goes first. */
    static final class ThreeEachApart implements Scenario {
        private final AtomicInteger left = new AtomicInteger();
        private final AtomicInteger right = new AtomicInteger();

        ThreeEachApart() {
            left.set(0);
            right.set(0);
        }

        private static void addThrice(final AtomicInteger sum) {
            for (int i = 0; i < 3; i++) {
                sum.incrementAndGet();
            }
        }

        @Override
        public List<Part> parts() {
            return List.of(new Part("left", () -> addThrice(left)), new Part("right", () -> addThrice(right)));
        }
    }

    /** Looks, then parks; whoever comes in between wakes nobody, for it does so only where one has parked. */
    static final class LookThenPark implements Scenario {
        private volatile boolean open;
        private volatile Thread sleeper;

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("sleeper", () -> {
                        if (!open) {
                            sleeper = Thread.currentThread();
                            LockSupport.park(this);
                        }
                    }),
                    new Part("waker", () -> {
                        open = true;
                        if (sleeper != null) {
                            LockSupport.unpark(sleeper);
                        }
                    }));
        }
    }

    /** Waits for something that nobody does. */
    static final class SpinForEver implements Scenario {
        private volatile boolean open;

        private void spin() {
            while (!open) {
                Interleaving.yieldToOthers();
            }
        }

        @Override
        public List<Part> parts() {
            return List.of(new Part("left", this::spin), new Part("right", this::spin));
        }
    }

    /** Spins until another one has done something; however often it looks in vain, that makes no new schedules. */
    static final class SpinForOther implements Scenario {
        private volatile boolean open;

        @Override
        public List<Part> parts() {
            return List.of(
                    new Part("spinner", () -> {
                        while (!open) {
                            Interleaving.yieldToOthers();
                        }
                    }),
                    new Part("opener", () -> open = true));
        }
    }

    /** Waits in a way that the scheduler can't see. */
    static final class Locking implements Scenario {
        private synchronized void lock() {}

        @Override
        public List<Part> parts() {
            return List.of(new Part("locker", this::lock));
        }
    }

    /** Does something else each time. */
    static final class Whimsical implements Scenario {
        private static int made;

        private final AtomicInteger sum = new AtomicInteger();
        private final int count;

        Whimsical() {
            made++;
            count = made % 2 == 0 ? 2 : 7;
        }

        @Override
        public List<Part> parts() {
            final Runnable add = () -> {
                for (int i = 0; i < count; i++) {
                    sum.incrementAndGet();
                }
            };
            return List.of(new Part("left", add), new Part("right", add));
        }
    }
}
