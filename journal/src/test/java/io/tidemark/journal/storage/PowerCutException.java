// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

/**
 * The simulated machine stopped in the middle of a call. Until {@link SimulatedStorage#crash} or
 * {@link SimulatedStorage#kill} says what became of it, every further call throws this too and does nothing, so that no
 * clean-up of the engine reaches a machine that is off.
 */
public final class PowerCutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PowerCutException(final String message) {
        super(message);
    }
}
