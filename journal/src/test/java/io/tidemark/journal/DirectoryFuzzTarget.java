// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Damages a whole journal, looks at it in every way there is, opens it, appends to it, and opens it again.
 *
 * <p>Whatever was done to it: only documented exceptions come out, a refusal changes no byte, records that are read are
 * those that were written, and no way to look at the journal contradicts another. What is left whole and proves that a
 * record had been durable keeps the journal from being taken for a shorter one.
 */
public final class DirectoryFuzzTarget {

    private static final int MAX_APPEND_ROUNDS = 1_000;
    private static final int APPENDED = 3;

    private static final DirectoryFuzzTarget INSTANCE = create();

    /** What one way to look at a journal found: its last sequence, or the exception. */
    private record Found(long last, @Nullable JournalException failure) {
        boolean isGood() {
            return failure == null;
        }

        boolean isCorrupt() {
            return failure instanceof CorruptJournalException;
        }
    }

    private interface Look {
        long last() throws IOException;
    }

    private final List<FuzzJournal> journals;
    private final FuzzInput input = new FuzzInput();
    private final DirectoryDamage damage = new DirectoryDamage(input);
    private final SimulatedStorage storage = new SimulatedStorage();

    /** Each look at a journal has a window for each of its files, of which an input can make a hundred. */
    private final AllocationBound bound = new AllocationBound(24 << 20, 64 << 20);

    private final Consumer<byte[]> execution = this::fuzz;

    private FuzzJournal journal;
    private Map<String, byte[]> files;
    private boolean forged;

    private DirectoryFuzzTarget(final List<FuzzJournal> journals) {
        this.journals = journals;
        this.journal = journals.get(0);
        this.files = journal.files();
    }

    private static DirectoryFuzzTarget create() {
        try {
            return new DirectoryFuzzTarget(FuzzJournal.all());
        } catch (final IOException e) {
            throw new AssertionError("nothing fails while journals are made", e);
        }
    }

    /** The entry point that the fuzzer knows by its name. */
    public static void fuzzerTestOneInput(final byte[] data) {
        INSTANCE.bound.run(INSTANCE.execution, data);
    }

    private void fuzz(final byte[] data) {
        input.reset(data);
        journal = journals.get(input.below(journals.size()));
        files = journal.files();
        damage.apply(journal, files);
        forged = damage.isForged();
        try {
            install();
            final Found opened = compare();
            if (opened.isGood()) {
                goOn(opened.last());
            } else {
                requireUnchanged(opened);
            }
        } catch (final IOException e) {
            throw new AssertionError("the simulated storage was not asked to fail", e);
        }
        require(storage.openHandles().isEmpty(), "handles left open: " + storage.openHandles());
        require(storage.liveMappings().isEmpty(), "mappings left: " + storage.liveMappings());
        require(!storage.isLocked(), "still locked");
    }

