// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Damages the files of a journal as a fuzzer asks: bytes, blocks, lengths, names and whole files. Content is copied before
 * it is changed.
 *
 * <p>Some kinds of damage set the checksum right afterwards, which no accident does. A journal so damaged may hold anything,
 * and {@link #isForged()} says so; but reading it must still come to an end.
 */
final class DirectoryDamage {

    private static final int MAX_STEPS = 12;
    private static final int PAGE_LENGTH = 4096;
    private static final int MAX_EXTENSION = 80 << 10;
    private static final int SLOT_LENGTH = 256;
    private static final int FRAME_HEADER_LENGTH = 32;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int COVERED_OFFSET = 12;

    /** Names that look like those of a journal, or that something may trip over. */
    private static final String[] NAMES = {
        "00000000000000000005.segment",
        "00000000000000000000.segment",
        "09223372036854775807.segment",
        "99999999999999999999.segment",
        "0000000000000000001.segment",
        "000000000000000000001.segment",
        "-0000000000000000001.segment",
        "+0000000000000000002.segment",
        "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١.segment",
        "00000000000000000001.segment ",
        "00000000000000000001.SEGMENT",
        "00000000000000000002.segment\n00000000000000000003.segment",
        "00000000000000000001.segment.preparing",
        "00000000000000000004.segment.preparing",
        "journal.meta.preparing",
        "journal.meta",
        "journal.lock",
        "Journal.Meta",
        "journal.meta.preparing.preparing",
        ".preparing",
        ".segment",
        "\u0000",
        "däta",
        "\uD800",
        " ",
        "lost+found"
    };

    private final FuzzInput input;
    private final CRC32C crc = new CRC32C();
    private FuzzJournal journal;
    private Map<String, byte[]> files;
    private boolean forged;

    DirectoryDamage(final FuzzInput input) {
        this.input = input;
    }

    /** Does to the files what is left of the input. */
    void apply(final FuzzJournal original, final Map<String, byte[]> target) {
        journal = original;
        files = target;
        forged = false;
        for (int step = 0; step < MAX_STEPS && !input.isAtEnd() && !files.isEmpty(); step++) {
            step();
        }
    }

    /** Whether a checksum was made to fit something that the journal did not write. */
    boolean isForged() {
        return forged;
    }

    private void step() {
        final int code = input.nextByte();
        switch (code & 15) {
            case 0, 1, 2 -> damageFrame(code >>> 4);
            case 3 -> damageMeta(code >>> 4);
            case 4 -> overwrite(file());
            case 5 -> zero(file());
            case 6 -> changeLength(file());
            case 7 -> copyRange();
            case 8 -> swap();
            case 9 -> files.remove(file());
            case 10 -> files.put(name(), content(file()));
            case 11 -> rename();
            case 12 -> files.put(name(), filled(input.below(256), input.nextByte()));
            case 13 -> forgeFrame(code >>> 4);
            case 14 -> forgePage();
            default -> forgeSlots();
        }
    }

    private String file() {
        final List<String> names = new ArrayList<>(files.keySet());
        return names.get(input.below(names.size()));
    }

    private String name() {
        final int choice = input.nextByte();
        if (choice < 200) {
            return NAMES[choice % NAMES.length];
        }
        return choice < 228 ? FileNames.segment(choice - 199) : FileNames.segment(Math.abs(input.nextEdge()));
    }

    /** What the file holds; not to be changed. */
    private byte[] content(final String name) {
        return files.getOrDefault(name, new byte[0]);
    }

    /** A copy of what the file holds, which takes its place. */
    private byte[] changing(final String name) {
        final byte[] copy = content(name).clone();
        files.put(name, copy);
        return copy;
    }

    private static byte[] filled(final int length, final int value) {
        final byte[] content = new byte[length];
        Arrays.fill(content, (byte) value);
        return content;
    }

    private void overwrite(final String name) {
        final byte[] bytes = changing(name);
        if (bytes.length > 0) {
            input.edit(bytes, 0, bytes.length);
        }
    }

    private void zero(final String name) {
        final byte[] bytes = changing(name);
        // Sectors and pages are what gets lost at once.
        final int unit = 1 << input.below(14);
        final int from = input.below(bytes.length / unit + 1) * unit;
        final int end = Math.min(bytes.length, from + unit * (1 + input.below(16)));
        Arrays.fill(bytes, Math.min(from, end), end, (byte) 0);
    }

    private void damageFrame(final int how) {
        if (journal.frames().isEmpty()) {
            return;
        }
        final FuzzJournal.Frame frame =
                journal.frames().get(input.below(journal.frames().size()));
        final byte[] bytes = changing(frame.file());
        final int end = Math.min(bytes.length, frame.offset() + frame.length());
        if (frame.offset() >= end) {
            return;
        }
        switch (how & 3) {
            case 0 ->
                bytes[frame.offset() + input.below(Math.min(FRAME_HEADER_LENGTH, end - frame.offset()))] ^=
                        (byte) input.nextByte();
            case 1 -> bytes[frame.offset() + input.below(end - frame.offset())] ^= (byte) input.nextByte();
            case 2 -> Arrays.fill(bytes, frame.offset(), end, (byte) 0);
            default -> input.edit(bytes, frame.offset(), Math.min(FRAME_HEADER_LENGTH, end - frame.offset()));
        }
    }

    private void damageMeta(final int how) {
        final byte[] bytes = changing(FileNames.META);
        final int slot = (how & 1) * PAGE_LENGTH;
        if (bytes.length >= slot + SLOT_LENGTH) {
            if ((how & 2) == 0) {
                bytes[slot + input.below(80)] ^= (byte) input.nextByte();
            } else {
                Arrays.fill(bytes, slot, slot + SLOT_LENGTH, (byte) input.nextByte());
            }
        }
    }

    private void changeLength(final String name) {
        final byte[] bytes = content(name);
        final int kind = input.nextByte();
        final int length = switch (kind & 3) {
            case 0 -> input.below(bytes.length + 1);
            case 1 -> Math.max(0, bytes.length - 1 - input.nextByte());
            case 2 -> bytes.length + 1 + input.below(MAX_EXTENSION);
            default -> 0;
        };
        final byte[] changed = Arrays.copyOf(bytes, length);
        if (length > bytes.length) {
            Arrays.fill(changed, bytes.length, length, (byte) (kind >>> 2));
        }
        files.put(name, changed);
    }

    /** Bytes of one file come to lie in another place, or in another file. */
    private void copyRange() {
        final byte[] source = content(file());
        final byte[] target = changing(file());
        final int length = 1 << input.below(14);
        final int from = input.below(source.length) & -8;
        final int to = input.below(target.length) & -8;
        final int count = Math.min(length, Math.min(source.length - from, target.length - to));
        System.arraycopy(source, from, target, to, Math.max(0, count));
    }

    private void swap() {
        final String one = file();
        final String other = file();
        final byte[] content = content(one);
        files.put(one, content(other));
        files.put(other, content);
    }

    private void rename() {
        final String from = file();
        final byte[] content = content(from);
        files.remove(from);
        files.put(name(), content);
    }

    /** Changes fields of a frame and sets its checksum right. */
    private void forgeFrame(final int how) {
        if (journal.frames().isEmpty()) {
            return;
        }
        forged = true;
        final FuzzJournal.Frame frame =
                journal.frames().get(input.below(journal.frames().size()));
        final byte[] bytes = changing(frame.file());
        if (bytes.length < frame.offset() + frame.length()) {
            return;
        }
        final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final int seed = seedOf(fields, frame, bytes);
        final int at = frame.offset();
        switch (how & 7) {
            case 0 -> fields.putInt(at + 4, (int) input.nextEdge());
            case 1 -> fields.putLong(at + 8, input.nextEdge());
            case 2 -> fields.putInt(at + 24, (int) input.nextEdge());
            case 3 -> fields.putShort(at + 28, (short) input.nextShort());
            case 4 -> fields.putShort(at + 30, (short) input.nextShort());
            case 5 -> fields.put(at + 15, (byte) input.nextByte());
            default -> input.edit(bytes, at + 4, FRAME_HEADER_LENGTH - 4);
        }
        final int length = fields.getInt(at + 4);
        if (length >= FRAME_HEADER_LENGTH && length <= bytes.length - at - 7) {
            fields.putInt(at, checksum(bytes, at + 4, ((length + 7) & -8) - 4) ^ seed);
        }
    }

    /** The seed of a segment is what a frame's checksum differs by from that of its bytes. */
    private int seedOf(final ByteBuffer fields, final FuzzJournal.Frame frame, final byte[] bytes) {
        return fields.getInt(frame.offset()) ^ checksum(bytes, frame.offset() + 4, frame.length() - 4);
    }

    /** Changes a header page and sets its checksum right. */
    private void forgePage() {
        final byte[] bytes = changing(file());
        if (bytes.length < PAGE_LENGTH) {
            return;
        }
        forged = true;
        final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final int field = input.nextByte();
        switch (field % 6) {
            case 0 -> fields.putInt(COVERED_OFFSET, (int) input.nextEdge());
            case 1 -> fields.putLong(32, input.nextEdge());
            case 2 -> fields.putInt(40, (int) input.nextEdge());
            case 3 -> fields.putInt(44, (int) input.nextEdge());
            case 4 -> fields.putInt(40, (1 + input.nextByte()) * PAGE_LENGTH);
            default -> input.edit(bytes, COVERED_OFFSET, PAGE_LENGTH - COVERED_OFFSET);
        }
        fields.putInt(CHECKSUM_OFFSET, checksum(bytes, COVERED_OFFSET, PAGE_LENGTH - COVERED_OFFSET));
    }

    /** Changes one field, in one meta slot or in both, and sets checksums right. */
    private void forgeSlots() {
        final byte[] bytes = changing(FileNames.META);
        if (bytes.length < PAGE_LENGTH + SLOT_LENGTH) {
            return;
        }
        forged = true;
        final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final int which = input.nextByte();
        final int field = input.nextByte() % 9;
        final long value = input.nextEdge();
        for (int slot = 0; slot < 2; slot++) {
            final int at = slot * PAGE_LENGTH;
            if ((which & (1 << slot)) == 0) {
                switch (field) {
                    case 0 -> fields.putInt(at + COVERED_OFFSET, (int) value);
                    case 1 -> fields.putInt(at + 40, (int) value);
                    case 2 -> fields.putInt(at + 44, (int) value);
                    default -> fields.putLong(at + new int[] {16, 24, 48, 56, 64, 72}[field - 3], value);
                }
                fields.putInt(at + CHECKSUM_OFFSET, checksum(bytes, at + COVERED_OFFSET, SLOT_LENGTH - COVERED_OFFSET));
            }
        }
    }

    private int checksum(final byte[] bytes, final int offset, final int length) {
        crc.reset();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
