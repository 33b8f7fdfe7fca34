// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of a journal that are cut short or deleted while eight producers append to it. A mapped page that is no longer in
 * its file is a fault: it must come out as the journal's failure, with code that was just loaded and with code that is
 * compiled to the last, and never as the end of the JVM.
 */
class DamageUnderWriterTest {

    private static final int SEGMENT_LENGTH = 1 << 20;
    private static final long WITHOUT_END = 1_000_000_000;
    private static final int WARM_UP = 120_000;

    @TempDir
    private Path root;

    private int directories;

    private interface Damage {
        void to(Path file) throws IOException;
    }

    @Test
    void journalShouldFailWhenItsSegmentsAreCutShort() throws IOException {
        cutShort(1);
    }

    @Tag("long")
    @Test
    void journalShouldFailWhenItsSegmentsAreCutShortAgainAndAgain() throws IOException {
        for (int i = 0; i < 10; i++) {
            cutShort(10);
        }
    }

    private void cutShort(final int warmRounds) throws IOException {
        try (LoadProcess load = LoadProcess.start(root)) {
            cutSegmentsShort(load, "batch", 0);
            warm(load);
            for (int i = 0; i < warmRounds; i++) {
                cutSegmentsShort(load, "batch", 0);
                cutSegmentsShort(load, "always", 0);
                cutSegmentsShort(load, "always", SEGMENT_LENGTH / 2);
                cutSegmentsShort(load, "always", 4096);
                cutSegmentsShort(load, "batch", SEGMENT_LENGTH / 2);
                cutSegmentsShort(load, "batch", 4096);
            }
            load.requireUnharmed();
        }
    }

    private void warm(final LoadProcess load) throws IOException {
        load.requireOk("open", nextDirectory(), "batch", 64 << 20);
        load.requireOk("warm", WARM_UP);
        load.requireOk("close");
    }

    private Path nextDirectory() {
        directories++;
        return root.resolve("journal" + directories);
    }

    private void cutSegmentsShort(final LoadProcess load, final String policy, final long length) throws IOException {
        final Path directory = nextDirectory();
        load.requireOk("open", directory, policy, SEGMENT_LENGTH);
        load.requireOk("start", WITHOUT_END);
        load.requireOk("reach", 200);
        onSegments(directory, file -> cut(file, length));
        final String replayed = load.requireTyped("replay");
        load.tell("await");
        // Again until all has ended: the writer may have gone on to a segment that was not there when they were listed,
        // and
        // one that is full already is not looked at again.
        while (!load.hasAnswered()) {
            onSegments(directory, file -> cut(file, length));
        }
        final String ended = load.answer();
        assertTrue(ended.startsWith("ok {JournalFailedException=8} "), ended);
        assertTrue(ended.contains(".segment") || ended.contains("journal.meta"), ended);
        load.requireTyped("close");
        final String opened = load.requireTyped("open", directory, policy, SEGMENT_LENGTH);
        assertTrue(opened.startsWith("thrown CorruptJournalException: "), () -> opened + ", replayed: " + replayed);
        assertTrue(opened.contains(".segment"), opened);
    }

    @Test
    void journalShouldEndTypedWhenItsFilesAreDeletedOrCutShort() throws IOException {
        try (LoadProcess load = LoadProcess.start(root)) {
            damage(load, directory -> onSegments(directory, Files::delete));
            damage(load, directory -> Files.delete(directory.resolve("00000000000000000001.segment")));
            damage(load, directory -> Files.delete(directory.resolve("journal.meta")));
            damage(load, directory -> cut(directory.resolve("journal.meta"), 0));
            damage(load, directory -> Files.delete(directory.resolve("journal.lock")));
            damage(load, directory -> cut(directory.resolve("journal.lock"), 0));
            damage(load, DamageUnderWriterTest::deleteAll);
            load.requireUnharmed();
        }
    }

    /** Nothing of this can be noticed by appends alone: a file that was deleted is there as long as it is mapped. */
    private void damage(final LoadProcess load, final Damage damage) throws IOException {
        final Path directory = nextDirectory();
        load.requireOk("open", directory, "batch", 64 << 10);
        load.requireOk("start", 300);
        load.requireOk("reach", 100);
        damage.to(directory);
        load.requireTyped("replay");
        final String ended = load.ask("await");
        assertTrue(ended.matches("(?s)ok \\{((JournalFailedException|done)=\\d(, )?)+} .*"), ended);
        load.requireTyped("replay");
        load.requireTyped("close");
        if (load.requireTyped("open", directory, "batch", 64 << 10).startsWith("ok")) {
            load.requireTyped("replay");
            load.requireTyped("close");
        }
    }

    private static void onSegments(final Path directory, final Damage damage) throws IOException {
        for (final Path file : list(directory)) {
            if (file.toString().endsWith(".segment")) {
                damage.to(file);
            }
        }
    }

    private static List<Path> list(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static void deleteAll(final Path directory) throws IOException {
        for (final Path file : list(directory)) {
            // The keeper deletes and renames at the same time.
            Files.deleteIfExists(file);
        }
    }

    private static void cut(final Path file, final long length) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(length);
        }
    }
}
