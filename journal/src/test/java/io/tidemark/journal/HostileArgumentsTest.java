// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.HostileWorld.State;
import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentRunner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every public method with everything that its parameter types allow to go wrong, on a journal in every state. The methods
 * are found by reflection: a new one is tried without being asked for.
 *
 * <p>Whatever is passed, the method does what it says or throws what it says: nothing appended, no sequence used up, and the
 * journal works as before.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileArgumentsTest {

    /** Made by the journal or the compiler, not by its users: whatever these are given, they hold. */
    private static boolean isMessage(final Class<?> type) {
        return type.isRecord() || type.isEnum() || Throwable.class.isAssignableFrom(type) || type.isInterface();
    }

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void methodsShouldRefuseClearlyWhenArgumentsAreHostile(final State state) {
        int callCount = 0;
        for (final Class<?> type : PublicFace.types()) {
            if (isMessage(type)) {
                continue;
            }
            for (final Executable member : PublicFace.membersOf(type)) {
                if (isOwnTest(member) || (state != State.OPEN && !needsJournal(member))) {
                    continue;
                }
                try (HostileWorld world = new HostileWorld(state)) {
                    final int[] calls = new int[1];
                    PublicFace.forEachCombination(member, directory, arguments -> {
                        calls[0]++;
                        call(world, state, member, arguments);
                    });
                    callCount += calls[0];
                    if (state == State.OPEN) {
                        world.requireWorking();
                    }
                }
            }
        }
        assertTrue(callCount > 8_000, "calls: " + callCount);
    }

    /** What ends the journal, and what writes segments of the default length, has tests of its own. */
    private static boolean isOwnTest(final Executable member) {
        return member.getDeclaringClass() == Journal.class
                && (member.getName().equals("close")
                        || (member.getName().equals("open") && member.getParameterCount() == 1));
    }

    /** Values, and what is there before any journal, do not depend on its state. */
    private static boolean needsJournal(final Executable member) {
        return member instanceof Method
                && !Modifier.isStatic(member.getModifiers())
                && member.getDeclaringClass() != JournalConfig.class
                && member.getDeclaringClass() != StorageCheck.class
                && member.getDeclaringClass() != Batch.class;
    }

    private static void call(
            final HostileWorld world, final State state, final Executable member, final @Nullable Object[] arguments) {
        if (waitsForEver(world, state, member, arguments)) {
            return;
        }
        final Object target = Modifier.isStatic(member.getModifiers()) || !(member instanceof Method)
                ? null
                : world.target(member.getDeclaringClass());
        final long lastBefore = world.journal().lastSequence();
        final int countBefore = world.batch().count();
        try {
            final Object result = PublicFace.call(member, target, arguments);
            assertFalse(Arrays.asList(arguments).contains(null), () -> "took null: " + words(state, member, arguments));
            world.noteSuccess(member, arguments, result);
            if (result instanceof Journal opened) {
                opened.close();
            }
            if (result instanceof GuardedChannel opened) {
                opened.close();
            }
        } catch (final HostileException e) {
            assertTrue(e.getMessage().startsWith("from the"), e.getMessage());
        } catch (final AssertionError e) {
            throw new AssertionError(words(state, member, arguments), e);
        } catch (final Throwable e) {
            requireClear(state, member, arguments, e);
            assertEquals(lastBefore, world.journal().lastSequence(), () -> words(state, member, arguments));
            assertEquals(countBefore, world.batch().count(), () -> words(state, member, arguments));
        }
        if (target instanceof BufferClaim claim) {
            claim.close();
        }
    }

    private static boolean waitsForEver(
            final HostileWorld world, final State state, final Executable member, final @Nullable Object[] arguments) {
        return state == State.OPEN
                && member.getName().equals("awaitDurable")
                && (long) arguments[0] > world.journal().lastSequence()
                && (arguments.length == 1
                        || (arguments[1] instanceof Duration timeout && timeout.compareTo(Duration.ofSeconds(1)) > 0));
    }

    private static void requireClear(
            final State state, final Executable member, final @Nullable Object[] arguments, final Throwable thrown) {
        final Supplier<String> words = () -> words(state, member, arguments) + ": " + thrown;
        final String message = String.valueOf(thrown.getMessage());
        if (thrown instanceof NullPointerException) {
            assertTrue(Arrays.asList(arguments).contains(null), words);
            // The bare name of the parameter: no word of what the inside of the journal stumbled over.
            assertTrue(message.matches("[a-z][A-Za-z]+"), words);
        } else if (thrown instanceof IllegalArgumentException || thrown instanceof IndexOutOfBoundsException) {
            assertTrue(message.matches("(?s).*[0-9].*"), () -> "no value in the message: " + words.get());
        } else if (thrown instanceof JournalException && !Modifier.isStatic(member.getModifiers())) {
            assertTrue(state.refusal().isInstance(thrown), () -> "not what the state calls for: " + words.get());
        } else {
            assertTrue(thrown instanceof IllegalStateException || thrown instanceof JournalException, words);
        }
        assertTrue(message.length() > 3, words);
    }

    private static String words(final State state, final Executable member, final @Nullable Object[] arguments) {
        return state + ": " + PublicFace.words(member, arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "withSegmentLength, segmentLength, 65535, 65536",
        "withSegmentLength, segmentLength, 65537, 65536",
        "withSegmentLength, segmentLength, 1073741825, 1073741824",
        "withSegmentLength, segmentLength, 69631, 69632",
        "withQueueLength, queueLength, 65535, 65536",
        "withQueueLength, queueLength, 98304, 131072",
        "withQueueLength, queueLength, -2147483648, 1073741824",
        "withStandbyCount, standbyCount, 0, 1",
        "withStandbyCount, standbyCount, 1025, 1024"
    })
    void withShouldNameFieldWhenValueIsBeyondItsLimit(
            final String method, final String field, final int beyond, final int limit) throws Exception {
        final Method with = JournalConfig.class.getMethod(method, int.class);
        final JournalConfig defaults = JournalConfig.defaults();
        assertTrue(with.invoke(defaults, limit) instanceof JournalConfig);
        final Throwable refused = assertThrows(ReflectiveOperationException.class, () -> with.invoke(defaults, beyond))
                .getCause();
        assertSame(IllegalArgumentException.class, refused.getClass());
        assertTrue(refused.getMessage().contains(field), refused.getMessage());
        assertTrue(refused.getMessage().contains("found " + beyond), refused.getMessage());
    }

    @Test
    void durationsShouldMeanForEverWhenNanosecondsCanNotCountThem() {
        final Duration forEver = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        assertEquals(Long.MAX_VALUE, SyncPolicy.batch(1, 1, forEver).maxDelayNs());
        assertEquals(
                Long.MAX_VALUE,
                JournalConfig.defaults().withCloseTimeout(forEver).closeTimeoutNs());
        assertEquals(
                Long.MAX_VALUE,
                JournalConfig.defaults().withSlowForceThreshold(forEver).slowForceNs());
        final JournalConfig config = JournalConfig.defaults()
                .withSegmentLength(64 << 10)
                .withSyncPolicy(SyncPolicy.batch(Long.MAX_VALUE, Long.MAX_VALUE, forEver))
                .withSlowForceThreshold(forEver)
                .withCloseTimeout(forEver);
        try (Journal journal = Journal.open(directory.resolve("patient"), config)) {
            final long sequence = journal.appender().append(HostileValues.bytes(), 0, 3);
            assertEquals(sequence, journal.flush());
        }
    }

    @Test
    void awaitDurableShouldWaitForTheAppendTooWhenSequenceWasNotGivenOut() throws InterruptedException {
        try (HostileWorld world = new HostileWorld(State.OPEN)) {
            final Journal journal = world.journal();
            final long next = journal.lastSequence() + 1;
            assertFalse(journal.awaitDurable(next, Duration.ofNanos(1)));
            final List<Throwable> failures = new ArrayList<>();
            final Thread follower = new Thread(() -> {
                try {
                    journal.awaitDurable(next);
                } catch (final Throwable e) {
                    failures.add(e);
                }
            });
            follower.start();
            world.requireWorking();
            follower.join();
            assertEquals(List.of(), failures);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "-4", "-9223372036854775808"})
    void awaitDurableShouldRefuseWhenGivenACodeForASequence(final long code) {
        try (HostileWorld world = new HostileWorld(State.OPEN)) {
            final IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> world.journal().awaitDurable(code));
            assertTrue(refused.getMessage().contains("sequence=" + code), refused.getMessage());
        }
    }

    @Test
    void openShouldNameTheParameterWhenItIsNull() {
        assertEquals(
                "directory",
                assertThrows(NullPointerException.class, () -> Journal.open((Path) null))
                        .getMessage());
    }

    @Test
    void openShouldLeaveThingsAsTheyAreWhenPathIsNoDirectory() throws IOException {
        final Path file = Files.writeString(directory.resolve("plain"), "mine", StandardOpenOption.CREATE_NEW);
        for (final Path path : List.of(file, file.resolve("below"))) {
            final NotAJournalException refused =
                    assertThrows(NotAJournalException.class, () -> Journal.open(path, JournalConfig.defaults()));
            assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
            assertThrows(NotAJournalException.class, () -> JournalReader.open(path));
        }
        assertEquals("mine", Files.readString(file));
    }

    @Test
    void tablesShouldFailWhenAParameterTypeIsNew() {
        assertThrows(AssertionError.class, () -> HostileValues.of(AgentRunner.class, directory));
        try (HostileWorld world = new HostileWorld(State.OPEN)) {
            assertThrows(AssertionError.class, () -> world.target(Map.class));
        }
    }
}
