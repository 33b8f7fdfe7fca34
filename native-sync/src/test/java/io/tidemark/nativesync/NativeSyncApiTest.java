// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.PublicApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What users of the native calls see. */
class NativeSyncApiTest {

    @Test
    void publicApiShouldBeTheListedOne() throws IOException {
        final int count = PublicApi.requireListed(NativeSync.class);
        assertTrue(count > 30, () -> "too little was found: " + count);
    }
}
