// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.StorageInUse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The process on a disk that is about to fail: several producers on one journal, told line by line what to do. It knows
 * which sequence each of its records was given, and so can say of a journal opened again whether everything that was told
 * durable is there, and nothing that was never accepted.
 *
 * <p>{@link LoadProcess} is the other end. A command is answered by one line, "ok …" or "thrown …"; a line that does not
 * come in time ends the process, with the stacks of all threads on standard error.
 */
final class ProducerLoad {

    static final int PRODUCER_COUNT = 8;

    /** Exit code of a process in which a command hung. */
    static final int HUNG = 97;

    private static final long COMMAND_LIMIT_NS = Duration.ofMinutes(3).toNanos();
    private static final long ROOM_LIMIT_NS = Duration.ofSeconds(20).toNanos();
    private static final long PARK_NS = 1_000_000;
    private static final int MAX_FILLER_LENGTH = 600;

    private final Producer[] producers = new Producer[PRODUCER_COUNT];

    private @Nullable Journal journal;
    private long toldDurable;

    /** When the command in hand must be done, in the time of {@link System#nanoTime()}. Read by the watchdog. */
    private volatile long deadlineNs = Long.MAX_VALUE;

    private ProducerLoad() {
        for (int i = 0; i < PRODUCER_COUNT; i++) {
            producers[i] = new Producer(i);
        }
    }

    /**
     * The other process.
     *
     * @param arguments none
     * @throws IOException if nothing can be read from standard input
     */
    public static void main(final String[] arguments) throws IOException {
        final ProducerLoad load = new ProducerLoad();
        final Thread watchdog = new Thread(load::watch, "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            load.deadlineNs = System.nanoTime() + COMMAND_LIMIT_NS;
            System.out.println(load.answer(line.split(" ")).replace('\n', ' '));
            System.out.flush();
            load.deadlineNs = Long.MAX_VALUE;
        }
    }

