// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.Closeable;
import java.io.IOException;

/** A lock that is held until it is closed, or until the process ends. Closing it again does nothing. */
public interface StorageLock extends Closeable {

    /**
     * Lets the lock go.
     *
     * @throws IOException if that failed
     */
    @Override
    void close() throws IOException;
}
