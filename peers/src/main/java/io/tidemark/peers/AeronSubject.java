// SPDX-License-Identifier: Apache-2.0
package io.tidemark.peers;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchivingMediaDriver;
import io.aeron.archive.checksum.Checksum;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.status.RecordingPos;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.tidemark.benchmarks.subject.BatchForce;
import io.tidemark.benchmarks.subject.SharedForce;
import io.tidemark.benchmarks.subject.Subject;
import io.tidemark.benchmarks.subject.SubjectPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.status.CountersReader;
import org.jspecify.annotations.Nullable;

/**
 * Aeron Archive: a publication between threads of this process, recorded by an archive in it. Driver and archive share one
 * thread, so that two cores are enough. Tickets are positions.
 *
 * <p>Written is what the archive tells as recorded: term buffers are in files, too, but no archive reads those after a crash.
 * Under {@code always} the archive forces each block before it tells, at file sync level 1. Level 2 would also force times of
 * files, which no reader needs.
 */
final class AeronSubject implements Subject {

    private static final String CHANNEL = "aeron:ipc";
    private static final String UNUSED_CHANNEL = "aeron:udp?endpoint=localhost:0";
    private static final int STREAM_ID = 1001;
    private static final int REPLAY_STREAM_ID = 1002;
    private static final int MTU_LENGTH = 16 << 10;
    private static final int LEAST_TERM_LENGTH = 64 << 10;
    private static final int LONGEST_SEGMENT = 1 << 30;
    private static final String SEGMENT_SUFFIX = ".rec";
    private static final long START_NS = TimeUnit.SECONDS.toNanos(20);

    private final SubjectPlan plan;
    private final boolean always;
    private final Path archiveDirectory;
    private final int segmentLength;
    private final ArchivingMediaDriver driver;
    private final Thread thread;
    private final AeronArchive archive;
    private final Publication publication;
    private final CountersReader counters;
    private final int recordedCounter;
    private final long recordingId;
    private final SharedForce shared = new SharedForce(this::awaitMoreThan);
    private final BatchForce batchForce;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /** Up to where files were forced from here; guarded by this. */
    private long forced;

