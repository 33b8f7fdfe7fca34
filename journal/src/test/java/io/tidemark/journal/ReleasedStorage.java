// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tidemark.journal.storage.SimulatedStorage;
import java.util.List;
import java.util.function.Supplier;

/** What a journal leaves behind that was closed: nothing open, nothing mapped, nothing locked. */
final class ReleasedStorage {

    private ReleasedStorage() {}

    static void require(final SimulatedStorage process) {
        require(process, () -> "when the journal was closed");
    }

    static void require(final SimulatedStorage process, final Supplier<String> what) {
        assertEquals(List.of(), process.openHandles(), what);
        assertEquals(List.of(), process.liveMappings(), what);
        assertEquals(List.of(), process.storesAfterUnmap(), what);
        assertFalse(process.isLocked(), () -> "left locked: " + what.get());
    }
}
