// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.RetentionPolicy;
import io.tidemark.journal.SegmentArchive;
import io.tidemark.journal.SyncPolicy;
import java.time.Duration;
import org.agrona.concurrent.BusySpinIdleStrategy;

/** Configurations for kinds of load. */
public final class Sizing {

    private Sizing() {}

    static JournalConfig capture() {
        return JournalConfig.defaults()
                .withSegmentLength(1 << 30) // some six million records of 128 bytes
                .withStandbyCount(2)
                .withSyncPolicy(SyncPolicy.batch(16_384, 1 << 20, Duration.ofMillis(1)))
                .withIdleStrategy(() -> BusySpinIdleStrategy.INSTANCE); // takes two cores
    }

    static JournalConfig log() {
        return JournalConfig.defaults().withSyncPolicy(SyncPolicy.always());
    }

    static JournalConfig small() {
        return JournalConfig.defaults()
                .withSegmentLength(1 << 20) // records up to half of the queue: 128 KiB less a header
                .withQueueLength(256 << 10)
                .withRecycling(1);
    }

    static JournalConfig keeping(final SegmentArchive archive) {
        return JournalConfig.defaults()
                .withRetention(
                        RetentionPolicy.keepAll().withMaxAge(Duration.ofDays(7)).withMaxBytes(1L << 40))
                .withArchive(archive);
    }
}