    AeronSubject(final SubjectPlan plan, final @Nullable Checksum checksum) {
        this.plan = plan;
        this.always = plan.durability() == SubjectPlan.Durability.ALWAYS;
        this.archiveDirectory = plan.directory().resolve("archive");
        final int termLength = Integer.highestOneBit(Math.max(LEAST_TERM_LENGTH, plan.queueLength()));
        this.segmentLength =
                Math.min(LONGEST_SEGMENT, Math.max(termLength, Integer.highestOneBit(plan.segmentLength())));
        final MediaDriver.Context driverContext = new MediaDriver.Context()
                .aeronDirectoryName(CommonContext.generateRandomDirName())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.INVOKER)
                .ipcTermBufferLength(termLength)
                .ipcMtuLength(MTU_LENGTH)
                .termBufferSparseFile(false)
                .errorHandler(this::fail);
        final int syncLevel = always ? 1 : 0;
        final Archive.Context archiveContext = new Archive.Context()
                .archiveDir(archiveDirectory.toFile())
                .threadingMode(ArchiveThreadingMode.INVOKER)
                .controlChannelEnabled(false)
                // Only of use between archives, of which there is one, but asked for.
                .archiveClientContext(new AeronArchive.Context().controlResponseChannel(UNUSED_CHANNEL))
                .replicationChannel(UNUSED_CHANNEL)
                .recordingEventsEnabled(false)
                .segmentFileLength(segmentLength)
                .fileSyncLevel(syncLevel)
                .catalogFileSyncLevel(syncLevel)
                .errorHandler(this::fail);
        if (checksum != null) {
            archiveContext.recordChecksum(checksum).replayChecksum(checksum);
        }
        this.driver = ArchivingMediaDriver.launch(driverContext, archiveContext);
        this.thread = new Thread(this::drive, "aeron");
        thread.setDaemon(true);
        thread.start();
        this.archive = AeronArchive.connect(new AeronArchive.Context()
                .aeronDirectoryName(driverContext.aeronDirectoryName())
                .controlRequestChannel(archiveContext.localControlChannel())
                .controlRequestStreamId(archiveContext.localControlStreamId())
                .controlResponseChannel(CHANNEL)
                .errorHandler(this::fail));
        this.publication = plan.producerCount() == 1
                ? archive.addRecordedExclusivePublication(CHANNEL, STREAM_ID)
                : archive.addRecordedPublication(CHANNEL, STREAM_ID);
        this.counters = archive.context().aeron().countersReader();
        this.recordedCounter = await("the archive does not record", () -> {
            final int counter =
                    RecordingPos.findCounterIdBySession(counters, publication.sessionId(), archive.archiveId());
            return counter == CountersReader.NULL_COUNTER_ID || !publication.isConnected() ? null : counter;
        });
        this.recordingId = RecordingPos.getRecordingId(counters, recordedCounter);
        this.batchForce = new BatchForce(plan.durability(), this::forceRecorded);
    }

    private void drive() {
        final IdleStrategy idle = plan.spinning() ? BusySpinIdleStrategy.INSTANCE : YieldingIdleStrategy.INSTANCE;
        // It invokes the driver, too.
        final AgentInvoker invoker = driver.archive().invoker();
        while (!closed) {
            idle.idle(invoker.invoke());
        }
    }

    /** Called by threads of Aeron. */
    private void fail(final Throwable thrown) {
        final boolean isWarning =
                thrown instanceof AeronException aeron && aeron.category() == AeronException.Category.WARN;
        if (!isWarning && !closed) {
            failure = thrown;
        }
    }

    private void throwIfFailed() {
        final Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("Aeron failed", thrown);
        }
    }

    private <T> T await(final String otherwise, final Supplier<@Nullable T> look) {
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < START_NS) {
            throwIfFailed();
            final T found = look.get();
            if (found != null) {
                return found;
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException(otherwise);
    }

    private long recorded() {
        return counters.getCounterValue(recordedCounter);
    }

    @Override
    public Producer producer() {
        return producer(() -> {});
    }

    @Override
    public Producer producer(final Runnable whileFull) {
        return new Producer() {

            private final UnsafeBuffer wrapping = new UnsafeBuffer(0, 0);

            @Override
            public long append(final ByteBuffer record) {
                wrapping.wrap(record, 0, record.limit());
                final long position = offer(wrapping, whileFull);
                if (always) {
                    awaitDurable(position);
                }
                return position;
            }
        };
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private long offer(final UnsafeBuffer record, final Runnable whileFull) {
        while (true) {
            final long position = publication.offer(record, 0, record.capacity());
            if (position > 0) {
                return position;
            }
            if (position != Publication.BACK_PRESSURED && position != Publication.ADMIN_ACTION) {
                throw new IllegalStateException("the publication took no record: " + Publication.errorString(position));
            }
            throwIfFailed();
            whileFull.run();
            Thread.yield();
        }
    }

    @Override
    public Follower follower() {
        final Aeron aeron = archive.context().aeron();
        final Subscription subscription = aeron.addSubscription(CHANNEL, STREAM_ID);
        final Image image =
                await("the publication has no image", () -> subscription.imageBySessionId(publication.sessionId()));
        return new RecordedFollower(image, this::recorded, subscription::close);
    }

    @Override
    public Follower replayer() {
        final Subscription subscription = archive.replay(recordingId, 0, recorded(), CHANNEL, REPLAY_STREAM_ID);
        final Image image = await(
                "the archive does not replay", () -> subscription.imageCount() == 0 ? null : subscription.imageAtIndex(0));
        return new RecordedFollower(image, () -> Long.MAX_VALUE, subscription::close);
    }

    @Override
    public void awaitWritten(final long ticket) {
        while (recorded() < ticket) {
            throwIfFailed();
            Thread.onSpinWait();
        }
    }

    @Override
    public void awaitDurable(final long ticket) {
        if (!always) {
            flush(ticket);
        } else if (plan.producerCount() == 1) {
            awaitMoreThan(ticket - 1);
        } else {
            // One looks at the counter, and wakes the others.
            shared.await(ticket);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private long awaitMoreThan(final long position) {
        long recorded = recorded();
        while (recorded <= position) {
            throwIfFailed();
            Thread.yield();
            recorded = recorded();
        }
        return recorded;
    }

    @Override
    public void flush(final long ticket) {
        awaitWritten(ticket);
        if (!always) {
            forceRecorded();
        }
    }

    /** Forces the files from here, for an archive that forces none. */
    private synchronized void forceRecorded() {
        final long target = recorded();
        for (long base = forced - forced % segmentLength; base < target; base += segmentLength) {
            final Path segment = archiveDirectory.resolve(recordingId + "-" + base + SEGMENT_SUFFIX);
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                file.force(false);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        forced = target;
    }

    @Override
    public void close() {
        batchForce.close();
        archive.close();
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        driver.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