    private void watch() {
        while (deadlineNs == Long.MAX_VALUE || System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(100 * PARK_NS);
        }
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            System.err.println(thread);
            for (final StackTraceElement element : stack) {
                System.err.println("    at " + element);
            }
        });
        Runtime.getRuntime().halt(HUNG);
    }

    private String answer(final String... words) {
        try {
            return switch (words[0]) {
                case "open" -> open(Path.of(words[1]), words[2], Integer.parseInt(words[3]), words.length > 4);
                case "warm" -> warm(Integer.parseInt(words[1]));
                case "append" -> append(Long.parseLong(words[1]));
                case "start" -> start(Long.parseLong(words[1]));
                case "reach" -> reach(Long.parseLong(words[1]));
                case "await" -> await();
                case "resume" -> resume(Long.parseLong(words[1]));
                case "flush" -> "ok " + open().flush();
                case "replay" -> "ok " + open().replay(1, (sequence, timestamp, type, buffer, offset, length) -> {});
                case "verify" -> verify();
                case "close" -> close();
                default -> throw new IllegalArgumentException(words[0]);
            };
        } catch (final JournalException | IllegalStateException e) {
            return "thrown " + words(e);
        }
    }

    private static String words(final Throwable thrown) {
        final StringBuilder words = new StringBuilder();
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            words.append(words.isEmpty() ? "" : " <- ")
                    .append(e.getClass().getSimpleName())
                    .append(": ")
                    .append(e.getMessage());
        }
        return words.toString();
    }

    private Journal open() {
        if (journal == null) {
            throw new IllegalStateException("no journal is open");
        }
        return journal;
    }

    private static SyncPolicy policyOf(final String name) {
        return switch (name) {
            case "always" -> SyncPolicy.always();
            case "batch" -> SyncPolicy.batch(100, 1 << 16, Duration.ofMillis(1));
            case "never" -> SyncPolicy.never();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private String open(
            final Path directory, final String policy, final int segmentLength, final boolean toTheLastByte) {
        final JournalConfig config = StorageInUse.in(JournalConfig.defaults())
                .withSegmentLength(segmentLength)
                .withQueueLength(64 << 10)
                .withCloseTimeout(Duration.ofMillis(500))
                .withReservedSpace(toTheLastByte ? 0 : segmentLength)
                .withSyncPolicy(policyOf(policy));
        final Journal opened = Journal.open(directory, config);
        journal = opened;
        final long last = opened.lastSequence();
        if (last == 0) {
            toldDurable = 0;
        }
        for (final Producer producer : producers) {
            producer.begin(opened, last);
        }
        return last < toldDurable
                ? "thrown LostRecords: told durable up to " + toldDurable + ", found " + last + ": "
                        + opened.recoveryReport()
                : "ok " + last;
    }

    /** Appends from one thread, often enough for the code of the writer to be compiled. */
    private String warm(final int count) {
        for (int i = 0; i < count; i++) {
            producers[0].appendOnce();
        }
        return "ok " + open().flush();
    }

    private String append(final long countEach) {
        start(countEach);
        return await();
    }

    private String start(final long countEach) {
        for (final Producer producer : producers) {
            producer.start(countEach, false);
        }
        return "ok";
    }

    /** Waits until so much is durable. */
    private String reach(final long sequence) {
        while (open().durableSequence() < sequence) {
            LockSupport.parkNanos(PARK_NS);
        }
        return "ok " + open().durableSequence();
    }

    private String resume(final long countEach) {
        for (final Producer producer : producers) {
            producer.start(countEach, true);
        }
        return await();
    }

    /** Waits until every producer has ended, and says how, and where durability stands. */
    private String await() {
        final Map<String, Integer> endings = new TreeMap<>();
        String example = "";
        for (final Producer producer : producers) {
            final Throwable thrown = producer.join();
            endings.merge(thrown == null ? "done" : thrown.getClass().getSimpleName(), 1, Integer::sum);
            example = thrown == null ? example : words(thrown);
        }
        noteDurable();
        return "ok " + endings + " durable=" + open().durableSequence() + " last=" + open().lastSequence() + " "
                + example;
    }

    private void noteDurable() {
        toldDurable = Math.max(toldDurable, open().durableSequence());
    }

    private String close() {
        final Journal closing = open();
        try {
            closing.close();
            return "ok " + closing.durableSequence();
        } finally {
            noteDurable();
        }
    }

    /** Reads everything and compares it with what was appended. */
    private String verify() {
        final long last = open().lastSequence();
        final long[] counts = new long[PRODUCER_COUNT];
        final long next = open().replay(1, (sequence, timestamp, type, buffer, offset, length) -> {
            final Producer producer = producers[buffer.getInt(offset)];
            producer.check(counts[producer.number]++, sequence, buffer, offset, length);
        });
        long count = 0;
        for (final Producer producer : producers) {
            producer.checkCount(counts[producer.number]);
            count += counts[producer.number];
        }
        if (next != last + 1 || count != last || last < toldDurable) {
            throw new IllegalStateException("found " + count + " records, the last sequence is " + last
                    + ", told durable up to " + toldDurable + ", replay ended before " + next);
        }
        return "ok " + last;
    }

    /** One thread that appends. Its records say whose they are and the how-manieth. */
    private static final class Producer {

        private static final int HEADER_LENGTH = 12;

        private final int number;
        private final ByteBuffer record =
                ByteBuffer.allocate(HEADER_LENGTH + MAX_FILLER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

        /** Sequences of the records, by their count. */
        private final List<Long> sequences = new ArrayList<>();

        private @Nullable Appender appender;
        private @Nullable Thread thread;
        private @Nullable Throwable thrown;

        Producer(final int number) {
            this.number = number;
        }

        /** Goes on with a journal in which everything behind the last sequence is lost. */
        void begin(final Journal journal, final long lastSequence) {
            appender = journal.appender();
            while (!sequences.isEmpty() && sequences.get(sequences.size() - 1) > lastSequence) {
                sequences.remove(sequences.size() - 1);
            }
        }

        void start(final long count, final boolean waitForRoom) {
            thrown = null;
            final Thread started = new Thread(() -> run(count, waitForRoom), "producer-" + number);
            started.setDaemon(true);
            thread = started;
            started.start();
        }

        private void run(final long count, final boolean waitForRoom) {
            final long startNs = System.nanoTime();
            long done = 0;
            try {
                while (done < count) {
                    try {
                        appendOnce();
                        done++;
                    } catch (final StorageFullException e) {
                        if (!waitForRoom || System.nanoTime() - startNs > ROOM_LIMIT_NS) {
                            throw e;
                        }
                        done += isAccepted(e) ? 1 : 0;
                        LockSupport.parkNanos(PARK_NS);
                    }
                }
            } catch (final Throwable e) {
                thrown = e;
            }
        }

        void appendOnce() {
            final Appender mine = Objects.requireNonNull(appender);
            final int length = fill(record, number, sequences.size());
            try {
                sequences.add(mine.append(number, record, 0, length));
            } catch (final JournalException e) {
                // Under policy always an append may be accepted and then not become durable.
                if (isAccepted(e)) {
                    sequences.add(acceptedSequence(e));
                }
                throw e;
            }
        }

        private static boolean isAccepted(final JournalException e) {
            return String.valueOf(e.getMessage()).startsWith("sequence ");
        }

        private static long acceptedSequence(final JournalException e) {
            final String message = String.valueOf(e.getMessage());
            final int begin = message.indexOf(' ') + 1;
            return Long.parseLong(message.substring(begin, message.indexOf(' ', begin)));
        }

        @Nullable
        Throwable join() {
            final Thread running = Objects.requireNonNull(thread);
            boolean interrupted = true;
            while (interrupted) {
                try {
                    running.join();
                    interrupted = false;
                } catch (final InterruptedException e) {
                    // Nobody interrupts this process; the watchdog ends it if it hangs.
                    Thread.interrupted();
                }
            }
            return thrown;
        }

        private static int fill(final ByteBuffer record, final int number, final long count) {
            final int length = HEADER_LENGTH + (int) (count * 37L % MAX_FILLER_LENGTH);
            record.clear();
            record.putInt(0, number).putLong(Integer.BYTES, count);
            for (int i = HEADER_LENGTH; i < length; i++) {
                record.put(i, (byte) (i * 31L + count * 7L + number));
            }
            return length;
        }

        void check(final long count, final long sequence, final ByteBuffer buffer, final int offset, final int length) {
            final int expectedLength = fill(record, number, count);
            final boolean same =
                    length == expectedLength && record.slice(0, length).equals(buffer.slice(offset, length));
            if (!same) {
                throw new IllegalStateException(
                        "sequence " + sequence + " is not record " + count + " of producer " + number);
            }
            if (count >= sequences.size() || sequences.get((int) count) != sequence) {
                throw new IllegalStateException(
                        "record " + count + " of producer " + number + " is sequence " + sequence + ", it was given "
                                + (count >= sequences.size() ? "none" : sequences.get((int) count)));
            }
        }

        void checkCount(final long count) {
            if (count != sequences.size()) {
                throw new IllegalStateException("producer " + number + " appended " + sequences.size()
                        + " records up to the last sequence, found " + count);
            }
        }
    }
}
