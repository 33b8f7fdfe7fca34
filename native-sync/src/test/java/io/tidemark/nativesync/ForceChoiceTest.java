// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.spi.SystemCall;
import io.tidemark.journal.spi.SystemCallException;
import io.tidemark.nativesync.NativeSync.Level;
import io.tidemark.nativesync.NativeSync.Options;
import io.tidemark.nativesync.TargetSystem.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is called on each system, and what comes of the answers: decided in Java, so that it can be tried here for all. */
class ForceChoiceTest {

    private static final int ENOTSUP = 45;
    private static final int EIO = 5;
    private static final ByteBuffer MAPPING = ByteBuffer.allocateDirect(4096);

    private final SimulatedCalls calls = new SimulatedCalls();
    private final List<String> told = new ArrayList<>();

    private FileChannel file;

    @BeforeEach
    void open(@TempDir final Path directory) throws IOException {
        file = FileChannel.open(directory.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @AfterEach
    void close() throws IOException {
        file.close();
    }

    private NativeSync sync(final Kind kind, final Options options) {
        return new NativeSync(calls, new TargetSystem(kind, "test", "test"), options, "test");
    }

    private NativeSync darwin(final Options options) {
        return sync(Kind.DARWIN, options);
    }

    private Options fallingBack() {
        return Options.defaults().withFallBack(told::add);
    }

    @Test
    void forceShouldReachThePlatterOnMacWhateverIsForced() throws IOException {
        final NativeSync sync = darwin(Options.defaults());
        sync.force(file, true);
        sync.force(file, false);
        sync.forceMapping(MAPPING, 0, 10, file);
        assertEquals(List.of("platter", "platter", "mapping", "platter"), calls.made());
        assertTrue(sync.needsFileToForceMapping());
    }

    @Test
    void forceShouldBeABarrierOnMacWhenThatIsChosen() throws IOException {
        final NativeSync sync = darwin(Options.defaults().withLevel(Level.BARRIER));
        sync.forceMapping(MAPPING, 0, 10, file);
        assertEquals(List.of("mapping", "barrier"), calls.made());
    }

    @ParameterizedTest
    @ValueSource(ints = {22, 25, 45, 78, 102})
    void forceShouldFailWhenTheFileSystemRefusesAndNothingElseIsChosen(final int error) {
        calls.answer("platter", error);
        final SystemCallException thrown = assertThrows(
                SystemCallException.class, () -> darwin(Options.defaults()).force(file, true));
        assertEquals(List.of("platter"), calls.made());
        assertEquals(error, thrown.errorNumber());
        assertTrue(thrown.getMessage().contains("F_FULLFSYNC"), thrown::getMessage);
        assertTrue(thrown.getMessage().contains("withFallBack"), thrown::getMessage);
        assertFalse(thrown.isNoSpace());
    }

    @Test
    void forceShouldFallBackAndSayItOnceWhenTheFileSystemRefuses() throws IOException {
        calls.answer("platter", ENOTSUP);
        final NativeSync sync = darwin(fallingBack());
        sync.force(file, true);
        sync.force(file, true);
        assertEquals(List.of("platter", "file", "platter", "file"), calls.made());
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0).contains("F_FULLFSYNC") && told.get(0).contains("ENOTSUP"), told::toString);
    }

    @Test
    void barrierShouldFallBackToThePlatterWhenTheFileSystemRefusesIt() throws IOException {
        calls.answer("barrier", ENOTSUP);
        darwin(fallingBack().withLevel(Level.BARRIER)).force(file, false);
        assertEquals(List.of("barrier", "platter"), calls.made());
        assertEquals(1, told.size(), told::toString);
    }

    @Test
    void forceShouldNotFallBackWhenItFailed() {
        calls.answer("platter", EIO);
        final SystemCallException thrown = assertThrows(
                SystemCallException.class, () -> darwin(fallingBack()).force(file, true));
        assertEquals(List.of("platter"), calls.made());
        assertTrue(thrown.getMessage().contains("EIO"), thrown::getMessage);
        assertEquals(List.of(), told);
    }

    @Test
    void forceShouldNotBeDoneWhenTheListenerThrows() {
        calls.answer("platter", ENOTSUP);
        final NativeSync sync = darwin(Options.defaults().withFallBack(words -> {
            throw new IllegalStateException(words);
        }));
        assertThrows(IllegalStateException.class, () -> sync.force(file, true));
        assertEquals(List.of("platter"), calls.made());
    }

    @Test
    void forceShouldBeTheCheapestThatReachesTheDataOnLinux() throws IOException {
        final NativeSync sync = sync(Kind.LINUX, Options.defaults());
        sync.force(file, false);
        sync.force(file, true);
        sync.forceMapping(MAPPING, 0, 10, null);
        assertEquals(List.of("data", "file", "mapping"), calls.made());
        assertFalse(sync.needsFileToForceMapping());
    }

