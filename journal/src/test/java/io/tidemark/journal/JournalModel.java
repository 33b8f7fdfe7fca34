// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a journal may look like after anything: a prefix of what was appended, without a gap, byte for byte, no batch cut
 * in two, and at least everything up to the last durable sequence that was told.
 */
final class JournalModel {

    private record Appended(int type, ByteBuffer payload, boolean user, long batchFirst) {}

    private final long seed;
    private final List<Appended> records = new ArrayList<>();
    private long toldDurable;
    private long toldHead = 1;
    private long wantedHead = 1;
    private int lastEpoch;

    JournalModel(final long seed) {
        this.seed = seed;
    }

    void appended(final long sequence, final int type, final byte[] payload) {
        add(sequence, new Appended(type, ByteBuffer.wrap(payload), true, sequence));
    }

    /** A record that the journal keeps to itself: an aborted claim, or a checkpoint. */
    void own(final long sequence) {
        add(sequence, new Appended(-1, ByteBuffer.allocate(0), false, sequence));
    }

    void appendedBatch(final long lastSequence, final byte[][] payloads) {
        final long first = lastSequence - payloads.length + 1;
        for (int i = 0; i < payloads.length; i++) {
            add(first + i, new Appended(i, ByteBuffer.wrap(payloads[i]), true, first));
        }
    }

    private void add(final long sequence, final Appended record) {
        require(sequence == records.size() + 1, "sequence " + sequence + " given, expected " + (records.size() + 1));
        records.add(record);
    }

    /** Everything up to here may be gone from now on, and need not be. */
    void truncationWanted(final long upTo) {
        wantedHead = Math.max(wantedHead, upTo + 1);
    }

    void noteHead(final long head) {
        require(head >= toldHead, "head went back from " + toldHead + " to " + head);
        require(head <= wantedHead, "head " + head + " is beyond what was wanted, " + wantedHead);
        toldHead = head;
    }

    void noteDurable(final long sequence) {
        require(sequence >= toldDurable, "durable went back from " + toldDurable + " to " + sequence);
        require(sequence <= records.size(), "durable " + sequence + " is beyond the last record " + records.size());
        toldDurable = sequence;
    }

    /** Judges a journal that was opened for writing, and takes what it found for the truth from now on. */
    void checkOpened(final Journal journal) {
        final long last = journal.lastSequence();
        checkLast(last);
        require(
                journal.durableSequence() == last && journal.writtenSequence() == last,
                "after opening, durable=" + journal.durableSequence() + ", written=" + journal.writtenSequence()
                        + ", last=" + last);
        require(
                journal.recoveryReport().epoch() > lastEpoch,
                "epoch " + journal.recoveryReport().epoch() + " after " + lastEpoch);
        lastEpoch = journal.recoveryReport().epoch();
        while (records.size() > last) {
            records.remove(records.size() - 1);
        }
        toldDurable = last;
        final long head = journal.headSequence();
        noteHead(head);
        wantedHead = head;
        final Checker checker = new Checker(head);
        final long next = journal.replay(head, checker);
        checker.finish(last);
        require(next == last + 1, "replay ended before " + next + ", last is " + last);
    }

    /** Judges what can be read of a journal while it is being written. */
    void checkWritten(final Journal journal) {
        final long written = journal.writtenSequence();
        require(
                journal.durableSequence() <= written && written <= journal.lastSequence(),
                "durable=" + journal.durableSequence() + ", written=" + written + ", last=" + journal.lastSequence());
        noteHead(journal.headSequence());
        Checker checker = new Checker(journal.headSequence());
        long next;
        try {
            next = journal.replay(journal.headSequence(), checker);
        } catch (final OvertakenException e) {
            // The force of a higher head has failed; whether a power cut takes it back is open.
            require(e.headSequence() <= wantedHead, "head is " + e.headSequence() + ", wanted was " + wantedHead);
            checker = new Checker(e.headSequence());
            next = journal.replay(e.headSequence(), checker);
        }
        require(next == written + 1, "replay ended before " + next + ", written is " + written);
        checker.finish(written);
    }

