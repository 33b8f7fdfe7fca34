// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.StorageInUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * Lives of a journal for a process that is traced: the same as those whose calls {@code docs/durability.md} lists, with agents
 * that are stepped and time that stands still, so that the order is always the same. Before each part it asks for a file
 * that is not there, whose name shows in the trace.
 */
final class TracedJournal {

    static final String PART = "part-";

    private static final byte[] PAYLOAD = new byte[28_000];

    private final Path root;

    private TracedJournal(final Path root) {
        this.root = root;
    }

    /**
     * Lives.
     *
     * @param arguments the directory for the journals
     * @throws IOException if the trace can't be marked
     */
    public static void main(final String[] arguments) throws IOException {
        final TracedJournal traced = new TracedJournal(Path.of(arguments[0]));
        traced.live();
        traced.truncate();
        traced.forceEach();
    }

    /** Name of the directory in which the journal of a part lives. */
    static String directoryOf(final String part) {
        return switch (part) {
            case "truncate" -> "truncation";
            case "open", "always" -> "forced";
            default -> "life";
        };
    }

    private void begin(final String part) {
        if (Files.exists(root.resolve(PART + part))) {
            throw new IllegalStateException(part);
        }
    }

    private static JournalConfig config() {
        return StorageInUse.in(JournalConfig.defaults())
                .withRecycling(0)
                .withSegmentLength(64 << 10)
                .withQueueLength(64 << 10)
                .withSyncPolicy(SyncPolicy.never())
                .withInvokedAgents()
                .withTicker(() -> 0);
    }

    private static void settle(final Journal journal) {
        while (journal.invoke() > 0) {
            // What one agent did may be work for another.
        }
    }

    private void live() {
        begin("create");
        final Journal journal = Journal.open(root.resolve("life"), config());
        settle(journal);
        final Appender appender = journal.appender();
        begin("append");
        appender.append(PAYLOAD, 0, 100);
        appender.append(PAYLOAD, 0, 100);
        settle(journal);
        begin("force");
        journal.requestFlush();
        settle(journal);
        begin("roll");
        for (int i = 0; i < 70; i++) {
            appender.append(PAYLOAD, 0, 900);
            settle(journal);
        }
        begin("close");
        journal.close();
        begin("end");
    }

    private void truncate() {
        final Journal journal = Journal.open(root.resolve("truncation"), config());
        final Appender appender = journal.appender();
        for (int i = 0; i < 6; i++) {
            settle(journal);
            appender.append(PAYLOAD, 0, PAYLOAD.length);
        }
        settle(journal);
        journal.requestFlush();
        settle(journal);
        begin("truncate");
        final CompletableFuture<Long> truncation = journal.requestTruncation(5);
        settle(journal);
        begin("end");
        truncation.join();
        journal.close();
    }

    private void forceEach() {
        begin("open");
        final Journal journal = Journal.open(root.resolve("forced"), config().withSyncPolicy(SyncPolicy.always()));
        settle(journal);
        begin("always");
        journal.appender().tryAppend(0, PAYLOAD, 0, 100);
        settle(journal);
        begin("end");
        journal.close();
    }
}
