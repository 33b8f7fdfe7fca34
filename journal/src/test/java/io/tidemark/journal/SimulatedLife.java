// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.NoSpaceException;
import io.tidemark.journal.storage.PowerCutException;
import io.tidemark.journal.storage.SimulatedStorage;
import io.tidemark.journal.storage.StorageCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * One seeded life of a journal over the simulated storage: it is opened, written by one producer while its agents are
 * stepped in any order, and ends in good order, by the death of the process, by a power cut, or by a failed call; then it
 * is opened again. A {@link JournalModel} judges each state in which it is found.
 *
 * <p>The same seed always lives the same life. A verdict of the model is an {@link AssertionError} that names the seed.
 */
final class SimulatedLife {

    private static final int SEGMENT_LENGTH = 64 << 10;
    private static final int MAX_LIVES = 6;
    private static final int MIN_PIECE_LENGTH = 4096;
    private static final long NO_CAPACITY_LIMIT = Long.MAX_VALUE;

    private final SplittableRandom random;
    private final SimulatedStorage machine = new SimulatedStorage();
    private final List<CompletableFuture<Long>> truncations = new ArrayList<>();
    private final JournalModel model;
    private final Map<String, Integer> marks;
    private final ByteBuffer payload = ByteBuffer.allocateDirect(SEGMENT_LENGTH);

    /** Length of all payloads, so that frames of different epochs come to lie in the same places; -1 for any length. */
    private final int fixedLength;

    /** Whether to live often and shortly, so that each life meets what the one before left behind the end. */
    private final boolean shortLived;

    private boolean hasSpare;

    /** The last life was closed, and everything in it forced: nothing may be cut in the next. */
    private boolean closedWhole;

    private long tickerNs = 1;
    private Journal journal;
    private Appender appender;
    private SyncPolicy policy = SyncPolicy.never();

    private SimulatedLife(final long seed, final Map<String, Integer> marks) {
        this.random = new SplittableRandom(seed);
        this.marks = marks;
        this.model = new JournalModel(seed);
        this.shortLived = random.nextInt(4) == 0;
        this.fixedLength =
                shortLived || random.nextInt(3) == 0 ? (512 << random.nextInt(2)) - FrameLayout.HEADER_LENGTH : -1;
        if (seed % 2 != 0) {
            machine.minPieceLength(MIN_PIECE_LENGTH);
            mark("segments in pieces");
        }
    }

    /**
     * Lives one life.
     *
     * @param seed that decides everything
     * @param marks counts what happened, so that a test can tell that everything does happen
     */
    static void run(final long seed, final Map<String, Integer> marks) {
        final SimulatedLife life = new SimulatedLife(seed, marks);
        try {
            life.run();
        } catch (final AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed=" + seed + ": " + e, e);
        }
    }

    static Map<String, Integer> newMarks() {
        return new TreeMap<>();
    }

    private void mark(final String what) {
        marks.merge(what, 1, Integer::sum);
    }

    private void run() throws IOException {
        final int lives = shortLived ? 2 * MAX_LIVES : 2 + random.nextInt(MAX_LIVES - 1);
        for (int life = 0; life < lives; life++) {
            if (!openWithFaults()) {
                continue;
            }
            live();
            end();
            checkFromOutside();
        }
        machine.capacity(NO_CAPACITY_LIMIT);
        machine.faults().clear();
        open();
        model.checkOpened(journal);
        journal.close();
        checkNothingLeft();
    }

    private JournalConfig config() {
        final int choice = shortLived ? 3 : random.nextInt(4);
        policy = switch (choice) {
            case 0 -> SyncPolicy.always();
            case 1 -> SyncPolicy.never();
            case 2 -> SyncPolicy.batch(1 + random.nextInt(20), 1 << 20, Duration.ofNanos(random.nextInt(50_000)));
            default -> SyncPolicy.batch(10_000, 1 + random.nextInt(20_000), Duration.ofMillis(1));
        };
        return JournalConfig.defaults()
                .withSegmentLength(SEGMENT_LENGTH)
                .withQueueLength(64 << 10)
                .withStandbyCount(1 + random.nextInt(2))
                .withRecycling(random.nextInt(4))
                .withReservedSpace((long) random.nextInt(3) * SEGMENT_LENGTH)
                .withSyncPolicy(policy)
                .withCloseTimeout(Duration.ofMillis(1))
                .withInvokedAgents()
                .withIdSource(random::nextLong)
                .withClock(() -> tickerNs)
                .withTicker(this::tick);
    }

    /** Time goes on by a little with every look at it, so that waiting for it comes to an end. */
    private long tick() {
        tickerNs += 1_000;
        return tickerNs;
    }

    private void open() throws IOException {
        journal = Journal.open(machine, config());
        appender = journal.appender();
        if (journal.recoveryReport().tailCut()) {
            if (closedWhole) {
                throw new AssertionError("closed in good order, and cut: " + journal.recoveryReport());
            }
            mark("cut: " + journal.recoveryReport().cutReason().replaceAll("[0-9]+", "n"));
        }
    }