    /** What was written survives the death of the process, though not a power cut. */
    void noteWritten(final long sequence) {
        require(sequence >= toldDurable && sequence <= records.size(), "written is " + sequence);
        toldDurable = sequence;
    }

    /** Begins to follow the journal from its first record. */
    Follower follower() {
        return new Follower();
    }

    /** Judges what a process reads that follows the journal while it is being written. */
    final class Follower implements RecordHandler {
        private Checker checker = new Checker(1);

        /** Goes on where a truncation has left something. */
        void overtaken(final OvertakenException e) {
            require(e.sequence() < e.headSequence(), "overtaken at " + e.sequence() + " by " + e.headSequence());
            require(e.headSequence() > checker.next, "overtaken at " + checker.next + " by " + e.headSequence());
            require(e.headSequence() <= wantedHead, "head " + e.headSequence() + " is beyond " + wantedHead);
            checker = new Checker(e.headSequence());
        }

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            checker.onRecord(sequence, timestampNs, type, buffer, offset, length);
        }

        /** The record to begin with next time. */
        long next() {
            return checker.next;
        }

        /** Judges the end that a reading has come to, by what was written before it began and after it ended. */
        void readUpTo(final long next, final long writtenBefore, final long writtenAfter) {
            checker.finish(next - 1);
            require(
                    next > writtenBefore && next <= writtenAfter + 1,
                    "read before " + next + ", written was " + writtenBefore + " before and " + writtenAfter
                            + " after");
        }
    }

    /** Judges what another process reads, before the journal is opened for writing again. */
    void checkReader(final JournalReader reader) {
        final long head = reader.headSequence();
        require(head >= toldHead && head <= wantedHead, "head is " + head + ", told was " + toldHead);
        final Checker checker = new Checker(head);
        final long last = reader.replay(head, checker) - 1;
        checkLast(last);
        checker.finish(last);
    }

    private void checkLast(final long last) {
        require(last >= toldDurable, "lost: last is " + last + ", durable was " + toldDurable);
        require(last <= records.size(), "invented: last is " + last + ", appended were " + records.size());
        if (last < records.size()) {
            final long batchFirst = records.get((int) last).batchFirst();
            require(batchFirst == last + 1, "batch cut in two: it begins at " + batchFirst + ", last is " + last);
        }
    }

    private void require(final boolean condition, final String problem) {
        if (!condition) {
            throw new AssertionError(problem + " (seed=" + seed + ")");
        }
    }

    /** Compares each record with what was appended. */
    private final class Checker implements RecordHandler {
        private long next;
        private long lastTimestampNs;

        Checker(final long first) {
            next = first;
        }

        @Override
        public void onRecord(
                final long sequence,
                final long timestampNs,
                final int type,
                final ByteBuffer buffer,
                final int offset,
                final int length) {
            skipOwn(sequence);
            require(sequence == next, "record " + sequence + " given, expected " + next);
            final Appended expected = records.get((int) sequence - 1);
            final ByteBuffer found = buffer.slice(offset, length);
            require(type == expected.type(), "type of record " + sequence + " is " + type);
            require(found.equals(expected.payload()), "payload of record " + sequence + " differs");
            require(timestampNs >= lastTimestampNs, "timestamp of record " + sequence + " went back");
            lastTimestampNs = timestampNs;
            next++;
        }

        /** Passes over records that the journal keeps to itself. */
        private void skipOwn(final long sequence) {
            while (next < sequence
                    && next <= records.size()
                    && !records.get((int) next - 1).user()) {
                next++;
            }
        }

        void finish(final long last) {
            skipOwn(last + 1);
            require(next == last + 1, "records end before " + next + ", last is " + last);
        }
    }
}
