// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The libraries for macOS, as far as they can be judged without a Mac: none was ever loaded by one. */
class DarwinLibraryTest {

    private static final int F_FULLFSYNC = 51;
    private static final int F_BARRIERFSYNC = 85;
    private static final int EMBEDDED_SIGNATURE = 0xFADE0CC0;
    private static final int CODE_DIRECTORY = 0xFADE0C02;
    private static final int ADHOC = 0x2;

    /** {@code str xzr, [sp]}: the third argument of a variadic call. */
    private static final int STORE_ZERO_ON_STACK = 0xF90003FF;

    private static byte[] content(final String directory) throws IOException {
        final String name = "/META-INF/native/" + directory + "/libnativesync.dylib";
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(stream, name).readAllBytes();
        }
    }

    private static MachO read(final String directory) throws IOException {
        return new MachO(content(directory));
    }

    private static Set<String> functions() {
        return Arrays.stream(NativeCalls.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(method -> "_Java_io_tidemark_nativesync_NativeCalls_" + method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @CsvSource({"darwin-x86_64, 16777223", "darwin-aarch64, 16777228"})
    void libraryShouldBeWellFormedAndForItsProcessor(final String directory, final int processor) throws IOException {
        final MachO library = read(directory);
        assertEquals(processor, library.processor());
        assertEquals("@rpath/libnativesync.dylib", library.identity());
        assertEquals(List.of("/usr/lib/libSystem.B.dylib"), library.libraries());
    }

    @ParameterizedTest
    @ValueSource(strings = {"darwin-x86_64", "darwin-aarch64"})
    void libraryShouldExportTheFunctionsOfJavaAndNothingElse(final String directory) throws IOException {
        final MachO library = read(directory);
        assertEquals(10, functions().size());
        assertEquals(functions(), library.externals(true));
        final Set<String> needed = library.externals(false);
        assertTrue(needed.contains("_fcntl"), needed::toString);
        final List<String> known =
                List.of("_fcntl", "_fsync", "_msync", "_mlock", "_getpagesize", "___error", "dyld_stub_binder");
        assertTrue(known.containsAll(needed), needed::toString);
    }

    @ParameterizedTest
    @ValueSource(ints = {F_FULLFSYNC, F_BARRIERFSYNC})
    void fcntlShouldBeCalledWithTheCommandOnX86(final int command) throws IOException {
        final MachO library = read("darwin-x86_64");
        final MachO.Section text = library.section("__text");
        final ByteBuffer code = ByteBuffer.wrap(library.bytes(text)).order(ByteOrder.LITTLE_ENDIAN);
        int calls = 0;
        for (int i = 0; i + 5 <= code.capacity(); i++) {
            // mov esi, command
            if ((code.get(i) & 0xFF) != 0xBE || code.getInt(i + 1) != command) {
                continue;
            }
            for (int j = i + 5; j < i + 20 && j + 5 <= code.capacity(); j++) {
                // call, relative to the next instruction
                final boolean isCall = (code.get(j) & 0xFF) == 0xE8;
                final long target = text.address() + j + 5 + (isCall ? code.getInt(j + 1) : 0);
                if (isCall && "_fcntl".equals(library.stubs().get(target))) {
                    calls++;
                }
            }
        }
        assertEquals(1, calls);
    }

    @ParameterizedTest
    @ValueSource(ints = {F_FULLFSYNC, F_BARRIERFSYNC})
    void fcntlShouldBeCalledWithTheCommandAndAsVariadicOnArm(final int command) throws IOException {
        final MachO library = read("darwin-aarch64");
        final MachO.Section text = library.section("__text");
        final ByteBuffer code = ByteBuffer.wrap(library.bytes(text)).order(ByteOrder.LITTLE_ENDIAN);
        int calls = 0;
        for (int i = 8; i + 4 < code.capacity(); i += 4) {
            // movz w1, command
            if (code.getInt(i) != (0x52800001 | command << 5)) {
                continue;
            }
            final int branch = code.getInt(i + 4);
            final long target = text.address() + i + 4 + ((long) (branch << 6) >> 4);
            if ((branch & 0xFC000000) == 0x94000000
                    && "_fcntl".equals(library.stubs().get(target))) {
                calls++;
                assertTrue(
                        code.getInt(i - 4) == STORE_ZERO_ON_STACK || code.getInt(i - 8) == STORE_ZERO_ON_STACK,
                        "the third argument must be on the stack, where a variadic function looks for it");
            }
        }
        assertEquals(1, calls);
    }

    /** Arm kills what is not signed. The checksum of each page is in the signature. */
    @ParameterizedTest
    @ValueSource(strings = {"darwin-x86_64", "darwin-aarch64"})
    void libraryShouldCarryAnAdHocSignatureOfItsBytes(final String directory) throws Exception {
        final MachO library = read(directory);
        final ByteBuffer signature = library.signature();
        assertEquals(EMBEDDED_SIGNATURE, signature.getInt(0));
        final int at = signature.getInt(16);
        assertEquals(CODE_DIRECTORY, signature.getInt(at));
        assertTrue((signature.getInt(at + 12) & ADHOC) != 0);
        final int hashes = at + signature.getInt(at + 16);
        final int slots = signature.getInt(at + 28);
        final int codeLength = signature.getInt(at + 32);
        final int hashLength = signature.get(at + 36);
        assertEquals(2, signature.get(at + 37), "SHA-256");
        final int pageLength = 1 << signature.get(at + 39);
        assertEquals((codeLength + pageLength - 1) / pageLength, slots);
        for (int i = 0; i < slots; i++) {
            final int offset = i * pageLength;
            final byte[] expected = new byte[hashLength];
            signature.get(hashes + i * hashLength, expected);
            final byte[] page = library.range(offset, Math.min(pageLength, codeLength - offset));
            assertArrayEquals(expected, MessageDigest.getInstance("SHA-256").digest(page), "page " + i);
        }
    }

    @Test
    void readerShouldRefuseWhenTheFileIsCutOrAnother() throws IOException {
        final byte[] content = content("darwin-aarch64");
        assertThrows(RuntimeException.class, () -> new MachO(Arrays.copyOf(content, content.length / 2)));
        final byte[] other = content.clone();
        other[0] ^= 1;
        assertThrows(IllegalArgumentException.class, () -> new MachO(other));
        final byte[] commands = content.clone();
        commands[16]++;
        assertThrows(RuntimeException.class, () -> new MachO(commands));
    }
}
