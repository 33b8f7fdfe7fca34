// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.KillPlan.Moment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a journal has promised to the world outside, kept where no kill can take it: by the process that kills. It lives as
 * long as the directory of the journal, through any number of processes.
 */
final class OutsideRecord {

    private final Path directory;
    private final Map<Long, ProducedOperation> told = new HashMap<>();

    /** What must be there: durable, or written, since no page of a file dies with a process. */
    private long promised;

    /** Last sequence when the journal was last looked at, or closed; what opening must find. */
    private long last;

    private int epoch;
    private final Set<Long> lives = new HashSet<>();
    private long life;
    private boolean always;
    private int cycle;
    private Moment moment = Moment.STARTING;
    private boolean heldInFront;
    private final List<String> underWay = new ArrayList<>();
    private long recordCount;

    OutsideRecord(final Path directory) {
        this.directory = directory;
    }

    /** The process begins another life with the journal. */
    void begin(final long newLife) {
        life = newLife;
        lives.add(newLife);
        cycle = 0;
        moment = Moment.STARTING;
        underWay.clear();
        heldInFront = false;
    }

    /** Takes one line that {@link KilledJournal} said. */
    void hear(final String line) {
        final String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "start" -> always = words[1].equals("always");
            case "opening" -> {
                moment = Moment.OPENING;
                cycle++;
            }
            case "opened" -> opened(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "accepted" -> accepted(words);
            case "written", "durable" -> promised(Long.parseLong(words[1]));
            case "closing" -> moment = Moment.CLOSING;
            case "closed" -> closed(Long.parseLong(words[1]));
            case "begin" -> underWay.add(line.substring(6));
            case "end" -> require(underWay.remove(line.substring(4)), "ended without a beginning: " + line);
            case "held" -> heldInFront = true;
            default -> throw new AssertionError("never said: " + line);
        }
    }

    private void opened(final int newEpoch, final long found) {
        require(newEpoch > epoch, "epoch " + newEpoch + " after " + epoch);
        require(found == last, "opening found " + found + " records, there were " + last);
        epoch = newEpoch;
        moment = Moment.APPENDING;
    }

    private void accepted(final String[] words) {
        ProducedOperation operation = new ProducedOperation(life, Integer.parseInt(words[1]), Long.parseLong(words[2]));
        for (int i = 3; i < words.length; i++) {
            final long sequence = Long.parseLong(words[i]);
            final ProducedOperation before = told.put(sequence, operation);
            require(before == null, "sequence " + sequence + " given to " + before + " and to " + operation);
            if (always && operation.partCount() > 0) {
                promised(sequence);
            }
            operation = operation.next();
        }
    }

    private void promised(final long sequence) {
        promised = Math.max(promised, sequence);
    }

    private void closed(final long sequence) {
        promised(sequence);
        require(sequence == promised, "closed at " + sequence + ", promised was " + promised);
        require(
                told.keySet().stream().allMatch(given -> given <= sequence),
                "closed at " + sequence + ", and something behind it had been accepted");
        last = sequence;
        moment = Moment.CLOSED;
    }

    int cycle() {
        return cycle;
    }

    /** What the process was at with its last word; it may have gone on without saying so. */
    Moment moment() {
        final boolean rolls = underWay.stream().anyMatch(call -> Moment.ROLLING.isAt(moment, call));
        return rolls ? Moment.ROLLING : moment;
    }

    /** The same, whatever calls are under way. */
    Moment phase() {
        return moment;
    }

    /** The calls under way when it said its last word. */
    List<String> underWay() {
        return List.copyOf(underWay);
    }

    /** Whether it stopped in front of a call. */
    boolean held() {
        return heldInFront;
    }

    long recordCount() {
        return recordCount;
    }

    int epoch() {
        return epoch;
    }

    long last() {
        return last;
    }

    /** Looks at the journal of a process that was killed. */
    void check() {
        if (!Files.exists(directory.resolve("journal.meta"))) {
            require(promised == 0 && epoch == 0, "journal.meta is gone");
            return;
        }
        final JournalReader reader = JournalReader.open(directory);
        final JournalStatus status = reader.status();
        require(status.epoch() >= epoch, "epoch " + status.epoch() + " after " + epoch);
        epoch = status.epoch();
        final VerifyReport report = reader.verify();
        require(report.verdict() != VerifyReport.Verdict.CORRUPT, report.toString());
        final ProducedRecordsCheck check = new ProducedRecordsCheck(KilledJournal.PRODUCER_COUNT, told);
        lives.forEach(check::mayHaveBegun);
        final long found = reader.replay(1, check) - 1;
        recordCount += check.finish(found);
        require(
                report.lastSequence() == found && report.recordCount() == found,
                "replay ended at " + found + ", verify says " + report);
        require(found >= promised, "promised was " + promised + ", found " + found);
        require(
                found == last || moment == Moment.APPENDING || moment == Moment.CLOSING,
                "nobody appended, and the end went from " + last + " to " + found);
        // What was accepted and is not there will not come back: its sequence goes to others.
        told.keySet().removeIf(sequence -> sequence > found);
        last = found;
        promised = found;
    }

    private void require(final boolean condition, final String problem) {
        if (!condition) {
            throw new AssertionError(problem + ": directory=" + directory);
        }
    }
}
