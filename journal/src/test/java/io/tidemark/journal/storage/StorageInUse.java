// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.StorageSyncProvider;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * What makes files durable in tests that use real ones: Java's own calls, or those of another module, if that has these
 * tests on its class path beside itself. So one suite tests both.
 */
public final class StorageInUse {

    private static final @Nullable StorageSync SYNC = ServiceLoader.load(StorageSyncProvider.class)
            .findFirst()
            .map(StorageSyncProvider::load)
            .orElse(null);

    private StorageInUse() {}

    /**
     * The calls of another module.
     *
     * @return the calls; null for Java's own
     */
    public static @Nullable StorageSync sync() {
        return SYNC;
    }

    /**
     * Lets a journal use what is in use.
     *
     * @param config of the journal
     * @return the configuration, changed if need be
     */
    public static JournalConfig in(final JournalConfig config) {
        return SYNC == null ? config : config.withStorageSync(SYNC);
    }

    /**
     * The flags that another JVM needs to use the same.
     *
     * @return none for Java's own calls
     */
    public static List<String> flags() {
        return SYNC == null ? List.of() : List.of("--enable-native-access=ALL-UNNAMED");
    }
}
