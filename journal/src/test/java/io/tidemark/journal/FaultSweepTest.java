// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A scripted life of a journal: opened, written in every way, rolled, flushed, read, closed and opened again. Once to count
 * its calls across the storage seam; then again for each call and each kind of failure; then for pairs of failures. After
 * each the promise holds, nothing is left open, and the error tells what failed.
 */
class FaultSweepTest {

    private static final long SEED = 20261120;
    private static final int PAIRS_PER_CALL = 4;

    /** One way in which a call goes wrong; the number makes each half-done call half-done in its own way. */
    private record Failure(String name, boolean powerCut, Function<Long, Fault> fault) {}

    private static final List<Failure> FAILURES = List.of(
            new Failure("fails", false, n -> Fault.failBefore(FaultSweepTest::broken)),
            new Failure("fails when done", false, n -> Fault.failAfter(FaultSweepTest::broken)),
            new Failure("fails halfway", false, n -> Fault.failHalfway(FaultSweepTest::broken, n)),
            new Failure("no space", false, n -> Fault.failBefore(FaultSweepTest::full)),
            new Failure("no space halfway", false, n -> Fault.failHalfway(FaultSweepTest::full, n)),
            new Failure("access denied", false, n -> Fault.failBefore(FaultSweepTest::denied)),
            new Failure("power cut before", true, n -> Fault.powerCutBefore()),
            new Failure("power cut halfway", true, n -> Fault.powerCutHalfway(n)),
            new Failure("power cut after", true, n -> Fault.powerCutAfter()));

    private static IOException broken() {
        return new IOException("simulated failure");
    }

    private static IOException full() {
        return new NoSpaceException("simulated failure", new IOException("no space left"));
    }

    private static IOException denied() {
        return new AccessDeniedException("simulated failure");
    }

    private static SyncPolicy policy(final String name) {
        return switch (name) {
            case "always" -> SyncPolicy.always();
            case "never" -> SyncPolicy.never();
            default -> SyncPolicy.batch(3, 1 << 20, Duration.ofMillis(1));
        };
    }

    /** The life. What it appends goes into the model. */
    private static void live(final SimulatedStorage machine, final SyncPolicy policy, final JournalModel model)
            throws IOException {
        for (int opening = 0; opening < 2; opening++) {
            final Journal journal =
                    Journal.open(machine, SimulatedJournal.config().withSyncPolicy(policy));
            try {
                model.checkOpened(journal);
                write(journal, model, opening);
                model.checkWritten(journal);
            } finally {
                model.noteDurable(journal.durableSequence());
                journal.close();
                model.noteDurable(journal.durableSequence());
            }
        }
    }

    private static void write(final Journal journal, final JournalModel model, final int opening) {
        final Appender appender = journal.appender();
        for (int i = 0; i < 6; i++) {
            append(journal, appender, model, new byte[100 + i]);
        }
        final byte[][] payloads = {new byte[10], new byte[2_000], new byte[0]};
        final Batch batch = new Batch();
        for (int i = 0; i < payloads.length; i++) {
            batch.add(i, payloads[i], 0, payloads[i].length);
        }
        final long last = appender.tryAppendBatch(batch);
        if (last > 0) {
            model.appendedBatch(last, payloads);
        }
        work(journal, model, 6);
        // Long enough to leave the segment, twice.
        for (int i = 0; i < 5; i++) {
            append(journal, appender, model, new byte[25_000 + opening]);
            work(journal, model, 12);
        }
        journal.requestFlush();
        work(journal, model, 12);
        append(journal, appender, model, new byte[1]);
    }

    private static void append(
            final Journal journal, final Appender appender, final JournalModel model, final byte[] payload) {
        final long sequence = appender.tryAppend(0, payload, 0, payload.length);
        if (sequence > 0) {
            model.appended(sequence, 0, payload);
        }
        work(journal, model, 2);
    }

    private static void work(final Journal journal, final JournalModel model, final int rounds) {
        for (int i = 0; i < rounds; i++) {
            journal.invoke();
        }
        model.noteDurable(journal.durableSequence());
    }