    /** Goes back to the undamaged journal and replaces the files that are not as they were. */
    private void install() throws IOException {
        storage.restore(journal.snapshot());
        final Map<String, byte[]> original = journal.files();
        for (final Map.Entry<String, byte[]> file : original.entrySet()) {
            if (files.get(file.getKey()) != file.getValue()) {
                storage.delete(file.getKey());
            }
        }
        storage.forceDirectory();
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            if (original.get(file.getKey()) != file.getValue()) {
                storage.install(file.getKey(), file.getValue());
            }
        }
    }

    /** Looks at the journal in all ways, opening it for writing last, and says what opening found. */
    private Found compare() throws IOException {
        final VerifyReport[] report = new VerifyReport[1];
        final Found verified = look(() -> {
            report[0] = Verification.run(storage, 0);
            return report[0].lastSequence();
        });
        final Found replayed = look(() -> replay(null, Long.MAX_VALUE) - 1);
        final Found told = look(() -> Verification.status(storage).lastSequence());
        final Journal[] open = new Journal[1];
        final Found opened = look(() -> {
            open[0] = Journal.open(storage, SimulatedJournal.config());
            return open[0].lastSequence();
        });
        if (open[0] != null) {
            close(open[0]);
        }
        if (forged) {
            return opened;
        }
        final boolean isCorrupt = report[0] != null && report[0].verdict() == VerifyReport.Verdict.CORRUPT;
        if (verified.isGood() && !isCorrupt) {
            for (final Found found : List.of(replayed, told, opened)) {
                require(found.isGood(), "verified, then refused: " + found);
                require(found.last() == verified.last(), found + " is not what was verified, " + report[0]);
            }
        }
        if (!verified.isGood()) {
            require(!replayed.isGood() && !told.isGood(), "refused to verify, but not to read: " + verified);
        }
        requireNothingLost(replayed);
        requireNothingLost(opened);
        return opened;
    }

    private Found look(final Look look) {
        try {
            return new Found(StorageCall.run("simulated", look::last), null);
        } catch (final JournalException e) {
            final boolean documented = e instanceof CorruptJournalException
                    || e instanceof IncompatibleFormatException
                    || e instanceof NotAJournalException
                    // An epoch that is used up, and a sequence below the head.
                    || (forged && (e.getClass() == JournalException.class || e instanceof OvertakenException));
            if (!documented) {
                throw new AssertionError("not documented", e);
            }
            return new Found(0, e);
        }
    }

    /** Reads everything, and compares it with what was appended; records behind a sequence are the target's own. */
    private long replay(final @Nullable Journal open, final long appendedBehind) {
        final Checker checker = new Checker(appendedBehind);
        final long next = open == null ? JournalReader.open(storage).replay(1, checker) : open.replay(1, checker);
        require(forged || checker.isCompleteBelow(next), "a record was left out below " + next);
        return next;
    }

    /** Nothing that is proven to have been durable is left out. */
    private void requireNothingLost(final Found found) {
        if (!found.isGood()) {
            return;
        }
        require(found.last() <= journal.lastSequence(), "invented: " + found);
        if (found.last() == journal.lastSequence()) {
            return;
        }
        final long proven = journal.provenBy(files);
        final Meta meta = journal.survivingMeta(files.get(FileNames.META));
        // Without a meta file that counts, frames do not count: nobody could tell whose they are.
        require(meta == null || found.last() >= proven, "lost: " + found + ", proven are " + proven);
    }

    /** Appends to a journal that was opened once, and opens it again. */
    private void goOn(final long last) throws IOException {
        final boolean readable;
        try (Journal reopened = Journal.open(storage, SimulatedJournal.config())) {
            require(forged || reopened.lastSequence() == last, "opened twice, last is " + reopened.lastSequence());
            append(reopened, last);
            readable = forged || isReadable(reopened, last);
        } catch (final JournalException e) {
            require(forged, "what was opened once can't be opened and closed again: " + e);
            return;
        }
        try (Journal reopened = Journal.open(storage, SimulatedJournal.config())) {
            require(
                    forged || reopened.lastSequence() == last + APPENDED,
                    "appended behind " + last + ", last is " + reopened.lastSequence());
            require(forged || readable == isReadable(reopened, last), "read once and not again");
        } catch (final JournalException e) {
            require(forged, "what was closed can't be opened again: " + e);
        }
    }

    private void append(final Journal target, final long last) {
        final Appender appender = target.appender();
        for (int i = 1; i <= APPENDED; i++) {
            final byte[] payload = {(byte) i, 7};
            long sequence = appender.tryAppend(i, payload, 0, payload.length);
            for (int round = 0; sequence == Appender.BACK_PRESSURED && round < MAX_APPEND_ROUNDS; round++) {
                target.invoke();
                sequence = appender.tryAppend(i, payload, 0, payload.length);
            }
            require(forged || sequence == last + i, "appended as " + sequence + ", last was " + last);
        }
        final long wanted = target.requestFlush();
        for (int round = 0; target.durableSequence() < wanted && round < MAX_APPEND_ROUNDS; round++) {
            target.invoke();
        }
        require(forged || target.durableSequence() == wanted, "no end of appending");
    }

    /** Reads everything; damage in front of where opening looks is only met here. */
    private boolean isReadable(final Journal open, final long last) {
        try {
            return replay(open, last) == last + APPENDED + 1;
        } catch (final CorruptJournalException e) {
            return false;
        }
    }

    private void close(final Journal open) {
        try {
            open.close();
        } catch (final JournalException e) {
            throw new AssertionError("could not be closed", e);
        }
    }

    /** A journal that is refused is left as it is. */
    private void requireUnchanged(final Found opened) throws IOException {
        if (forged || !(opened.isCorrupt() || opened.failure() instanceof IncompatibleFormatException)) {
            return;
        }
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            final String name = file.getKey();
            require(storage.names().contains(name), "refused, but deleted " + name + ": " + opened);
            require(
                    Arrays.equals(file.getValue(), storage.contents(name)),
                    "refused, but changed " + name + ": " + opened);
        }
        for (final String name : storage.names()) {
            require(
                    files.containsKey(name) || name.equals(FileNames.LOCK),
                    "refused, but created " + name + ": " + opened);
        }
    }

    private void require(final boolean condition, final String what) {
        if (!condition) {
            throw new AssertionError(what + ": journal=" + journals.indexOf(journal) + ", forged=" + forged);
        }
    }

    /** Takes the records one by one: each must be the next one of those that were appended, byte for byte. */
    private final class Checker implements RecordHandler {
        private final long appendedBehind;
        private int index;

        Checker(final long appendedBehind) {
            this.appendedBehind = appendedBehind;
        }

        boolean isCompleteBelow(final long next) {
            return index == journal.truths().size()
                    || journal.truths().get(index).sequence() >= next
                    // What was cut off, and gave its sequence to something that was appended.
                    || journal.truths().get(index).sequence() > appendedBehind;
        }

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            if (forged) {
                require(offset >= 0 && length >= 0 && offset + length <= buffer.capacity(), "record out of its buffer");
                return;
            }
            if (sequence > appendedBehind) {
                require(type == sequence - appendedBehind && length == 2, "not what was appended: " + sequence);
                return;
            }
            require(index < journal.truths().size(), "invented: sequence=" + sequence);
            final FuzzJournal.Truth truth = journal.truths().get(index);
            index++;
            require(
                    truth.sequence() == sequence
                            && truth.type() == type
                            && buffer.slice(offset, length).equals(truth.payload()),
                    "sequence=" + sequence + " is not what was appended as " + truth.sequence());
        }
    }
}
