// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalException;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.JournalStatus;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongConsumer;

/**
 * Reading of a whole journal, which may take long: tells on a terminal how far it is, and ends it when a signal is to end the
 * process. Used by the thread that reads, from the beginning of the work to its end.
 */
final class LongWork implements LongConsumer, AutoCloseable {

    private static final long WHOLE = 100;

    private final String activity;
    private final ProgressLine progress;
    private final EndingSignal signal;
    private final long total;

    /** Ends the work. The process ends by itself, with the status of the signal. */
    static final class EndedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        EndedException() {
            super("ended by a signal");
        }
    }

    private LongWork(final ProgressLine progress, final String activity, final long total) {
        this.activity = activity;
        this.total = total;
        this.progress = progress;
        // The line goes away at once, whatever the thread that reads is waiting for.
        this.signal = new EndingSignal(progress::finishAtSignal);
        signal.listen();
    }

    /**
     * Begins to read a whole journal.
     *
     * @param streams of the command
     * @param activity in a word
     * @param directory of the journal
     * @param times how often each record is read
     */
    static LongWork onAll(final Streams streams, final String activity, final Path directory, final int times) {
        final long total = streams.isTerminal() ? times * recordCount(directory, 1, Long.MAX_VALUE) : 0;
        return new LongWork(new ProgressLine(streams), activity, total);
    }

    /**
     * Begins to print records. Those that appear on the same terminal tell well enough how far they are.
     *
     * @param streams of the command
     * @param activity in a word
     * @param directory of the journal
     * @param from first sequence
     * @param to last sequence, or any beyond
     */
    static LongWork onPrinted(
            final Streams streams, final String activity, final Path directory, final long from, final long to) {
        final boolean isWanted = streams.isTerminal() && !streams.isOutTerminal();
        return new LongWork(
                new ProgressLine(streams, isWanted), activity, isWanted ? recordCount(directory, from, to) : 0);
    }

    private static long recordCount(final Path directory, final long from, final long to) {
        try {
            final JournalStatus status = JournalReader.open(directory).status();
            final long first = Math.max(from, status.firstSequence());
            return Math.max(0, Math.min(to, status.lastSequence()) - first + 1);
        } catch (final JournalException e) {
            // Whatever is wrong will be told by who does the work. Meanwhile nobody knows how much is left.
            return 0;
        }
    }

    /**
     * Goes on.
     *
     * @param readCount how many records were read
     * @throws EndedException if the process is to end
     */
    @Override
    public void accept(final long readCount) {
        if (signal.hasCome()) {
            throw new EndedException();
        }
        progress.show(() -> text(readCount));
    }

    private String text(final long readCount) {
        final String count = String.format(Locale.ROOT, "%,d records", readCount);
        return activity + ": " + (total == 0 ? "" : Math.min(WHOLE, readCount * WHOLE / total) + " %, ") + count;
    }

    /** All was read, or reading ended: others may print. */
    @Override
    public void close() {
        progress.finish();
        signal.close();
    }
}
