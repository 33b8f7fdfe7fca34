// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads as much of a library of macOS as the tests ask for: load commands, sections, symbols, stubs and signature. Whatever is
 * not as it must be is an {@link IllegalArgumentException}; reading outside of the file is one of the buffer's.
 */
final class MachO {

    static final int CPU_X86_64 = 0x0100_0007;
    static final int CPU_ARM64 = 0x0100_000C;

    private static final int MAGIC_64 = 0xFEED_FACF;
    private static final int HEADER_LENGTH = 32;
    private static final int TYPE_DYLIB = 6;
    private static final int SEGMENT_64 = 0x19;
    private static final int SYMTAB = 0x2;
    private static final int DYSYMTAB = 0xB;
    private static final int LOAD_DYLIB = 0xC;
    private static final int ID_DYLIB = 0xD;
    private static final int CODE_SIGNATURE = 0x1D;
    private static final int SECTION_TYPE = 0xFF;
    private static final int SYMBOL_STUBS = 0x8;
    private static final int SYMBOL_LENGTH = 16;

    /** A section, and what it says of its entries. */
    record Section(String name, long address, int offset, int length, int flags, int firstIndirect, int stubLength) {}

    private final ByteBuffer file;
    private final Map<Integer, Integer> commands = new HashMap<>();
    private final List<Section> sections = new ArrayList<>();
    private final List<String> libraries = new ArrayList<>();
    private String identity = "";

    MachO(final byte[] content) {
        file = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        require(file.getInt(0) == MAGIC_64, "magic");
        require(file.getInt(12) == TYPE_DYLIB, "not a library");
        final int count = file.getInt(16);
        final int end = HEADER_LENGTH + file.getInt(20);
        int offset = HEADER_LENGTH;
        for (int i = 0; i < count; i++) {
            final int length = file.getInt(offset + 4);
            require(length >= 8 && length % 8 == 0 && offset + length <= end, "load command " + i);
            command(file.getInt(offset), offset, length);
            offset += length;
        }
        require(offset == end, "load commands end elsewhere");
        require(commands.containsKey(SYMTAB) && commands.containsKey(DYSYMTAB), "no symbols");
    }

    private static void require(final boolean condition, final String problem) {
        if (!condition) {
            throw new IllegalArgumentException("not a well-formed library: " + problem);
        }
    }

    private void command(final int type, final int offset, final int length) {
        commands.put(type, offset);
        switch (type) {
            case SEGMENT_64 -> segment(offset, length);
            case LOAD_DYLIB -> libraries.add(string(offset + file.getInt(offset + 8)));
            case ID_DYLIB -> identity = string(offset + file.getInt(offset + 8));
            default -> {
                // Nothing that the tests ask about.
            }
        }
    }

    private void segment(final int offset, final int length) {
        final long fileOffset = file.getLong(offset + 40);
        final long fileLength = file.getLong(offset + 48);
        require(fileOffset >= 0 && fileLength >= 0 && fileOffset + fileLength <= file.capacity(), "segment outside");
        final int count = file.getInt(offset + 64);
        require(72 + 80 * count == length, "sections of a segment");
        for (int i = 0; i < count; i++) {
            final int at = offset + 72 + 80 * i;
            sections.add(new Section(
                    string(at, 16),
                    file.getLong(at + 32),
                    file.getInt(at + 48),
                    (int) file.getLong(at + 40),
                    file.getInt(at + 64),
                    file.getInt(at + 68),
                    file.getInt(at + 72)));
        }
    }

    private String string(final int offset) {
        return string(offset, file.capacity() - offset);
    }

    private String string(final int offset, final int maxLength) {
        int length = 0;
        while (length < maxLength && file.get(offset + length) != 0) {
            length++;
        }
        final byte[] bytes = new byte[length];
        file.get(offset, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    int processor() {
        return file.getInt(4);
    }

    String identity() {
        return identity;
    }

    List<String> libraries() {
        return libraries;
    }

    byte[] bytes(final Section section) {
        final byte[] bytes = new byte[section.length()];
        file.get(section.offset(), bytes);
        return bytes;
    }

    Section section(final String name) {
        return sections.stream()
                .filter(section -> section.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no section " + name));
    }

    private int symbol(final int index) {
        final int symtab = commands.get(SYMTAB);
        require(index >= 0 && index < file.getInt(symtab + 12), "symbol " + index);
        return file.getInt(symtab + 8) + SYMBOL_LENGTH * index;
    }

    private String symbolName(final int index) {
        return string(file.getInt(commands.get(SYMTAB) + 16) + file.getInt(symbol(index)));
    }

    /** Names of external symbols: those that are defined here, or those that are not. */
    Set<String> externals(final boolean defined) {
        final Set<String> names = new TreeSet<>();
        for (int i = 0; i < file.getInt(commands.get(SYMTAB) + 12); i++) {
            final int type = file.get(symbol(i) + 4);
            final boolean isExternal = (type & 0x01) != 0 && (type & 0x10) == 0;
            if (isExternal && ((type & 0x0E) != 0) == defined) {
                names.add(symbolName(i));
            }
        }
        return names;
    }

    /** Addresses from which functions of other libraries are called, with their names. */
    Map<Long, String> stubs() {
        final int indirect = file.getInt(commands.get(DYSYMTAB) + 56);
        final Map<Long, String> stubs = new HashMap<>();
        for (final Section section : sections) {
            if ((section.flags() & SECTION_TYPE) == SYMBOL_STUBS) {
                for (int i = 0; i < section.length() / section.stubLength(); i++) {
                    final int index = file.getInt(indirect + Integer.BYTES * (section.firstIndirect() + i));
                    stubs.put(section.address() + (long) i * section.stubLength(), symbolName(index));
                }
            }
        }
        return stubs;
    }

    /** The signature, in its own big-endian words. */
    ByteBuffer signature() {
        require(commands.containsKey(CODE_SIGNATURE), "no signature");
        final int command = commands.get(CODE_SIGNATURE);
        final int offset = file.getInt(command + 8);
        final int length = file.getInt(command + 12);
        require(offset + length == file.capacity(), "the signature is not at the end");
        return file.slice(offset, length).order(ByteOrder.BIG_ENDIAN);
    }

    /** A range of the file, for its checksum. */
    byte[] range(final int offset, final int length) {
        final byte[] bytes = new byte[length];
        file.get(offset, bytes);
        return bytes;
    }
}
