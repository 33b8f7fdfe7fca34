// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A spare is no use: it can't be read, or what is in it is not what it must be. It was not changed. */
public final class UnfitSpareException extends IOException {

    private static final long serialVersionUID = 1L;

    UnfitSpareException(final String message, final @Nullable IOException cause) {
        super(message, cause);
    }
}
