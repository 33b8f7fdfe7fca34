// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.memtable;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Checkpoint;
import io.tidemark.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keys and values as an LSM tree keeps them. A change goes to the journal and into the mem-table; now and then the mem-table
 * becomes a sorted run, a file that is never changed, and the journal lets go what the run holds. A manifest names the runs.
 *
 * <p>One thread at a time.
 */
public final class MemTableStore implements AutoCloseable {

    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final String RUN = "run-";
    private static final String MANIFEST = "manifest-";
    private static final String UNFINISHED = ".new";

    private final Journal journal;
    private final DataDirectory directory;
    private final Appender appender;

    /** By name, the oldest first. */
    private final Map<String, NavigableMap<String, Optional<String>>> runs = new LinkedHashMap<>();

    /** What no run holds; deleted keys are there, with nothing. */
    private NavigableMap<String, Optional<String>> memTable = new TreeMap<>();

    /** The greatest number that a file has. */
    private long fileNumber;

    /** Its number; 0 if there is none. */
    private long manifestNumber;

    /**
     * Takes over a journal and a directory.
     *
     * @param journal of all changes, closed with this
     * @param directory of the runs
     * @throws IOException if a run can't be read
     */
    public MemTableStore(final Journal journal, final DataDirectory directory) throws IOException {
        this.journal = journal;
        this.directory = directory;
        this.appender = journal.appender();
        readRuns();
        journal.replay(journal.lastCheckpoint() + 1, (sequence, timestampNs, type, buffer, offset, length) -> {
            final int keyLength = buffer.getInt(offset);
            final int valueOffset = offset + Integer.BYTES + keyLength;
            final String key = text(buffer, offset + Integer.BYTES, keyLength);
            final String value = text(buffer, valueOffset, offset + length - valueOffset);
            memTable.put(key, type == PUT ? Optional.of(value) : Optional.empty());
        });
    }

    /**
     * Opens the store in a directory.
     *
     * @param directory that exists
     * @return the store
     * @throws IOException if a run can't be read
     */
    public static MemTableStore open(final Path directory) throws IOException {
        final Path runs = Files.createDirectories(directory.resolve("runs"));
        new FileDirectory(directory).forceNames();
        final Journal journal = Journal.open(directory.resolve("journal"));
        try {
            return new MemTableStore(journal, new FileDirectory(runs));
        } catch (final IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    private void readRuns() throws IOException {
        // The newest manifest may owe its name to a process that died before it was durable; the older ones go only
        // after.
        directory.forceNames();
        final List<String> names = directory.list();
        for (final String name : names) {
            fileNumber = Math.max(fileNumber, numberOf(name));
            if (name.startsWith(MANIFEST) && !name.endsWith(UNFINISHED)) {
                manifestNumber = Math.max(manifestNumber, numberOf(name));
            }
        }
        if (manifestNumber > 0) {
            final String manifest = nameOf(MANIFEST, manifestNumber);
            for (final String run : StoreFormat.decodeManifest(manifest, directory.read(manifest))) {
                runs.put(run, StoreFormat.decodeRun(run, directory.read(run)));
            }
        }
        for (final String name : names) {
            if (!runs.containsKey(name) && !name.equals(nameOf(MANIFEST, manifestNumber))) {
                directory.delete(name); // left by a crash
            }
        }
    }

    /**
     * Sets a value.
     *
     * @param key to set it for
     * @param value to set
     * @return the sequence of the change, to wait for
     */
    public long put(final String key, final String value) {
        final long sequence = append(PUT, key, value);
        memTable.put(key, Optional.of(value));
        return sequence;
    }

    /**
     * Deletes a key.
     *
     * @param key to delete, whether it is there or not
     * @return the sequence of the change, to wait for
     */
    public long delete(final String key) {
        final long sequence = append(DELETE, key, "");
        // Stays in the mem-table and hides what older runs say of the key.
        memTable.put(key, Optional.empty());
        return sequence;
    }

    private long append(final int type, final String key, final String value) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        final byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
        final ByteBuffer record = ByteBuffer.allocate(Integer.BYTES + keyBytes.length + valueBytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(keyBytes.length)
                .put(keyBytes)
                .put(valueBytes)
                .flip();
        return appender.append(type, record, 0, record.limit());
    }

    /**
     * Looks a value up.
     *
     * @param key to look for
     * @return the value; empty if there is none
     */
    public Optional<String> get(final String key) {
        Optional<String> found = memTable.get(key);
        final List<NavigableMap<String, Optional<String>>> oldestFirst = new ArrayList<>(runs.values());
        for (int i = oldestFirst.size() - 1; found == null && i >= 0; i--) {
            found = oldestFirst.get(i).get(key);
        }
        return found == null ? Optional.empty() : found;
    }

    /**
     * Waits until a change can't be lost any more.
     *
     * @param sequence of the change
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitDurable(final long sequence) throws InterruptedException {
        journal.awaitDurable(sequence);
    }

    /**
     * Writes the mem-table to a run, so that the journal need not keep what it holds.
     *
     * @throws IOException if that fails; nothing is lost then, and it may be tried again
     */
    public void flush() throws IOException {
        if (memTable.isEmpty()) {
            return;
        }
        try (Checkpoint checkpoint = journal.beginCheckpoint()) {
            final Map<String, NavigableMap<String, Optional<String>>> next = new LinkedHashMap<>(runs);
            next.put(writeRun(memTable), memTable);
            publish(next);
            memTable = new TreeMap<>();
            checkpoint.complete();
        }
    }

    /**
     * Makes one run of all, without what was overwritten or deleted.
     *
     * @throws IOException if that fails; nothing is lost then, and it may be tried again
     */
    public void compact() throws IOException {
        final NavigableMap<String, Optional<String>> merged = new TreeMap<>();
        runs.values().forEach(merged::putAll);
        merged.values().removeIf(Optional::isEmpty);
        final List<String> old = List.copyOf(runs.keySet());
        publish(Map.of(writeRun(merged), merged));
        for (final String run : old) {
            directory.delete(run);
        }
    }

    private String writeRun(final NavigableMap<String, Optional<String>> entries) throws IOException {
        fileNumber++;
        final String name = nameOf(RUN, fileNumber);
        directory.writeForced(name, StoreFormat.encodeRun(entries));
        directory.forceNames(); // before a manifest speaks of it
        return name;
    }

    /** From the rename on there is a new set of runs, and once the names are forced there is no way back. */
    private void publish(final Map<String, NavigableMap<String, Optional<String>>> next) throws IOException {
        fileNumber++;
        final String manifest = nameOf(MANIFEST, fileNumber);
        directory.writeForced(manifest + UNFINISHED, StoreFormat.encodeManifest(next));
        directory.rename(manifest + UNFINISHED, manifest);
        directory.forceNames();
        final Map<String, NavigableMap<String, Optional<String>>> published = new LinkedHashMap<>(next);
        runs.clear();
        runs.putAll(published);
        if (manifestNumber > 0) {
            directory.delete(nameOf(MANIFEST, manifestNumber));
        }
        manifestNumber = fileNumber;
    }

    private static String nameOf(final String kind, final long number) {
        return String.format(Locale.ROOT, "%s%010d", kind, number);
    }

    private static long numberOf(final String name) {
        final String end = name.substring(name.indexOf('-') + 1);
        return Long.parseLong(end.endsWith(UNFINISHED) ? end.substring(0, end.length() - UNFINISHED.length()) : end);
    }

    private static String text(final ByteBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Closes the journal. What no run holds is in there. */
    @Override
    public void close() {
        journal.close();
    }
}
