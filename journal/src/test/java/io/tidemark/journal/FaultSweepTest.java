// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.MappedPieces;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A {@link ScriptedLife}: once to count its calls across the storage seam, then again for each call and each kind of failure,
 * then for pairs of failures. After each the promise holds, nothing is left open, and the error names the call.
 */
class FaultSweepTest {

    private static final long SEED = 20261120;
    private static final int PAIRS_PER_CALL = 4;
    private static final int CALLS_BETWEEN_CHOSEN = 23;
    private static final String FAILED = "simulated failure of ";

    /** What a failure does to its call, told the life, its own words, and a number that makes it half-done in its own way. */
    private interface Effect {
        Fault fault(ScriptedLife life, String words, long number);
    }

    /** One way in which a call goes wrong. */
    private record Failure(String name, boolean powerCut, Effect effect) {}

    private static final Failure HANGS =
            new Failure("hangs", false, (life, words, n) -> Fault.runBefore(life::goOnWhileOneCallHangs));

    /** The first ones let the machine run on. */
    private static final List<Failure> FAILURES = List.of(
            new Failure("fails", false, (life, words, n) -> Fault.failBefore(() -> new IOException(words))),
            new Failure("fails when done", false, (life, words, n) -> Fault.failAfter(() -> new IOException(words))),
            new Failure("fails halfway", false, (life, words, n) -> Fault.failHalfway(() -> new IOException(words), n)),
            new Failure("no space", false, (life, words, n) -> Fault.failBefore(() -> full(words))),
            new Failure("no space halfway", false, (life, words, n) -> Fault.failHalfway(() -> full(words), n)),
            new Failure("denied", false, (life, words, n) -> Fault.failBefore(() -> new AccessDeniedException(words))),
            new Failure("interrupted", false, (life, words, n) -> Fault.failBefore(() -> interrupted(words))),
            HANGS,
            new Failure("power cut before", true, (life, words, n) -> Fault.powerCutBefore()),
            new Failure("power cut halfway", true, (life, words, n) -> Fault.powerCutHalfway(n)),
            new Failure("power cut after", true, (life, words, n) -> Fault.powerCutAfter()));

    private static final Set<StorageCall.Kind> CLOSING = EnumSet.of(
            StorageCall.Kind.CLOSE,
            StorageCall.Kind.CLOSE_STORAGE,
            StorageCall.Kind.CLOSE_LEASES,
            StorageCall.Kind.LET_GO,
            StorageCall.Kind.UNCLAIM,
            StorageCall.Kind.UNMAP);

    private static final int FIRST_POWER_CUT = FAILURES.indexOf(HANGS) + 1;

    private static final List<Failure> FIRST_OF_PAIR = failures("fails", "no space halfway", "hangs");
    private static final List<Failure> SECOND_OF_PAIR = failures("fails when done", "hangs", "power cut halfway");

    private static List<Failure> failures(final String... names) {
        return FAILURES.stream()
                .filter(failure -> List.of(names).contains(failure.name()))
                .toList();
    }

    private static IOException full(final String words) {
        return new NoSpaceException(words, new IOException("no space left"));
    }

    /** As the storage passes on what a channel says whose thread was interrupted. */
    private static IOException interrupted(final String words) {
        return new IOException(words, new ClosedByInterruptException());
    }

    private static SyncPolicy policy(final String name) {
        return switch (name) {
            case "always" -> SyncPolicy.always();
            case "never" -> SyncPolicy.never();
            default -> SyncPolicy.batch(3, 1 << 20, Duration.ofMillis(1));
        };
    }

    private static List<StorageCall.Kind> callsOf(final SyncPolicy policy, final int minPieceLength)
            throws IOException {
        final SimulatedStorage machine = new SimulatedStorage();
        machine.minPieceLength(minPieceLength);
        final List<StorageCall.Kind> kinds = new ArrayList<>();
        machine.faults().onEvery(call -> kinds.add(call.kind()), Fault.runBefore(() -> {}));
        new ScriptedLife(machine, policy, new JournalModel(SEED)).live();
        return kinds;
    }

    /** Closing what can't be closed leaves it open, by the rules of the game; there it only hangs, or the power goes. */
    private static boolean applies(final Failure failure, final StorageCall.Kind kind) {
        return failure.powerCut() || failure.equals(HANGS) || !CLOSING.contains(kind);
    }

    @ParameterizedTest
    @CsvSource({"always, 262144", "batch, 262144", "never, 262144", "batch, 32768", "never, 32768"})
    void journalShouldKeepItsPromiseWhenAnyCallGoesWrong(final String policy, final int minPieceLength)
            throws IOException {
        final List<StorageCall.Kind> kinds = callsOf(policy(policy), minPieceLength);
        assertTrue(kinds.size() > 150, "the life has become short: " + kinds.size());
        for (int call = 1; call <= kinds.size(); call++) {
            for (final Failure failure : FAILURES) {
                if (applies(failure, kinds.get(call - 1))) {
                    final Sweep sweep = new Sweep(policy(policy), call);
                    sweep.machine.minPieceLength(minPieceLength);
                    sweep.plan(failure, call, kinds.get(call - 1));
                    sweep.run();
                }
            }
        }
    }

