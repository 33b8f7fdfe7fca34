// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

/**
 * An operation with its result, and when it was called and returned: ticks of a clock that only goes on when an operation
 * is called or returns.
 */
final class Operation<S> {

    final String role;
    long calledAt;
    long returnedAt;
    Outcome<S> outcome;

    Operation(final String role) {
        this.role = role;
    }

    @Override
    public String toString() {
        return String.format("%4d to %4d  %s: %s", calledAt, returnedAt, role, outcome);
    }
}
