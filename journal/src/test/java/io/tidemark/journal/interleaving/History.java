// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The operations of one schedule, and the question whether they are linearizable: whether each can be thought to have
 * happened in one moment between its call and its return, so that all results are those of the sequential specification.
 *
 * <p>An operation counts as called at its first access to shared memory, not when the operation before it has returned: so
 * the interval is as short as it can be, and the question as hard.
 *
 * @param <S> states of the specification
 */
public final class History<S> {

    private final List<Operation<S>> operations = new ArrayList<>();
    private long clock;

    /** A set of operations that are done, and the state they lead to. */
    private record Reached<S>(long done, S state) {}

    /**
     * Does an operation and notes it down.
     *
     * @param body does it, and returns it with its result
     * @param <O> type of the operation
     * @return what the body returned
     */
    public <O extends Outcome<S>> O call(final Supplier<O> body) {
        final Operation<S> operation = new Operation<>(Interleaving.role());
        if (!Interleaving.calling(operation, this)) {
            called(operation);
        }
        final O outcome = body.get();
        if (operation.calledAt == 0) {
            // It has accessed nothing.
            called(operation);
            Interleaving.calling(null, null);
        }
        clock++;
        operation.returnedAt = clock;
        operation.outcome = outcome;
        operations.add(operation);
        return outcome;
    }

    void called(final Operation<?> operation) {
        clock++;
        operation.calledAt = clock;
    }

    /** Number of operations that returned. */
    public int count() {
        return operations.size();
    }

    /**
     * Looks for an order.
     *
     * @param initial state before the first operation
     * @return the state after the last one, in the first order found
     * @throws AssertionError if there is no order
     */
    public S requireLinearizable(final S initial) {
        if (operations.size() >= Long.SIZE) {
            throw new IllegalStateException("too many operations for one history: " + operations.size());
        }
        return search(0, initial, new HashSet<>())
                .orElseThrow(() -> new AssertionError("not linearizable from " + initial + ":" + this));
    }

    private Optional<S> search(final long done, final S state, final Set<Reached<S>> seen) {
        if (done == (1L << operations.size()) - 1) {
            return Optional.of(state);
        }
        if (!seen.add(new Reached<>(done, state))) {
            return Optional.empty();
        }
        final long firstReturn = firstReturn(done);
        for (int i = 0; i < operations.size(); i++) {
            final Operation<S> operation = operations.get(i);
            final long bit = 1L << i;
            // Whoever was called after another had returned can't come before it.
            if ((done & bit) == 0 && operation.calledAt < firstReturn) {
                final Optional<S> end =
                        operation.outcome.after(state).flatMap(after -> search(done | bit, after, seen));
                if (end.isPresent()) {
                    return end;
                }
            }
        }
        return Optional.empty();
    }

    private long firstReturn(final long done) {
        // They lie in the list in the order of their returns.
        return operations.get(Long.numberOfTrailingZeros(~done)).returnedAt;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        operations.forEach(operation -> text.append("\n    ").append(operation));
        return text.toString();
    }
}
