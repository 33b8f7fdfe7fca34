// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process whose tailers read files that are cut short under them, with code that was just loaded and with code that is
 * compiled to the last. It prints {@code ok}, or dies.
 */
public final class TailedFileCut {

    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final int RECORDS = 3_000;
    private static final int WARM_ROUNDS = 60;

    private TailedFileCut() {}

    /**
     * The process.
     *
     * @param arguments a directory to work in
     * @throws IOException if the files can't be made or cut
     */
    public static void main(final String[] arguments) throws IOException {
        final Path root = Path.of(arguments[0]);
        cut(root.resolve("cold"), 0, 700);
        cut(root.resolve("whole"), SEGMENT_LENGTH / 2, 700);
        warm(root.resolve("warm"));
        for (int round = 0; round < 20; round++) {
            cut(root.resolve("cut" + round), round % 4 * 4096L, 1 + round * 30);
        }
        System.out.println("ok");
    }

    private static void write(final Path directory) {
        try (Journal journal = Journal.open(directory, JournalConfig.defaults().withSegmentLength(SEGMENT_LENGTH))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < RECORDS; i++) {
                appender.append(new byte[1_000], 0, 1_000);
            }
        }
    }

    private static void warm(final Path directory) {
        write(directory);
        for (int round = 0; round < WARM_ROUNDS; round++) {
            try (Tailer tailer = JournalReader.open(directory).tailer(1, Visibility.WRITTEN)) {
                require(poll(tailer, RECORDS) == RECORDS, "a record is missing");
            }
        }
    }

    private static int poll(final Tailer tailer, final int limit) {
        return tailer.poll(
                (sequence, timestampNs, type, buffer, offset, length) -> {
                    for (int i = 0; i < length; i++) {
                        require(buffer.get(offset + i) == 0, "a wrong record was given: sequence=" + sequence);
                    }
                },
                limit);
    }

    private static void cut(final Path directory, final long length, final int before) throws IOException {
        write(directory);
        try (Tailer tailer = JournalReader.open(directory).tailer(1, Visibility.WRITTEN)) {
            require(poll(tailer, before) == before, "a record is missing");
            final Path file = directory.resolve(FileNames.segment(1));
            try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
                opened.setLength(length);
            }
            for (int attempt = 0; attempt < 3; attempt++) {
                requireTyped(tailer);
            }
        }
        require(Files.exists(directory), "the directory");
    }

    /** What is in the window may still be given; then it must be said what is wrong. */
    private static void requireTyped(final Tailer tailer) {
        try {
            while (poll(tailer, RECORDS) > 0) {
                require(tailer.nextSequence() < SEGMENT_LENGTH / 1_000, "the cut was not noticed");
            }
            throw new AssertionError("nothing was wrong: next=" + tailer.nextSequence());
        } catch (final StorageException e) {
            require(String.valueOf(e.getMessage()).contains(FileNames.segment(1)), e.toString());
        } catch (final CorruptJournalException e) {
            require(
                    e.file().endsWith(FileNames.segment(1)) && e.offset() >= SegmentLayout.HEADER_PAGE_LENGTH - 4096,
                    e.toString());
        }
    }

    private static void require(final boolean condition, final String words) {
        if (!condition) {
            throw new AssertionError(words);
        }
    }
}
