// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

import java.util.Objects;

/**
 * A call that is in use on this system, for people to read.
 *
 * @param purpose what the journal wants with it, such as "force of a mapped range"
 * @param call as the system calls it, such as "msync(MS_SYNC)"
 * @param guarantee what is true once it has returned without an error
 */
public record SystemCall(String purpose, String call, String guarantee) {

    /**
     * Checks that nothing is missing.
     *
     * @param purpose what the journal wants with it
     * @param call as the system calls it
     * @param guarantee what is true once it has returned
     */
    public SystemCall {
        Objects.requireNonNull(purpose, "purpose");
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(guarantee, "guarantee");
    }
}