    /** Opens the journal, now and then with a fault on the way; false if that kept it from opening. */
    private boolean openWithFaults() throws IOException {
        final boolean faulty = random.nextInt(3) == 0;
        if (faulty) {
            planFault(60);
        }
        try {
            open();
        } catch (final PowerCutException e) {
            return afterFailedOpening();
        } catch (final StorageException | IOException e) {
            if (!faulty) {
                throw new AssertionError("opening failed without a fault", e);
            }
            return afterFailedOpening();
        }
        // What the fault has not hit by now must not hit those who judge.
        machine.faults().clear();
        closedWhole = false;
        model.checkOpened(journal);
        return true;
    }

    private boolean afterFailedOpening() throws IOException {
        machine.faults().clear();
        if (machine.isOff()) {
            mark("power cut while opening");
            machine.crash(random);
        } else {
            mark("failed call while opening");
            checkNothingLeft();
        }
        checkFromOutside();
        return false;
    }

    /** Plans a power cut at one of the next calls, or the failure of one that can fail without leaving things open. */
    private void planFault(final int callsAhead) {
        final long ordinal = 1L + random.nextInt(callsAhead);
        switch (random.nextInt(7)) {
            case 0 -> machine.faults().onNth(ordinal, call -> true, Fault.powerCutBefore());
            case 1 -> machine.faults().onNth(ordinal, call -> true, Fault.powerCutAfter());
            case 2 -> machine.faults().onNth(ordinal, call -> true, Fault.powerCutHalfway(random.nextLong()));
            case 3 -> machine.faults().onNth(ordinal, SimulatedLife::canFail, Fault.failBefore(SimulatedLife::failure));
            case 4 -> machine.faults().onNth(ordinal, SimulatedLife::canFail, Fault.failAfter(SimulatedLife::failure));
            case 5 ->
                machine.faults()
                        .onNth(
                                ordinal,
                                SimulatedLife::canFail,
                                Fault.failHalfway(SimulatedLife::failure, random.nextLong()));
            default ->
                machine.faults().onNth(ordinal, SimulatedLife::canFail, Fault.failBefore(SimulatedLife::noSpace));
        }
    }

    private static IOException failure() {
        return new IOException("simulated failure");
    }

    private static IOException noSpace() {
        return new NoSpaceException("simulated", new IOException("no space left"));
    }

    private static boolean canFail(final StorageCall call) {
        return switch (call.kind()) {
            case CLOSE, CLOSE_STORAGE, CLOSE_LEASES, LET_GO, UNCLAIM, UNMAP -> false;
            default -> true;
        };
    }

    private void live() throws IOException {
        if (random.nextInt(3) == 0) {
            planFault(120);
        }
        final int steps = shortLived ? random.nextInt(20) : 10 + random.nextInt(150);
        for (int step = 0; step < steps && !machine.isOff(); step++) {
            try {
                step();
            } catch (final PowerCutException e) {
                break;
            }
            noteSpares();
            model.noteDurable(journal.durableSequence());
            noteTruncations();
        }
    }

    private void step() throws IOException {
        final int choice = random.nextInt(100);
        if (choice < 40) {
            append();
        } else if (choice < 48) {
            appendBatch();
        } else if (choice < 53) {
            claim();
        } else if (choice < 90) {
            journal.invokers().get(random.nextInt(3)).invoke();
        } else if (choice < 92) {
            tickerNs += random.nextInt(100_000_000);
        } else if (choice < 94) {
            journal.requestFlush();
        } else if (choice < 96) {
            machine.writeBack(random);
        } else if (choice < 97) {
            machine.capacity(random.nextBoolean() ? random.nextInt(400_000) : NO_CAPACITY_LIMIT);
        } else if (choice < 98) {
            readWhileWriting();
        } else if (choice < 99) {
            truncate();
        } else {
            for (int i = 0; i < 30; i++) {
                journal.invoke();
            }
        }
    }

    private void truncate() {
        final long upTo = random.nextLong(journal.durableSequence() + 1);
        model.truncationWanted(upTo);
        truncations.add(journal.requestTruncation(upTo));
    }

    private void noteSpares() {
        final boolean spareNow = machine.names().stream().anyMatch(name -> FileNames.spareNumber(name) > 0);
        if (hasSpare && !spareNow) {
            mark("recycled");
        }
        hasSpare = spareNow;
    }

    private void noteTruncations() {
        final long head = journal.headSequence();
        model.noteHead(head);
        for (final CompletableFuture<Long> truncation : truncations) {
            if (truncation.isDone() && !truncation.isCompletedExceptionally()) {
                model.noteHead(Math.max(head, truncation.join()));
                mark("truncated");
            }
        }
        truncations.removeIf(CompletableFuture::isDone);
    }

    private void readWhileWriting() {
        try {
            model.checkWritten(journal);
        } catch (final StorageException e) {
            mark("failed call while reading");
        }
    }

    private int length() {
        if (fixedLength >= 0) {
            return fixedLength;
        }
        final int choice = random.nextInt(10);
        if (choice < 6) {
            return random.nextInt(200);
        }
        return choice < 9 ? random.nextInt(5_000) : random.nextInt(journal.maxRecordLength() + 1);
    }

