// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.DirectoryStorage;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that opens a journal, appends with several producers, closes it and opens it again, for ever: it is there to
 * be killed. It says on standard output what it is doing and what it was promised. What it said before its end stays said.
 *
 * <pre>
 *   start POLICY                            before anything else
 *   opening                                 then the calls of opening
 *   opened EPOCH LAST                       then the producers append
 *   accepted PRODUCER COUNTER SEQUENCE ...  the last sequence of each operation, from that counter on
 *   written SEQUENCE                        taken from the journal before it was said
 *   durable SEQUENCE                        the same
 *   closing                                 then the calls of closing
 *   closed SEQUENCE                         durable then; next is opening again
 *   begin CALL, end CALL                    a call that changes something in the directory
 *   held                                    this process waits in front of a call for its end
 * </pre>
 */
public final class KilledJournal {

    static final int PRODUCER_COUNT = 4;

    private static final int MAX_OPERATIONS = 250;
    private static final int MOST_SAID_AT_ONCE = 24;

    private final Path directory;
    private final KillPlan plan;
    private final SplittableRandom random;
    private final FileOutputStream output = new FileOutputStream(FileDescriptor.out);
    private final ProducedOperation[] next = new ProducedOperation[PRODUCER_COUNT];
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private volatile KillPlan.Moment moment = KillPlan.Moment.STARTING;

    /** Guarded by this. */
    private int callsAtMoment;

    /** Guarded by this. */
    private int cycle;

    private KilledJournal(final Path directory, final long life, final KillPlan plan) {
        this.directory = directory;
        this.plan = plan;
        this.random = new SplittableRandom(life);
        for (int producer = 0; producer < PRODUCER_COUNT; producer++) {
            next[producer] = new ProducedOperation(life, producer, 0);
        }
    }

    /**
     * The process.
     *
     * @param arguments the directory, the number of this life, and the plan for its end
     */
    public static void main(final String[] arguments) {
        final KilledJournal process =
                new KilledJournal(Path.of(arguments[0]), Long.parseLong(arguments[1]), KillPlan.parse(arguments[2]));
        try {
            process.run();
        } catch (final Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(2);
        }
    }

    private void run() throws Throwable {
        final SyncPolicy policy = policy();
        final JournalConfig config = JournalConfig.defaults()
                .withSyncPolicy(policy)
                .withSegmentLength(random.nextInt(4) == 0 ? 128 << 10 : 64 << 10)
                .withQueueLength((64 << 10) << random.nextInt(3))
                .withStandbyCount(1 + random.nextInt(2))
                .withDurabilityListener(sequence -> say("durable " + sequence));
        say("start " + policy.toString().replaceFirst("\\(.*", ""));
        while (true) {
            live(config);
        }
    }

    private SyncPolicy policy() {
        return switch (random.nextInt(3)) {
            case 0 -> SyncPolicy.always();
            case 1 ->
                SyncPolicy.batch(
                        1 + random.nextInt(500),
                        4096 << random.nextInt(5),
                        Duration.ofNanos(random.nextInt(5_000_000)));
            default -> SyncPolicy.never();
        };
    }

    private void live(final JournalConfig config) throws Throwable {
        enter(KillPlan.Moment.OPENING, "opening");
        final Journal journal = open(config);
        enter(KillPlan.Moment.APPENDING, "opened " + journal.recoveryReport().epoch() + " " + journal.lastSequence());
        final List<Thread> producers = new ArrayList<>();
        for (int producer = 0; producer < PRODUCER_COUNT; producer++) {
            final int number = producer;
            final SplittableRandom own = random.split();
            producers.add(new Thread(() -> produce(journal, number, own), "producer-" + number));
        }
        producers.forEach(Thread::start);
        for (final Thread producer : producers) {
            producer.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        enter(KillPlan.Moment.CLOSING, "closing");
        journal.close();
        enter(KillPlan.Moment.CLOSED, "closed " + journal.durableSequence());
    }

    private Journal open(final JournalConfig config) throws IOException {
        return plan.announced()
                ? Journal.open(
                        new AnnouncingStorage(DirectoryStorage.openOrCreate(directory), new Announcements()), config)
                : Journal.open(directory, config);
    }

    private void produce(final Journal journal, final int producer, final SplittableRandom own) {
        try {
            final Appender appender = journal.appender();
            int left = 1 + own.nextInt(MAX_OPERATIONS);
            while (left > 0) {
                final int count = Math.min(left, 1 + own.nextInt(MOST_SAID_AT_ONCE));
                final StringBuilder words = new StringBuilder("accepted ")
                        .append(producer)
                        .append(' ')
                        .append(next[producer].counter());
                for (int i = 0; i < count; i++) {
                    words.append(' ').append(next[producer].run(appender));
                    next[producer] = next[producer].next();
                }
                say(words.toString());
                left -= count;
                switch (own.nextInt(12)) {
                    case 0 -> say("durable " + journal.flush());
                    case 1 -> say("durable " + journal.durableSequence());
                    case 2, 3 -> say("written " + journal.writtenSequence());
                    default -> {
                        // Goes on at once.
                    }
                }
            }
        } catch (final Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private synchronized void enter(final KillPlan.Moment entered, final String words) {
        moment = entered;
        callsAtMoment = 0;
        if (entered == KillPlan.Moment.OPENING) {
            cycle++;
        }
        say(words);
    }

    /**
     * Writes one line by one call. A pipe takes up to 4096 bytes at once or not at all, so no line is ever cut by a kill or
     * mixed with that of another thread.
     */
    private void say(final String words) {
        try {
            output.write((words + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (final IOException e) {
            // Nobody listens any more, so nobody will kill this process either.
            Runtime.getRuntime().halt(3);
        }
    }

    /** Says which calls are made, and stops for good in front of the one that the plan names. */
    private final class Announcements implements AnnouncingStorage.Announcer {
        @Override
        public void begin(final String call) {
            say("begin " + call);
            if (isPlanned(call)) {
                say("held");
                while (true) {
                    LockSupport.park();
                }
            }
        }

        private boolean isPlanned(final String call) {
            synchronized (KilledJournal.this) {
                if (!plan.held() || cycle < plan.cycle() || !plan.moment().isAt(moment, call)) {
                    return false;
                }
                callsAtMoment++;
                return callsAtMoment == plan.line();
            }
        }

        @Override
        public void end(final String call) {
            say("end " + call);
        }
    }
}
