// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidemark.journal.spi.StorageSync;
import org.junit.jupiter.api.Test;

class StorageInUseTest {

    /** A suite that runs over the wrong calls would pass, and show nothing. */
    @Test
    void syncShouldBeTheOneThatTheBuildNames() {
        final StorageSync sync = StorageInUse.sync();
        final String found = sync == null ? "Java" : sync.name().replaceFirst(",.*", "");
        assertEquals(System.getProperty("tidemark.sync", "Java"), found);
    }
}
