// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

/**
 * Makes a {@link StorageSync} with its defaults, for tools that look for one with {@link java.util.ServiceLoader}. Needs a
 * public constructor without parameters, which does nothing.
 */
public interface StorageSyncProvider {

    /**
     * Makes it.
     *
     * @return the calls, ready for use
     * @throws RuntimeException if they can't be had on this system; its message says why, and what to do
     */
    StorageSync load();
}
