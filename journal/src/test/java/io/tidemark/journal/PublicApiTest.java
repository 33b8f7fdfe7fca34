// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.histogram.JournalHistograms;
import io.tidemark.journal.jmx.JournalBean;
import io.tidemark.journal.spi.StorageSync;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The packages that users see; the others are public to each other alone. */
class PublicApiTest {

    @Test
    void publicApiShouldBeTheListedOne() throws IOException {
        final int count =
                PublicApi.requireListed(Journal.class, StorageSync.class, JournalHistograms.class, JournalBean.class);
        assertTrue(count > 400, () -> "too little was found: " + count);
    }
}
