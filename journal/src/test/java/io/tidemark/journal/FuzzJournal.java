// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedSnapshot;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A real journal that is about to be damaged, with all that is known of it: its records, and what each piece of its files
 * proves of their durability as long as it is whole.
 */
final class FuzzJournal {

    /** A record as a handler is to be given it. */
    record Truth(long sequence, int type, ByteBuffer payload) {}

    /** A frame, where it lies, and up to where it proves the journal to have been durable. */
    record Frame(String file, int offset, int length, long sequence, long proven) {}

    /** A slot of the meta file, as it lies there. */
    private record Slot(ByteBuffer bytes, Meta meta) {}

    private final Map<String, byte[]> files;
    private final SimulatedSnapshot snapshot;
    private final List<Truth> truths = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final long lastSequence;

    private FuzzJournal(final Map<String, byte[]> files, final List<GoldenJournal.Expected> expected)
            throws IOException {
        this.files = files;
        final SimulatedStorage storage = new SimulatedStorage();
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            storage.install(file.getKey(), file.getValue());
        }
        snapshot = storage.snapshot();
        for (final GoldenJournal.Expected record : expected) {
            final byte[] payload = new byte[record.payload().size()];
            for (int i = 0; i < payload.length; i++) {
                payload[i] = record.payload().get(i);
            }
            truths.add(new Truth(record.sequence(), record.type(), ByteBuffer.wrap(payload)));
        }
        lastSequence = truths.isEmpty() ? 0 : truths.get(truths.size() - 1).sequence();
        files.forEach(this::findFrames);
        findSlots(files.getOrDefault(FileNames.META, new byte[0]));
    }

    /** All journals that are damaged, in an order that committed inputs rely on: add behind the last. */
    static List<FuzzJournal> all() throws IOException {
        final List<FuzzJournal> journals = new ArrayList<>();
        for (final GoldenJournal golden :
                List.of(GoldenJournal.CLOSED, GoldenJournal.KILLED, GoldenJournal.CUT, GoldenJournal.EMPTY)) {
            final GoldenJournal.Script script = golden.written();
            journals.add(new FuzzJournal(script.files(), script.expected()));
        }
        for (final boolean closed : new boolean[] {true, false}) {
            final GoldenJournal.Script script = rolled(closed);
            journals.add(new FuzzJournal(script.files(), script.expected()));
        }
        return journals;
    }

    /** Three segments and a standby, batches among the records; the last segment ends within a few bytes of its room. */
    private static GoldenJournal.Script rolled(final boolean closed) throws IOException {
        final GoldenJournal.Script script = new GoldenJournal.Script();
        script.open();
        for (int i = 0; i < 40; i++) {
            script.append(i, 3_000 + i);
            if (i % 4 == 0) {
                script.appendBatch(10, 500, 7);
                script.flush();
            }
            script.settle();
        }
        if (closed) {
            script.close();
        } else {
            script.flush();
            script.append(3, 70);
            script.append(3, 80);
            script.settle();
            script.kill();
        }
        return script;
    }

    private void findFrames(final String name, final byte[] content) {
        if (FileNames.segmentNumber(name) < 0) {
            return;
        }
        final ByteBuffer fields = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int offset = SegmentLayout.HEADER_PAGE_LENGTH;
        long sequence = 0;
        while (offset + FrameLayout.HEADER_LENGTH <= content.length && fields.getLong(offset) != 0) {
            final long found = fields.getLong(offset + FrameLayout.SEQUENCE_OFFSET) & FrameLayout.MAX_SEQUENCE;
            if (found < sequence || found > lastSequence + 1) {
                break;
            }
            sequence = found;
            final int length = FrameLayout.align(fields.getInt(offset + FrameLayout.LENGTH_OFFSET));
            final int lag = fields.getShort(offset + FrameLayout.DURABLE_LAG_OFFSET) & 0xFFFF;
            frames.add(new Frame(name, offset, length, sequence, DurableLag.provenDurable(sequence, lag)));
            offset += length;
        }
    }

    private void findSlots(final byte[] content) {
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            final int offset = slot * MetaLayout.SLOT_DISTANCE;
            final byte[] bytes = Arrays.copyOfRange(content, offset, offset + MetaLayout.SLOT_LENGTH);
            slots.add(new Slot(ByteBuffer.wrap(bytes), MetaLayout.read(ByteBuffer.wrap(bytes))));
        }
    }

    /** The files by name; their content is not to be changed. */
    Map<String, byte[]> files() {
        return new TreeMap<>(files);
    }

    SimulatedSnapshot snapshot() {
        return snapshot;
    }

    /** The records that a reader is to be given, in their order. */
    List<Truth> truths() {
        return truths;
    }

    /** The frames of all segments; damage is aimed at them. */
    List<Frame> frames() {
        return frames;
    }

    /** The last sequence of the whole journal. */
    long lastSequence() {
        return lastSequence;
    }

    /** The newest meta slot that is still whole in either place; null if neither is. */
    @Nullable
    Meta survivingMeta(final byte @Nullable [] content) {
        Meta newest = null;
        for (final Slot slot : slots) {
            if ((isAt(content, 0, slot.bytes) || isAt(content, MetaLayout.SLOT_DISTANCE, slot.bytes))
                    && (newest == null || slot.meta.generation() > newest.generation())) {
                newest = slot.meta;
            }
        }
        return newest;
    }

    private static boolean isAt(final byte @Nullable [] content, final int offset, final ByteBuffer expected) {
        return content != null
                && content.length >= offset + expected.remaining()
                && ByteBuffer.wrap(content, offset, expected.remaining()).equals(expected);
    }

    /**
     * The highest sequence that is proven to have been durable by what is left whole: by the meta file, and by frames in
     * segments with whole header pages.
     */
    long provenBy(final Map<String, byte[]> damaged) {
        final Meta meta = survivingMeta(damaged.get(FileNames.META));
        long proven = meta == null ? 0 : meta.durableSequence();
        for (final Frame frame : frames) {
            final byte[] content = damaged.get(frame.file);
            if (frame.proven > proven && content != null && isWhole(frame, content)) {
                proven = frame.proven;
            }
        }
        return proven;
    }

    private boolean isWhole(final Frame frame, final byte[] content) {
        final byte[] original = files.getOrDefault(frame.file, new byte[0]);
        final int end = frame.offset + frame.length;
        return content.length >= original.length
                && Arrays.equals(content, frame.offset, end, original, frame.offset, end)
                && Arrays.equals(
                        content, 0, SegmentLayout.HEADER_PAGE_LENGTH, original, 0, SegmentLayout.HEADER_PAGE_LENGTH);
    }
}
