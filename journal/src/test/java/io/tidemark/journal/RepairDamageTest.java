// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random damage to a journal of several segments with batches. Everything that is left whole is salvaged, a batch as one,
 * nothing is invented, and the damaged files stay as they are.
 */
class RepairDamageTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20261121L);
    private static final int ROUNDS = Integer.getInteger("tidemark.rounds", 300);
    private static final int SECTOR_LENGTH = 512;

    /** A journal, what is known of it, and one way in which it is damaged. */
    private static final class Round {
        private final FuzzJournal journal;
        private final long seed;
        private final SplittableRandom random;
        private final Map<String, byte[]> files;

        /** The frames that take a sequence, by sequence. */
        private final TreeMap<Long, FuzzJournal.Frame> frames = new TreeMap<>();

        Round(final FuzzJournal journal, final long seed) {
            this.journal = journal;
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.files = journal.files();
            for (final FuzzJournal.Frame frame : journal.frames()) {
                if (RecordType.takesSequence(fields(frame).getShort(frame.offset() + FrameLayout.TYPE_OFFSET))) {
                    frames.put(frame.sequence(), frame);
                }
            }
        }

        private ByteBuffer fields(final FuzzJournal.Frame frame) {
            return ByteBuffer.wrap(journal.files().get(frame.file())).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void damage() {
            final int steps = 1 + random.nextInt(6);
            for (int i = 0; i < steps; i++) {
                final List<String> names = new ArrayList<>(files.keySet());
                final String name = names.get(random.nextInt(names.size()));
                final byte[] content = files.get(name).clone();
                if (content.length == 0) {
                    continue;
                }
                switch (random.nextInt(8)) {
                    case 0 -> files.remove(name);
                    case 1 -> files.put(name, Arrays.copyOf(content, random.nextInt(content.length)));
                    case 2, 3 -> {
                        final int from = random.nextInt(content.length) & -SECTOR_LENGTH;
                        final int end = Math.min(content.length, from + SECTOR_LENGTH * (1 + random.nextInt(40)));
                        Arrays.fill(content, from, end, (byte) 0);
                        files.put(name, content);
                    }
                    case 4 -> {
                        final int from = random.nextInt(content.length);
                        final byte[] noise = new byte[Math.min(content.length - from, 1 + random.nextInt(3_000))];
                        random.nextBytes(noise);
                        System.arraycopy(noise, 0, content, from, noise.length);
                        files.put(name, content);
                    }
                    default -> flipInFrame();
                }
            }
            // Without anything that tells the id there is nothing to repair.
            files.putIfAbsent(FileNames.META, journal.files().get(FileNames.META));
            if (random.nextBoolean()) {
                files.put(FileNames.META, journal.files().get(FileNames.META));
            }
        }

        private void flipInFrame() {
            final FuzzJournal.Frame frame =
                    journal.frames().get(random.nextInt(journal.frames().size()));
            final byte[] content = files.get(frame.file());
            final int length = random.nextBoolean() ? FrameLayout.HEADER_LENGTH : frame.length();
            final int at = frame.offset() + random.nextInt(length);
            if (content != null && at < content.length) {
                final byte[] changed = content.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                files.put(frame.file(), changed);
            }
        }

        private boolean isWhole(final FuzzJournal.Frame frame) {
            final byte[] original = journal.files().get(frame.file());
            final byte[] content = files.get(frame.file());
            final int end = frame.offset() + frame.length();
            return content != null
                    && content.length >= end
                    && Arrays.equals(content, frame.offset(), end, original, frame.offset(), end);
        }

        private boolean continues(final FuzzJournal.Frame frame) {
            return (fields(frame).get(frame.offset() + FrameLayout.FLAGS_OFFSET) & FrameLayout.FLAG_BATCH_CONTINUES)
                    != 0;
        }

        private boolean idIsKnown() {
            if (journal.survivingMeta(files.get(FileNames.META)) != null) {
                return true;
            }
            return files.entrySet().stream()
                    .filter(file -> FileNames.segmentNumber(file.getKey()) > 0)
                    .anyMatch(file -> file.getValue().length >= SegmentLayout.HEADER_PAGE_LENGTH
                            && Arrays.equals(
                                    file.getValue(),
                                    0,
                                    SegmentLayout.HEADER_PAGE_LENGTH,
                                    journal.files().get(file.getKey()),
                                    0,
                                    SegmentLayout.HEADER_PAGE_LENGTH));
        }

        void run() throws IOException {
            damage();
            final SimulatedStorage machine = new SimulatedStorage();
            for (final Map.Entry<String, byte[]> file : files.entrySet()) {
                machine.install(file.getKey(), file.getValue());
            }
            final SimulatedStorage copy = new SimulatedStorage();
            final RepairReport report;
            try {
                report = Repair.run(machine.sibling(), copy, count -> {});
            } catch (final CorruptJournalException | NotAJournalException e) {
                assertTrue(!idIsKnown(), () -> words() + e);
                return;
            }
            for (final Map.Entry<String, byte[]> file : files.entrySet()) {
                assertTrue(Arrays.equals(file.getValue(), machine.contents(file.getKey())), words());
            }
            copy.close();
            judge(report);
            readBack(copy, report);
        }

        private void judge(final RepairReport report) {
            final Set<Long> salvaged = sequences(report.salvaged());
            final Set<Long> leftOut = sequences(report.leftOut());
            final Set<Long> lost = sequences(report.lost());
            assertEquals(
                    salvaged.size() + leftOut.size() + lost.size(),
                    union(union(salvaged, leftOut), lost).size(),
                    () -> words() + "told twice: " + report);
            for (final long sequence : union(salvaged, leftOut)) {
                final FuzzJournal.Frame frame = frames.get(sequence);
                assertTrue(frame != null && isWhole(frame), () -> words() + "invented " + sequence + ": " + report);
            }
            List<FuzzJournal.Frame> unit = new ArrayList<>();
            boolean frontIsKnown = true;
            for (final FuzzJournal.Frame frame : frames.values()) {
                unit.add(frame);
                if (!continues(frame)) {
                    judgeUnit(report, unit, salvaged, leftOut, frontIsKnown);
                    frontIsKnown = isWhole(frame);
                    unit = new ArrayList<>();
                }
            }
        }

        /** A batch, or a record that is in none. */
        private void judgeUnit(
                final RepairReport report,
                final List<FuzzJournal.Frame> unit,
                final Set<Long> salvaged,
                final Set<Long> leftOut,
                final boolean frontIsKnown) {
            final long first = unit.get(0).sequence();
            final long there = unit.stream()
                    .filter(frame -> salvaged.contains(frame.sequence()))
                    .count();
            if (!unit.stream().allMatch(this::isWhole)) {
                assertEquals(0, there, () -> words() + "half a batch, from " + first + ": " + report);
            } else if (there == 0) {
                final boolean mayBeInDoubt = !frontIsKnown && unit.get(0).offset() > SegmentLayout.HEADER_PAGE_LENGTH;
                assertTrue(mayBeInDoubt, () -> words() + "not salvaged: " + first + ": " + report);
                assertTrue(leftOut.contains(first), () -> words() + "not told: " + first + ": " + report);
            } else {
                assertEquals(unit.size(), there, () -> words() + "half a batch, from " + first + ": " + report);
            }
        }

        private void readBack(final SimulatedStorage copy, final RepairReport report) throws IOException {
            final Map<Long, ByteBuffer> expected = new TreeMap<>();
            final Set<Long> salvaged = sequences(report.salvaged());
            for (final FuzzJournal.Truth truth : journal.truths()) {
                if (salvaged.contains(truth.sequence())) {
                    expected.put(truth.sequence(), truth.payload());
                }
            }
            final Map<Long, ByteBuffer> found = new TreeMap<>();
            JournalReader.open(copy).replay(report.firstSequence(), (sequence, t, type, buffer, offset, length) -> {
                final byte[] payload = new byte[length];
                buffer.get(offset, payload);
                found.put(sequence, ByteBuffer.wrap(payload));
            });
            assertEquals(expected, found, words());
            try (Journal opened = SimulatedJournal.open(copy)) {
                assertEquals(report.lastSequence(), opened.lastSequence(), words());
            }
        }

        private static Set<Long> union(final Set<Long> one, final Set<Long> other) {
            final Set<Long> union = new HashSet<>(one);
            union.addAll(other);
            return union;
        }

        private static Set<Long> sequences(final List<RepairReport.Range> ranges) {
            final Set<Long> sequences = new TreeSet<>();
            for (final RepairReport.Range range : ranges) {
                for (long sequence = range.fromSequence(); sequence <= range.toSequence(); sequence++) {
                    sequences.add(sequence);
                }
            }
            return sequences;
        }

        private String words() {
            return "seed=" + seed + ": ";
        }
    }

    /** The closed and the killed one of the journals with several segments. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void repairShouldSalvageWhatIsWholeAndInventNothingWhenDamageIsRandom(final int which) throws IOException {
        final FuzzJournal journal = FuzzJournal.all().get(which);
        for (int i = 0; i < ROUNDS; i++) {
            new Round(journal, SEED + i).run();
        }
    }
}
