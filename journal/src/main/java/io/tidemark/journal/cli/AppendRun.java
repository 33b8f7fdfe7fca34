// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalClosedException;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code append}: opens the journal, appends line after line, and closes it in good order, be it at the end of
 * the input, after a failure, or because a signal asks the process to end. Whoever comes first of the main thread and the
 * shutdown hook closes, and the other waits for it.
 */
final class AppendRun {

    /** Of all records: lines have no types. */
    private static final int TYPE = 0;

    private static final int LONGEST_QUEUE_SEGMENT_LENGTH = 256 << 20;

    /** A signal must end the process even if nobody reads what it prints. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Streams streams;
    private final Path directory;
    private final JournalConfig config;
    private final int segmentLength;
    private final AppendReporter reporter;
    private final ProgressLine progress;

    private @Nullable Journal journal;
    private long firstSequence;

    /** The process is about to end. Written by the shutdown hook. */
    private volatile boolean stopping;

    private boolean closed;
    private @Nullable JournalException closingProblem;

    AppendRun(
            final Streams streams,
            final Path directory,
            final JournalConfig config,
            final int segmentLength,
            final boolean acknowledged) {
        this.streams = streams;
        this.directory = directory;
        this.segmentLength = segmentLength;
        this.reporter = new AppendReporter(streams.out());
        this.config = acknowledged ? config.withDurabilityListener(reporter) : config;
        this.progress = new ProgressLine(streams);
    }

    void run() {
        final Journal opened = Journal.open(directory, config);
        journal = opened;
        firstSequence = opened.lastSequence() + 1;
        reporter.start();
        final Thread hook = new Thread(this::endOnSignal, "tidemark-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        Throwable problem = null;
        try {
            appendLines(opened);
        } catch (final RuntimeException | Error e) {
            problem = e;
        }
        progress.finish();
        close();
        reporter.finish(closingLine(problem != null || closingProblem() != null));
        awaitReporter();
        removeHook(hook);
        throwIfFailed(problem);
    }

    private void appendLines(final Journal opened) {
        final Appender appender = opened.appender();
        final LineSource lines = new LineSource(streams.in(), opened.maxRecordLength());
        try {
            while (!stopping && reporter.failure() == null && lines.next()) {
                append(appender, lines);
                progress.show(this::progressText);
            }
        } catch (final JournalClosedException e) {
            if (!stopping) {
                throw e;
            }
        } catch (final LineSource.TooLongException e) {
            throw tooLong(e, opened.maxRecordLength());
        } catch (final IOException e) {
            throw new CommandException(ExitCode.REFUSED, "standard input failed: " + CommandException.messageOf(e), e);
        }
    }

    /**
     * Appends the line without waiting until it is durable, whatever the policy: nobody could tell the difference, for a
     * line that was read and not acknowledged is as good as one that still waits in the pipe. So lines share forces.
     */
    private static void append(final Appender appender, final LineSource lines) {
        final long sequence = appender.tryAppend(TYPE, lines.buffer(), lines.offset(), lines.length());
        if (sequence < 0) {
            // The queue is full, or something is wrong, and then this throws what it is.
            appender.append(TYPE, lines.buffer(), lines.offset(), lines.length());
        }
    }

    private String progressText() {
        final Journal opened = Objects.requireNonNull(journal);
        return String.format(
                Locale.ROOT,
                "appended %,d  durable %,d",
                opened.lastSequence() - firstSequence + 1,
                opened.durableSequence() - firstSequence + 1);
    }

    private CommandException tooLong(final LineSource.TooLongException line, final int limit) {
        final String advice;
        if (segmentLength < LONGEST_QUEUE_SEGMENT_LENGTH) {
            advice = "a larger --segment-length takes longer lines: found " + segmentLength
                    + ", the longest lines go with " + LONGEST_QUEUE_SEGMENT_LENGTH;
        } else {
            advice = "split it, no segment takes a longer line";
        }
        return new CommandException(
                ExitCode.BAD_INPUT,
                "line " + line.lineNumber() + " is too long: expected at most " + limit + " bytes, found "
                        + (line.isWhole() ? "" : "at least ") + line.found() + "; " + advice);
    }

    /** Makes everything durable and closes the journal. Any thread; who comes second waits for who came first. */
    private synchronized void close() {
        final Journal opened = journal;
        if (closed || opened == null) {
            return;
        }
        closed = true;
        try {
            // Closing has a time limit, which a slow disk may need longer than. A flush has none.
            opened.flush();
        } catch (final JournalException e) {
            // Closing tells it better: it waits a while for room, and knows what was lost.
        }
        try {
            opened.close();
        } catch (final JournalException e) {
            closingProblem = e;
        }
    }

    private synchronized @Nullable JournalException closingProblem() {
        return closingProblem;
    }

    private String closingLine(final boolean failed) {
        final Journal opened = Objects.requireNonNull(journal);
        final long durable = opened.durableSequence();
        final long last = failed ? Math.min(durable, opened.lastSequence()) : opened.lastSequence();
        final long count = Math.max(0, last - firstSequence + 1);
        return "appended " + count + " first=" + (count == 0 ? 0 : firstSequence) + " last=" + last + " durable="
                + durable;
    }

    /** Runs while the main thread may be waiting for input, which nothing can end. */
    private void endOnSignal() {
        stopping = true;
        close();
        progress.finishAtSignal();
        reporter.finish(closingLine(closingProblem() != null));
        try {
            reporter.join(LAST_WORDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReporter() {
        try {
            reporter.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(final Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, and the hook has found or will find the journal closed.
        }
    }

    private void throwIfFailed(final @Nullable Throwable problem) {
        final Throwable first = problem == null ? closingProblem() : problem;
        if (first instanceof CommandException command) {
            throw command;
        }
        if (first != null) {
            throw withCounts(first);
        }
        final IOException failure = reporter.failure();
        if (failure != null) {
            throw Streams.outputFailed(failure);
        }
    }

    private CommandException withCounts(final Throwable problem) {
        final Journal opened = Objects.requireNonNull(journal);
        final long durable = opened.durableSequence();
        return new CommandException(
                ExitCode.of(problem),
                CommandException.messageOf(problem) + "; lines durable: " + Math.max(0, durable - firstSequence + 1)
                        + ", lines accepted but not durable: " + Math.max(0, opened.lastSequence() - durable),
                problem);
    }
}
