// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plays what a fuzzer found worth keeping, and seeded changes of it, through each target, with no fuzzer and no flag. The
 * profile "fuzz" searches for more; {@code CONTRIBUTING.md} says how.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzCorpusTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20261120);
    private static final int MAX_LENGTH = 200;

    /** Each target, with the number of changed inputs that a build can spare the time for. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum Target {
        HEADER(HeaderFuzzTarget.class, HeaderFuzzTarget::fuzzerTestOneInput, 5_000),
        META(MetaFuzzTarget.class, MetaFuzzTarget::fuzzerTestOneInput, 5_000),
        FRAME(FrameFuzzTarget.class, FrameFuzzTarget::fuzzerTestOneInput, 5_000),
        DIRECTORY(DirectoryFuzzTarget.class, DirectoryFuzzTarget::fuzzerTestOneInput, 1_000);

        private final Class<?> type;
        private final Consumer<byte[]> fuzz;
        private final int changedCount;

        Target(final Class<?> type, final Consumer<byte[]> fuzz, final int changedCount) {
            this.type = type;
            this.fuzz = fuzz;
            this.changedCount = changedCount;
        }

        List<byte[]> corpus() throws IOException, URISyntaxException {
            final String name = "/fuzz/" + type.getSimpleName();
            final URL directory = Objects.requireNonNull(FuzzCorpusTest.class.getResource(name), name);
            try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
                return files.sorted().map(Target::read).toList();
            }
        }

        private static byte[] read(final Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (final IOException e) {
                throw new AssertionError("corpus can't be read", e);
            }
        }

        void play(final byte[] input, final String what) {
            try {
                fuzz.accept(input);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError(
                        this + ", " + what + ", input " + HexFormat.of().formatHex(input) + ": " + e.getMessage(), e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void targetShouldFindNothingWhenTheCorpusIsPlayed(final Target target) throws Exception {
        final List<byte[]> corpus = target.corpus();
        assertFalse(corpus.isEmpty());
        target.play(new byte[0], "nothing");
        for (final byte[] input : corpus) {
            target.play(input, "kept");
        }
    }

    @ParameterizedTest
    @EnumSource
    void targetShouldFindNothingWhenTheCorpusIsChanged(final Target target) throws Exception {
        final List<byte[]> corpus = target.corpus();
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < target.changedCount; i++) {
            final byte[] input = changed(corpus, random);
            target.play(input, "number " + i + ", -Dtidemark.seed=" + SEED);
        }
    }

    /** One input with another behind some part of it, and a few bytes changed. */
    private static byte[] changed(final List<byte[]> corpus, final SplittableRandom random) {
        final byte[] one = corpus.get(random.nextInt(corpus.size()));
        final byte[] other = corpus.get(random.nextInt(corpus.size()));
        final int kept = random.nextInt(one.length + 1);
        final int from = random.nextInt(other.length + 1);
        final byte[] changed = Arrays.copyOf(one, Math.min(MAX_LENGTH, kept + other.length - from));
        if (changed.length > kept) {
            System.arraycopy(other, from, changed, kept, changed.length - kept);
        }
        for (int count = random.nextInt(4); count > 0 && changed.length > 0; count--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        return changed;
    }
}
