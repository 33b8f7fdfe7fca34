// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.spi.JournalProbe;
import io.tidemark.journal.spi.StorageSync;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.jspecify.annotations.Nullable;

/** The values of a {@link JournalConfig}; changed only in copies that nobody has seen yet. */
final class JournalConfigFields implements Cloneable {
    int segmentLength = 64 << 20;
    int queueLength = 16 << 20;
    int standbyCount = 1;
    int spareCount = JournalConfig.SPARES_WHERE_THEY_HELP;
    long reservedSpace = JournalConfig.RESERVE_OF_A_SEGMENT;
    SyncPolicy syncPolicy = SyncPolicy.batch(16_384, 1 << 20, Duration.ofMillis(1));
    long closeTimeoutNs = Duration.ofSeconds(10).toNanos();
    long slowForceNs = Duration.ofMillis(100).toNanos();
    EpochNanoClock clock = new OffsetEpochNanoClock();
    NanoClock ticker = System::nanoTime;
    LongSupplier idSource = new SecureRandom()::nextLong;

    @Nullable
    Supplier<IdleStrategy> idleStrategy;

    @Nullable
    ThreadFactory threadFactory;

    Invocation invocation = Invocation.NOTHING;
    boolean invokingWaits;
    JournalListener listener = new JournalListener() {};

    @Nullable
    DurabilityListener durabilityListener;

    int maxTailers = TailerLimit.DEFAULT_MAX_TAILERS;
    RetentionPolicy retention = RetentionPolicy.keepAll();

    @Nullable
    SegmentArchive archive;

    @Nullable
    StorageSync storageSync;

    @Nullable
    JournalProbe probe;

    JournalConfigFields copy() {
        try {
            return (JournalConfigFields) clone();
        } catch (final CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
