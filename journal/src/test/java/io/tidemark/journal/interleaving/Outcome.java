// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import java.util.Optional;

/**
 * An operation and what it returned, as a step of the sequential specification.
 *
 * @param <S> states of the specification: immutable, with an equality
 */
@FunctionalInterface
public interface Outcome<S> {

    /**
     * Does the operation in one go.
     *
     * @param before state before it
     * @return the state after it; empty if it could not have had this result in the state before
     */
    Optional<S> after(S before);
}
