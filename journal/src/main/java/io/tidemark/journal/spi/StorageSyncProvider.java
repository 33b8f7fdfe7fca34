// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

/**
 * Makes a {@link StorageSync} with its defaults, for tools that look for one with {@link java.util.ServiceLoader}. Needs a
 * public constructor without parameters, which does nothing, and a line with its name in
 * {@code META-INF/services/io.tidemark.journal.spi.StorageSyncProvider}. Applications have no need of it: they give a {@link
 * StorageSync} to the configuration.
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