    @Test
    void journalShouldKeepItsPromiseWhenTwoCallsGoWrong() throws IOException {
        final SplittableRandom random = new SplittableRandom(SEED);
        final SyncPolicy policy = policy("batch");
        final List<StorageCall.Kind> kinds = callsOf(policy, MappedPieces.MIN_PIECE_LENGTH);
        for (int first = 1; first < kinds.size(); first++) {
            for (int pair = 0; pair < PAIRS_PER_CALL; pair++) {
                final Failure one = FAILURES.get(random.nextInt(FIRST_POWER_CUT));
                final Failure two = FAILURES.get(random.nextInt(FAILURES.size()));
                final int distance = 1 + random.nextInt(20);
                if (applies(one, kinds.get(first - 1))) {
                    final Sweep sweep = new Sweep(policy, first);
                    sweep.plan(one, first, kinds.get(first - 1));
                    sweep.planLater(two, (long) first + distance, pair);
                    sweep.run();
                }
            }
        }
    }

    /** Any two of a choice of the calls, every so many of them. */
    @ParameterizedTest
    @ValueSource(strings = {"always", "batch", "never"})
    void journalShouldKeepItsPromiseWhenAnyTwoOfSomeCallsGoWrong(final String policy) throws IOException {
        sweepPairs(policy(policy), Integer.getInteger("tidemark.sweepStride", CALLS_BETWEEN_CHOSEN));
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"always", "batch", "never"})
    void journalShouldKeepItsPromiseWhenAnyTwoCallsGoWrong(final String policy) throws IOException {
        sweepPairs(policy(policy), 1);
    }

    /** Each of a few failures at both calls; which calls there are after the first is seen then. */
    private static void sweepPairs(final SyncPolicy policy, final int stride) throws IOException {
        final int calls = callsOf(policy, MappedPieces.MIN_PIECE_LENGTH).size();
        int pairCount = 0;
        for (int first = 1; first <= calls; first += stride) {
            for (int second = first + stride; second <= calls; second += stride) {
                for (final Failure one : FIRST_OF_PAIR) {
                    for (final Failure two : SECOND_OF_PAIR) {
                        final Sweep sweep = new Sweep(policy, first);
                        sweep.planExactly(one, first);
                        sweep.planExactly(two, second);
                        sweep.run();
                        pairCount++;
                    }
                }
            }
        }
        System.out.println("pairs of failures: policy=" + policy + " calls=" + calls + " stride=" + stride + " pairs="
                + pairCount);
    }

    /** One life with its failures, and the judgement on what is left of it. */
    private static final class Sweep {
        private final SimulatedStorage machine = new SimulatedStorage();
        private final JournalModel model;
        private final ScriptedLife life;
        private final long seed;
        private final StringBuilder what = new StringBuilder();
        private boolean onlyHangs = true;

        Sweep(final SyncPolicy policy, final long seed) {
            this.seed = seed;
            this.model = new JournalModel(seed);
            this.life = new ScriptedLife(machine, policy, model);
        }

        void plan(final Failure failure, final int number, final StorageCall.Kind kind) {
            machine.faults().at(number, faultOf(failure, "call " + number + " " + kind, number));
        }

        void planExactly(final Failure failure, final int number) {
            machine.faults()
                    .on(
                            call -> call.number() == number && applies(failure, call.kind()),
                            faultOf(failure, "call " + number, number));
        }

        void planLater(final Failure failure, final long ordinal, final long number) {
            machine.faults()
                    .onNth(
                            ordinal,
                            call -> applies(failure, call.kind()),
                            faultOf(failure, "the one " + ordinal + " calls from the beginning", number));
        }

        private Fault faultOf(final Failure failure, final String call, final long number) {
            onlyHangs &= failure.equals(HANGS);
            what.append(failure.name()).append(": ").append(call).append("; ");
            return failure.effect().fault(life, FAILED + call, number);
        }

        void run() throws IOException {
            try {
                life.live();
            } catch (final JournalException | IOException e) {
                assertTrue(!onlyHangs, () -> what + "nothing failed, but: " + e);
                assertTrue(
                        machine.isOff() || String.valueOf(e.getMessage()).contains(FAILED),
                        () -> what + "the error does not name the call: " + e);
            } catch (final PowerCutException e) {
                assertTrue(machine.isOff(), what::toString);
            }
            machine.faults().clear();
            if (machine.isOff()) {
                machine.crash(new SplittableRandom(seed));
            } else {
                ReleasedStorage.require(machine, what::toString);
            }
            judge();
        }

        private void judge() throws IOException {
            if (machine.names().contains("journal.meta")) {
                final VerifyReport report = Verification.run(machine.sibling(), 0);
                assertTrue(report.verdict() != VerifyReport.Verdict.CORRUPT, () -> what.toString() + report);
            }
            try (Journal journal = Journal.open(machine, SimulatedJournal.config())) {
                model.checkOpened(journal);
            } catch (final JournalException | AssertionError e) {
                throw new AssertionError(what.toString() + e, e);
            }
        }
    }
}
