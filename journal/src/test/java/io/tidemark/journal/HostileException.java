// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/** What hostile code of a user throws out of a handler, a listener, a buffer or a supplier. */
final class HostileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HostileException(final String message) {
        super(message);
    }
}
