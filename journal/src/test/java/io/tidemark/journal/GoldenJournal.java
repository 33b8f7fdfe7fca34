// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Small journals whose files lie, zipped, in {@code src/test/resources/golden}, each with the script that wrote it. Id,
 * clock and the order of all steps are fixed, so a script gives the same bytes whenever it is run.
 *
 * <p>Golden files are only ever added to. Once a version was released, its files stay as they are, so that no later version
 * can stop reading them unnoticed. To add one, add a constant and run {@code ./mvnw -pl journal test
 * -Dtest=GoldenFormatTest -Dtidemark.golden=DIRECTORY}: it writes what is missing there and overwrites nothing.
 */
enum GoldenJournal {
    /** Opened and closed; nothing was appended. */
    EMPTY("v1/empty") {
        @Override
        void write(final Script script) {
            script.open();
            script.close();
        }
    },

    /** A hundred records of many lengths and types, a batch, an aborted claim; closed in good order. */
    CLOSED("v1/closed") {
        @Override
        void write(final Script script) {
            script.open();
            for (int i = 0; i < 100; i++) {
                script.append(i * 331 % 32768, i * 37 % 301);
                if (i % 7 == 6) {
                    script.flush();
                } else if (i % 3 == 0) {
                    script.settle();
                }
            }
            script.abort(21);
            script.appendBatch(0, 8, 100, 1, 64);
            script.append(0, 5);
            script.close();
        }
    },

    /** Two rolls, then some records that were written and not forced; the process was killed. */
    KILLED("v1/killed") {
        @Override
        void write(final Script script) throws IOException {
            script.open();
            for (int i = 0; i < 150; i++) {
                script.append(1, 900 + i);
                script.settle();
                if (i % 20 == 19) {
                    script.flush();
                }
            }
            script.kill();
        }
    },

    /** So many records without a force that the durable lag is no longer exact. */
    LAGGING("v1/lagging") {
        @Override
        void write(final Script script) {
            script.segmentLength = 2 * SegmentLayout.MIN_SEGMENT_LENGTH;
            script.open();
            for (int i = 0; i < 2_100; i++) {
                script.append(2, 0);
                if (i % 100 == 99) {
                    script.settle();
                }
            }
            script.close();
        }
    },

    /** A named reader has committed two positions, and let the name go, so that both slots tell the second. */
    NAMED("v1/named") {
        @Override
        void write(final Script script) {
            script.open();
            for (int i = 0; i < 10; i++) {
                script.append(3, 10 * i);
            }
            script.flush();
            final JournalReader reader = JournalReader.open(script.storage.sibling());
            try (NamedReader named = reader.named("golden", Start.atSequence(2), () -> script.nowNs, () -> 0)) {
                named.commit(3);
                script.settle();
                named.commit(7);
            }
            script.close();
        }
    },

    /**
     * A torn tail was cut, and a record as long as the torn one took its place. Behind it stands a frame from before the
     * cut, whole and next in sequence: the zeroed word in front of it never reached the disk.
     */
    CUT("v1/cut") {
        @Override
        void write(final Script script) throws IOException {
            script.open();
            script.append(0, 100);
            script.flush();
            final int torn = SegmentLayout.HEADER_PAGE_LENGTH + 136;
            final int ghost = torn + 136;
            script.forgetAfter(() -> {
                script.append(0, 101);
                script.append(0, 102);
                script.append(0, 103);
                script.settle();
            });
            script.kill();
            final byte[] before = script.storage.contents(FileNames.segment(1));
            script.storage.flip(FileNames.segment(1), torn + 40, 0xFF);
            script.open();
            script.append(0, 104);
            script.flush();
            script.kill();
            final byte[] after = script.storage.contents(FileNames.segment(1));
            for (int i = ghost; i < ghost + Long.BYTES; i++) {
                script.storage.flip(FileNames.segment(1), i, before[i] ^ after[i]);
            }
        }
    },

    /** Four segments, of which some hold so much that the index has several entries for them; closed in good order. */
    INDEXED("v1/indexed") {
        @Override
        void write(final Script script) {
            script.segmentLength = 4 * SegmentLayout.MIN_SEGMENT_LENGTH;
            script.keepsIndex = true;
            script.open();
            for (int i = 0; i < 200; i++) {
                script.append(i % 3, 4_000 + i);
                script.settle();
                if (i % 50 == 20) {
                    script.flush();
                    script.appendBatch(10, 2_000, 30);
                }
            }
            script.close();
        }
    },

    /** A journal whose counters were kept: appends, forces and rolls, and a clean close. */
    COUNTED("v1/counted") {
        @Override
        void write(final Script script) {
            script.keepsCounters = true;
            script.open();
            for (int i = 0; i < 100; i++) {
                script.append(0, 1_000);
                script.settle();
            }
            script.flush();
            script.appendBatch(10, 20, 30);
            script.close();
        }
    };

    private final String path;

    GoldenJournal(final String path) {
        this.path = path;
    }

    /** Lives the life of this journal. */
    abstract void write(Script script) throws IOException;

    /** Name of the file, below the directory of the golden files. */
    String fileName() {
        return path + ".zip";
    }

    /** Where the records of this journal are to be found, as this version writes it. */
    Script written() throws IOException {
        final Script script = new Script();
        write(script);
        return script;
    }

