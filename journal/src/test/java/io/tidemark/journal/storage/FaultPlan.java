// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one hook through which every call across the seam passes. It counts the calls, keeps a trace when asked to, and
 * says which call meets which fault. Of several rules that match a call, the oldest is obeyed.
 *
 * <p>To try all places where something can go wrong: run once, ask {@link #callCount()}, then run again for each number
 * up to it with a fault {@link #at} that number.
 */
public final class FaultPlan {

    private static final class Rule {
        private final Predicate<StorageCall> predicate;
        private final Fault fault;
        private final boolean every;
        private long remaining;

        Rule(final Predicate<StorageCall> predicate, final Fault fault, final boolean every, final long remaining) {
            this.predicate = predicate;
            this.fault = fault;
            this.every = every;
            this.remaining = remaining;
        }
    }

    private final List<Rule> rules = new ArrayList<>();
    private @Nullable List<String> trace;
    private long callCount;

    FaultPlan() {}

    /**
     * Plans a fault for one call.
     *
     * @param number of the call, from 1, as {@link #callCount()} counts
     * @param fault that it meets
     */
    public synchronized void at(final long number, final Fault fault) {
        rules.add(new Rule(call -> call.number() == number, fault, false, 1));
    }

    /**
     * Plans a fault for the next call that matches.
     *
     * @param predicate that matches
     * @param fault that the call meets
     */
    public synchronized void on(final Predicate<StorageCall> predicate, final Fault fault) {
        rules.add(new Rule(predicate, fault, false, 1));
    }

    /**
     * Plans a fault for one of the calls that match.
     *
     * @param ordinal 1 for the next call that matches, 2 for the one behind it, and so on
     * @param predicate that matches
     * @param fault that the call meets
     */
    public synchronized void onNth(final long ordinal, final Predicate<StorageCall> predicate, final Fault fault) {
        rules.add(new Rule(predicate, fault, false, ordinal));
    }

    /**
     * Plans a fault for all calls that match.
     *
     * @param predicate that matches
     * @param fault that the calls meet
     */
    public synchronized void onEvery(final Predicate<StorageCall> predicate, final Fault fault) {
        rules.add(new Rule(predicate, fault, true, 0));
    }

    /** Drops all rules, those that were not met included. Count and trace go on. */
    public synchronized void clear() {
        rules.clear();
    }

    /**
     * The number of faults that are planned and were not met yet; those for every call count.
     *
     * @return their number
     */
    public synchronized int pendingCount() {
        return rules.size();
    }

    /**
     * The number of calls so far. Calls on what is closed, or belongs to a dead process, are none.
     *
     * @return their number
     */
    public synchronized long callCount() {
        return callCount;
    }

    /** Begins a trace; an older one is dropped. */
    public synchronized void startTrace() {
        trace = new ArrayList<>();
    }

    /**
     * The calls since the trace began, in order, each with the fault it met.
     *
     * @return one line per call; empty if no trace was begun
     */
    public synchronized List<String> trace() {
        return trace == null ? List.of() : List.copyOf(trace);
    }

    /** Counts a call and says what it meets; null if nothing. */
    synchronized @Nullable Fault next(
            final StorageCall.Kind kind, final String name, final long offset, final long length) {
        callCount++;
        if (rules.isEmpty() && trace == null) {
            return null;
        }
        final StorageCall call = new StorageCall(callCount, kind, name, offset, length);
        final Fault fault = faultFor(call);
        if (trace != null) {
            trace.add(fault == null ? call.toString() : call + " [" + fault + "]");
        }
        return fault;
    }

    private @Nullable Fault faultFor(final StorageCall call) {
        for (final Iterator<Rule> iterator = rules.iterator(); iterator.hasNext(); ) {
            final Rule rule = iterator.next();
            if (!rule.predicate.test(call)) {
                continue;
            }
            if (rule.every) {
                return rule.fault;
            }
            rule.remaining--;
            if (rule.remaining == 0) {
                iterator.remove();
                return rule.fault;
            }
        }
        return null;
    }
}