    private static List<StorageCall.Kind> callsOf(final SyncPolicy policy) throws IOException {
        final SimulatedStorage machine = new SimulatedStorage();
        final List<StorageCall.Kind> kinds = new ArrayList<>();
        machine.faults().onEvery(call -> kinds.add(call.kind()), Fault.runBefore(() -> {}));
        live(machine, policy, new JournalModel(SEED));
        return kinds;
    }

    /** Closing what can't be closed leaves it open, by the rules of the game; only a power cut is tried there. */
    private static boolean applies(final Failure failure, final StorageCall.Kind kind) {
        return failure.powerCut()
                || (kind != StorageCall.Kind.CLOSE
                        && kind != StorageCall.Kind.CLOSE_STORAGE
                        && kind != StorageCall.Kind.UNMAP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "batch", "never"})
    void journalShouldKeepItsPromiseWhenAnyCallGoesWrong(final String policy) throws IOException {
        final List<StorageCall.Kind> kinds = callsOf(policy(policy));
        assertTrue(kinds.size() > 150, "the life has become short: " + kinds.size());
        for (int call = 1; call <= kinds.size(); call++) {
            for (final Failure failure : FAILURES) {
                if (applies(failure, kinds.get(call - 1))) {
                    sweep(
                            policy(policy),
                            failure.name() + " at call " + call + " " + kinds.get(call - 1),
                            machine(call, failure),
                            call);
                }
            }
        }
    }

    private static SimulatedStorage machine(final int call, final Failure failure) {
        final SimulatedStorage machine = new SimulatedStorage();
        machine.faults().at(call, failure.fault().apply((long) call));
        return machine;
    }

    @Test
    void journalShouldKeepItsPromiseWhenTwoCallsGoWrong() throws IOException {
        final SplittableRandom random = new SplittableRandom(SEED);
        final SyncPolicy policy = policy("batch");
        final List<StorageCall.Kind> kinds = callsOf(policy);
        for (int first = 1; first < kinds.size(); first++) {
            for (int pair = 0; pair < PAIRS_PER_CALL; pair++) {
                final Failure one = FAILURES.get(random.nextInt(6));
                final Failure two = FAILURES.get(random.nextInt(FAILURES.size()));
                final int distance = 1 + random.nextInt(20);
                if (!applies(one, kinds.get(first - 1))) {
                    continue;
                }
                final SimulatedStorage machine = machine(first, one);
                machine.faults()
                        .onNth(
                                (long) first + distance,
                                call -> applies(two, call.kind()),
                                two.fault().apply((long) pair));
                sweep(
                        policy,
                        one.name() + " at call " + first + " " + kinds.get(first - 1) + ", then " + two.name() + " "
                                + distance + " calls later, seed=" + SEED,
                        machine,
                        first);
            }
        }
    }

    private static void sweep(
            final SyncPolicy policy, final String what, final SimulatedStorage machine, final long seed)
            throws IOException {
        final JournalModel model = new JournalModel(seed);
        try {
            live(machine, policy, model);
        } catch (final JournalException | IOException e) {
            assertTrue(
                    machine.isOff() || mentionsFailure(e), () -> what + ": the error does not tell what failed: " + e);
        } catch (final PowerCutException e) {
            assertTrue(machine.isOff(), what);
        }
        machine.faults().clear();
        if (machine.isOff()) {
            machine.crash(new SplittableRandom(seed));
        } else {
            assertEquals(List.of(), machine.openHandles(), what);
            assertEquals(List.of(), machine.liveMappings(), what);
            assertEquals(List.of(), machine.storesAfterUnmap(), what);
            assertTrue(!machine.isLocked(), what);
        }
        if (machine.names().contains("journal.meta")) {
            final VerifyReport report = Verification.run(machine.sibling(), 0);
            assertTrue(report.verdict() != VerifyReport.Verdict.CORRUPT, () -> what + ": " + report);
        }
        try (Journal journal = Journal.open(machine, SimulatedJournal.config())) {
            model.checkOpened(journal);
        } catch (final JournalException | AssertionError e) {
            throw new AssertionError(what + ": " + e, e);
        }
    }

    private static boolean mentionsFailure(final Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("simulated failure")) {
                return true;
            }
        }
        return false;
    }
}