    /** The files as they were kept, by name. */
    Map<String, byte[]> kept() throws IOException {
        final Map<String, byte[]> files = new TreeMap<>();
        try (InputStream resource = GoldenJournal.class.getResourceAsStream("/golden/" + fileName())) {
            if (resource == null) {
                throw new IOException("golden file is missing: " + fileName());
            }
            try (ZipInputStream zip = new ZipInputStream(resource)) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    files.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
        return files;
    }

    static byte[] zipped(final Map<String, byte[]> files) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (final Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                final ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A record as a handler is to be given it. */
    record Expected(long sequence, int type, List<Byte> payload) {}

    /** Steps a journal through its life and keeps what must be read afterwards. */
    static final class Script {
        private static final long ID_HIGH = 0x7469_6465_6D61_726BL;
        private static final long ID_LOW = 0x0123_4567_89AB_CDEFL;
        private static final long BEGIN_NS = 1_700_000_000_000_000_000L;

        private final SimulatedStorage storage = new SimulatedStorage();
        private final List<Expected> expected = new ArrayList<>();
        private final Iterator<Long> ids = List.of(ID_HIGH, ID_LOW).iterator();
        private int segmentLength = SegmentLayout.MIN_SEGMENT_LENGTH;
        private int queueLength = 64 << 10;
        private long nowNs = BEGIN_NS;
        private long nextSequence = 1;
        private boolean keepsIndex;
        private boolean keepsCounters;
        private Journal journal;
        private Appender appender;

        private JournalConfig config() {
            return JournalConfig.defaults()
                    .withSegmentLength(segmentLength)
                    .withQueueLength(queueLength)
                    .withSyncPolicy(SyncPolicy.batch(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1)))
                    .withInvokedAgents()
                    .withIdSource(ids::next)
                    .withTicker(() -> 0)
                    .withClock(() -> nowNs);
        }

        void open() {
            journal = StorageCall.run("golden", () -> Journal.open(storage, config()));
            appender = journal.appender();
            settle();
        }

        void append(final int type, final int length) {
            final byte[] payload = payload(nextSequence, length);
            keep(type, payload);
            appender.append(type, payload, 0, length);
        }

        void appendBatch(final int... lengths) {
            final Batch batch = new Batch();
            for (final int length : lengths) {
                final byte[] payload = payload(nextSequence, length);
                keep(length, payload);
                batch.add(length, payload, 0, length);
            }
            appender.appendBatch(batch);
            settle();
        }

        void abort(final int length) {
            final BufferClaim claim = appender.claim(length);
            claim.buffer().put(claim.offset(), payload(1, length));
            claim.abort();
            nextSequence++;
        }

        /** Does something whose records are not to be found. */
        void forgetAfter(final Runnable steps) {
            final int count = expected.size();
            final long sequence = nextSequence;
            steps.run();
            expected.subList(count, expected.size()).clear();
            nextSequence = sequence;
        }

        /** Lets all agents work until there is nothing left to do; time stands still meanwhile. */
        void settle() {
            nowNs += 1_000;
            while (journal.invoke() > 0) {
                // What one agent did may be work for another.
            }
        }

        void flush() {
            journal.requestFlush();
            settle();
        }

        void close() {
            nowNs += 1_000;
            journal.close();
        }

        void kill() {
            storage.kill();
        }

        SimulatedStorage storage() {
            return storage;
        }

        Journal journal() {
            return journal;
        }

        /** When the records appended since the last settling get written, if nothing else happens. */
        long nowNs() {
            return nowNs;
        }

        void lengths(final int ofSegment, final int ofQueue) {
            segmentLength = ofSegment;
            queueLength = ofQueue;
        }

        List<Expected> expected() {
            return expected;
        }

        /** The files as they lie there, by name. */
        Map<String, byte[]> files() throws IOException {
            final Map<String, byte[]> files = new TreeMap<>();
            for (final String name : storage.names()) {
                // Caches, and a file that is only locked, are no part of what has to be kept.
                final boolean isKept = !FileNames.isCache(name) && !name.equals(FileNames.NAMES);
                if (isKept || (keepsIndex && name.equals(FileNames.INDEX))) {
                    files.put(name, storage.contents(name));
                }
                if (keepsCounters && name.equals(FileNames.COUNTERS)) {
                    files.put(name, ofKnownProcess(storage.contents(name)));
                }
            }
            return files;
        }

        /** What differs from process to process is not worth keeping. */
        private static byte[] ofKnownProcess(final byte... contents) {
            final ByteBuffer file = ByteBuffer.allocateDirect(contents.length).put(0, contents);
            for (int offset = 0; offset < contents.length; offset += CountersLayout.SLOT_LENGTH) {
                final ByteBuffer slot = file.slice(offset, CountersLayout.SLOT_LENGTH);
                final long[] words = CountersLayout.words();
                if (CountersLayout.read(slot, ID_HIGH, ID_LOW, words)) {
                    words[CountersLayout.index(CountersLayout.PROCESS_ID_OFFSET)] = 4_711;
                    words[CountersLayout.index(CountersLayout.PROCESS_STARTED_OFFSET)] = BEGIN_NS;
                    CountersLayout.write(slot, words);
                }
            }
            final byte[] known = new byte[contents.length];
            file.get(0, known);
            return known;
        }

        private void keep(final int type, final byte... payload) {
            expected.add(new Expected(nextSequence, type, boxed(ByteBuffer.wrap(payload), 0, payload.length)));
            nextSequence++;
        }

        private static byte[] payload(final long sequence, final int length) {
            final byte[] payload = new byte[length];
            for (int i = 0; i < length; i++) {
                payload[i] = (byte) (sequence * 31 + i * 7L);
            }
            return payload;
        }
    }

    static List<Byte> boxed(final ByteBuffer buffer, final int offset, final int length) {
        final List<Byte> bytes = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            bytes.add(buffer.get(offset + i));
        }
        return bytes;
    }
}