    private byte[] newPayload(final int length) {
        final byte[] bytes = new byte[length];
        if (random.nextInt(4) != 0) {
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) random.nextInt();
            }
        }
        return bytes;
    }

    private void append() {
        final byte[] bytes = newPayload(length());
        final int type = random.nextInt(3);
        final long sequence;
        if (random.nextBoolean()) {
            sequence = appender.tryAppend(type, bytes, 0, bytes.length);
        } else {
            payload.put(0, bytes);
            sequence = appender.tryAppend(type, payload, 0, bytes.length);
        }
        if (sequence > 0) {
            model.appended(sequence, type, bytes);
        } else {
            mark("refused with code " + sequence);
        }
    }

    private void appendBatch() {
        if (fixedLength >= 0 && random.nextInt(4) != 0) {
            append();
            return;
        }
        final int count = 1 + random.nextInt(8);
        final Batch batch = new Batch();
        final byte[][] payloads = new byte[count][];
        for (int i = 0; i < count; i++) {
            payloads[i] = newPayload(fixedLength >= 0 ? fixedLength : random.nextInt(3_000));
            batch.add(i, payloads[i], 0, payloads[i].length);
        }
        final long last = appender.tryAppendBatch(batch);
        if (last > 0) {
            model.appendedBatch(last, payloads);
            mark("batch");
        }
    }

    private void claim() {
        if (journal.lastSequence() != journal.writtenSequence()) {
            // A claim would wait for room, and here nobody else can make any.
            return;
        }
        final byte[] bytes = newPayload(fixedLength >= 0 ? fixedLength : random.nextInt(300));
        try (BufferClaim claim = appender.claim(7, bytes.length)) {
            claim.buffer().put(claim.offset(), bytes);
            if (random.nextBoolean() && !policy.isAlways()) {
                claim.commit();
                model.appended(claim.sequence(), 7, bytes);
            } else {
                model.own(claim.sequence());
                mark("aborted claim");
            }
        } catch (final JournalFailedException e) {
            mark("claim on a failed journal");
        } catch (final StorageFullException e) {
            mark("claim refused because room is to stay free");
        }
    }

    /** Ends this life one way or another. */
    private void end() throws IOException {
        if (!machine.isOff() && random.nextInt(3) == 0) {
            endInGoodOrder();
        } else if (!machine.isOff() && random.nextInt(3) == 0) {
            endByFailureOrKill();
        }
        model.noteDurable(journal.durableSequence());
        if (machine.isOff() || random.nextBoolean()) {
            mark("power cut");
            machine.crash(random);
        } else {
            machine.kill();
        }
        machine.faults().clear();
    }

    private void endInGoodOrder() throws IOException {
        try {
            journal.close();
            mark("closed");
            model.noteDurable(journal.durableSequence());
            if (journal.durableSequence() != journal.lastSequence()) {
                throw new AssertionError("closed without a word, but durable=" + journal.durableSequence() + ", last="
                        + journal.lastSequence());
            }
            checkNothingLeft();
            closedWhole = true;
        } catch (final JournalFailedException e) {
            mark(machine.isOff() ? "power cut while closing" : "closed after a failure");
            if (!machine.isOff()) {
                checkNothingLeft();
            }
        } catch (final StorageFullException e) {
            mark("closed on a full file system");
            checkNothingLeft();
        } catch (final PowerCutException e) {
            mark("power cut while closing");
        }
    }

    private void endByFailureOrKill() {
        mark("killed");
        final long durable = journal.durableSequence();
        machine.faults().onEvery(call -> true, Fault.failBefore(() -> new IOException("simulated dead disk")));
        for (int i = 0; i < 50; i++) {
            journal.invoke();
        }
        // Nothing can be forced any more, so nothing may be called durable any more.
        if (journal.durableSequence() != durable) {
            throw new AssertionError("durable moved from " + durable + " to " + journal.durableSequence()
                    + " on a disk that fails every call");
        }
        machine.faults().clear();
    }

    private void checkNothingLeft() {
        if (!machine.openHandles().isEmpty()
                || !machine.liveMappings().isEmpty()
                || machine.isLocked()
                || !machine.storesAfterUnmap().isEmpty()) {
            throw new AssertionError("left behind: handles=" + machine.openHandles() + ", mappings="
                    + machine.liveMappings() + ", locked=" + machine.isLocked() + ", stores after unmapping="
                    + machine.storesAfterUnmap());
        }
    }

    /** Looks at the files as they are, before anybody opens them for writing. */
    private void checkFromOutside() throws IOException {
        if (!machine.names().contains("journal.meta")) {
            return;
        }
        final SimulatedStorage other = machine.sibling();
        final VerifyReport report = Verification.run(other, 0);
        mark("found " + report.verdict());
        if (report.verdict() == VerifyReport.Verdict.CORRUPT) {
            throw new AssertionError("called corrupt, but only a crash happened: " + report);
        }
        model.checkReader(JournalReader.open(other));
    }
}