    @Test
    void forceShouldFlushTheFileBehindAMappingOnWindows() throws IOException {
        sync(Kind.WINDOWS, Options.defaults()).forceMapping(MAPPING, 0, 10, file);
        assertEquals(List.of("mapping", "file"), calls.made());
    }

    @ParameterizedTest
    @CsvSource({
        "LINUX, 28, ENOSPC, true",
        "LINUX, 122, EDQUOT, true",
        "LINUX, 69, error 69, false",
        "DARWIN, 69, EDQUOT, true",
        "DARWIN, 28, ENOSPC, true",
        "WINDOWS, 112, ERROR_DISK_FULL, true",
        "WINDOWS, 28, error 28, false",
        "WINDOWS, 5, ERROR_ACCESS_DENIED, false",
        "LINUX, 14, EFAULT, false"
    })
    void forceMappingShouldSayWhatTheNumberMeansOnItsSystem(
            final Kind kind, final int error, final String word, final boolean noSpace) {
        calls.answer("mapping", error);
        final SystemCallException thrown = assertThrows(
                SystemCallException.class, () -> sync(kind, Options.defaults()).forceMapping(MAPPING, 0, 10, file));
        assertTrue(thrown.getMessage().contains(word), thrown::getMessage);
        assertEquals(noSpace, thrown.isNoSpace());
    }

    @Test
    void helpShouldBeDeclinedWhenTheSystemHasNoSuchCall() throws IOException {
        for (final String call : List.of("reserve", "begin writing", "fault in", "let go", "advise")) {
            calls.answer(call, SystemCalls.UNSUPPORTED);
        }
        final NativeSync sync = darwin(Options.defaults());
        assertFalse(sync.reserve(file, 10));
        assertFalse(sync.beginWriting(file, 0, 10));
        assertFalse(sync.faultIn(MAPPING, 0, 10));
        assertFalse(sync.letGoOfPages(MAPPING, 0, 10));
        assertFalse(sync.adviseSequential(file));
    }

    @Test
    void letGoOfPagesShouldNotBeCalledWhenPagesAreLocked() throws IOException {
        assertFalse(sync(Kind.LINUX, Options.defaults().withMemoryLock()).letGoOfPages(MAPPING, 0, 10));
        assertEquals(List.of(), calls.made());
        assertTrue(sync(Kind.LINUX, Options.defaults()).letGoOfPages(MAPPING, 0, 10));
        assertEquals(List.of("let go"), calls.made());
    }

    @Test
    void letGoOfPagesShouldBeDeclinedWhenTheProcessHasLockedAllItsMemory() throws IOException {
        calls.answer("let go", SystemNumbers.EINVAL);
        assertFalse(sync(Kind.LINUX, Options.defaults()).letGoOfPages(MAPPING, 0, 10));
    }

    @Test
    void faultInShouldBeDeclinedWhenTheKernelIsTooOld() throws IOException {
        calls.answer("fault in", SystemNumbers.EINVAL);
        assertFalse(sync(Kind.LINUX, Options.defaults()).faultIn(MAPPING, 0, 10));
    }

    @Test
    void faultInShouldLockPagesOnlyWhenThatIsChosen() throws IOException {
        assertTrue(sync(Kind.LINUX, Options.defaults()).faultIn(MAPPING, 0, 10));
        assertTrue(sync(Kind.LINUX, Options.defaults().withMemoryLock()).faultIn(MAPPING, 0, 10));
        assertEquals(List.of("fault in", "fault in", "lock"), calls.made());
        calls.answer("lock", 12);
        final SystemCallException thrown = assertThrows(
                SystemCallException.class,
                () -> sync(Kind.LINUX, Options.defaults().withMemoryLock()).faultIn(MAPPING, 0, 10));
        assertTrue(thrown.getMessage().contains("ulimit -l"), thrown::getMessage);
    }

    @ParameterizedTest
    @CsvSource({
        "LINUX, PLATTER, msync(MS_SYNC)",
        "DARWIN, PLATTER, F_FULLFSYNC",
        "DARWIN, BARRIER, F_BARRIERFSYNC",
        "WINDOWS, PLATTER, FlushFileBuffers"
    })
    void callsShouldNameWhatIsInUse(final Kind kind, final Level level, final String word) {
        final List<SystemCall> list =
                sync(kind, Options.defaults().withLevel(level).withMemoryLock()).calls();
        assertTrue(list.get(0).call().contains(word), list::toString);
        assertEquals(
                kind != Kind.WINDOWS, list.stream().anyMatch(call -> call.call().equals("mlock")));
    }
}
