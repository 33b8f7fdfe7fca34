// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.CorruptJournalException;
import io.tidemark.journal.IncompatibleFormatException;
import io.tidemark.journal.JournalException;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.OvertakenException;
import io.tidemark.journal.ReaderStatus;
import io.tidemark.journal.VerifyReport;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.HeaderVerdict;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.MarkLayout;
import io.tidemark.journal.format.Meta;
import io.tidemark.journal.format.MetaLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} looks at in the journal itself: who writes it, whether it is whole, and what lies beside it. */
final class JournalChecks {

    /** What clocks of one machine may differ by, and what passes between a look and a record. */
    private static final long TOLERATED_NS = 1_000_000_000;

    private static final int SHOWN_GAPS = 5;

    private final Path directory;
    private final List<String> names;
    private final List<Finding> findings = new ArrayList<>();

    JournalChecks(final Path directory, final List<String> names) {
        this.directory = directory.toAbsolutePath().normalize();
        this.names = names;
    }

    /** Whether there is anything of a journal. */
    boolean isJournal() {
        return names.contains(FileNames.META) || !segments().isEmpty();
    }

    private List<Long> segments() {
        return names.stream()
                .map(FileNames::segmentNumber)
                .filter(number -> number > 0)
                .sorted()
                .toList();
    }

    /**
     * Looks.
     *
     * @param holders who has the journal open for writing
     * @param nowNs the time, in nanoseconds since the beginning of 1970
     * @param progress told how many records were read; each is read twice
     */
    List<Finding> findings(final LockHolders holders, final long nowNs, final LongConsumer progress) {
        addWriter(holders);
        if (!isJournal()) {
            findings.add(Finding.note("journal", "there is none yet: opening the directory for writing creates it"));
            return findings;
        }
        addMissing();
        addHealth(() -> JournalReader.open(directory), nowNs, progress);
        addCaches();
        return findings;
    }

    private void addWriter(final LockHolders holders) {
        if (!holders.isTold()) {
            findings.add(Finding.note("writer", "this system does not tell who holds the lock"));
            return;
        }
        if (!holders.strays().isEmpty()) {
            findings.add(Finding.trouble(
                    "writer",
                    "process " + ids(holders.strays()) + " holds a " + FileNames.LOCK
                            + " that was deleted, which keeps no other writer out"
                            + (holders.writers().isEmpty()
                                    ? ""
                                    : ": process " + ids(holders.writers()) + " writes as well"),
                    "end all of them, verify, and never delete that file"));
        } else if (holders.writers().isEmpty()) {
            findings.add(Finding.ok("writer", "none: the journal can be opened"));
        } else {
            findings.add(Finding.note(
                    "writer",
                    "process " + ids(holders.writers())
                            + " has the journal open for writing: a second writer is refused"));
        }
    }

    private static String ids(final Set<Long> processes) {
        return String.join(", ", processes.stream().map(JournalChecks::named).toList());
    }

    private static String named(final long process) {
        return process
                + ProcessHandle.of(process)
                        .flatMap(handle -> handle.info().command())
                        .map(command -> " (" + command + ")")
                        .orElse("");
    }

    /** Verification ends at the first gap; whoever looks for a copy wants to know all. */
    private void addMissing() {
        final List<Long> segments = segments();
        final List<String> gaps = new ArrayList<>();
        int count = 0;
        for (int i = 1; i < segments.size(); i++) {
            final long first = segments.get(i - 1) + 1;
            final long last = segments.get(i) - 1;
            if (first <= last) {
                count++;
                if (count <= SHOWN_GAPS) {
                    gaps.add(FileNames.segment(first) + (first == last ? "" : " to " + FileNames.segment(last)));
                }
            }
        }
        if (count > 0) {
            findings.add(Finding.trouble(
                    "segments",
                    "missing: " + String.join(", ", gaps)
                            + (count > SHOWN_GAPS ? " and " + (count - SHOWN_GAPS) + " more gaps" : ""),
                    "bring them back from a copy; or take what is there into a new journal: tidemark repair"));
        } else {
            findings.add(Finding.ok("segments", segments.size() + ", without a gap"));
        }
    }

    private void addHealth(final Supplier<JournalReader> opening, final long nowNs, final LongConsumer progress) {
        try {
            final JournalReader reader = opening.get();
            final VerifyReport report = reader.verify(progress);
            addReport(report);
            addClock(reader, nowNs, readCount -> progress.accept(report.recordCount() + readCount));
            addReaders(reader);
        } catch (final IncompatibleFormatException e) {
            findings.add(Finding.trouble(
                    "format", CommandException.messageOf(e), "use the version that wrote the journal, or a newer one"));
        } catch (final JournalException e) {
            findings.add(Finding.trouble("journal", CommandException.messageOf(e), "see what verify says"));
        }
    }

    private void addReport(final VerifyReport report) {
        final String counts = report.recordCount() + " records up to " + report.lastSequence();
        final String place = report.file() + ", offset " + report.offset() + ", sequence " + report.nextSequence()
                + ": " + report.finding();
        findings.add(
                switch (report.verdict()) {
                    case INTACT -> Finding.ok("journal", "intact, " + counts);
                    case TORN_TAIL ->
                        Finding.note(
                                "journal",
                                "whole, " + counts + ", with a torn tail that the next opening cuts: " + place);
                    case CORRUPT ->
                        Finding.trouble(
                                "journal",
                                "corrupt behind " + counts + ": " + place,
                                "restore a copy; or take what is whole into a new journal: tidemark repair");
                });
        if (report.metaSlotsDamaged() == 1) {
            findings.add(Finding.warning(
                    "meta",
                    "one slot of " + FileNames.META + " is damaged",
                    "opening for writing mends it; if nothing crashed, look at the disk"));
        }
    }

    /** What the times of the records tell. Owned by the thread that reads. */
    private static final class Clock {
        private long previousNs = Long.MIN_VALUE;
        private long descents;
        private long firstDescent;
        private long largestStepNs;
        private long ahead;
        private long firstAhead;
        private long farthestNs;

        void see(final long sequence, final long timestampNs, final long nowNs) {
            if (timestampNs < previousNs) {
                descents++;
                firstDescent = descents == 1 ? sequence : firstDescent;
                largestStepNs = Math.max(largestStepNs, previousNs - timestampNs);
            }
            if (timestampNs > nowNs + TOLERATED_NS) {
                ahead++;
                firstAhead = ahead == 1 ? sequence : firstAhead;
                farthestNs = Math.max(farthestNs, timestampNs);
            }
            previousNs = timestampNs;
        }
    }

    private void addClock(final JournalReader reader, final long nowNs, final LongConsumer progress) {
        final Clock clock = new Clock();
        // Records that come while this reads are not ahead of a clock that was looked at before.
        final long startedNs = System.nanoTime();
        try {
            final long head = reader.headSequence();
            reader.replay(head, (sequence, timestampNs, type, buffer, offset, length) -> {
                clock.see(sequence, timestampNs, nowNs + System.nanoTime() - startedNs);
                progress.accept(sequence - head + 1);
            });
        } catch (final CorruptJournalException | OvertakenException e) {
            // Said already, or truncated by a writer meanwhile: what could be read was looked at.
            findings.add(Finding.note("clock", "looked at up to where reading ended"));
        }
        if (clock.descents > 0) {
            findings.add(Finding.warning(
                    "clock",
                    "it went back: " + clock.descents
                            + " times records are older than the one before, first at sequence " + clock.firstDescent
                            + ", by at most " + clock.largestStepNs / 1_000_000 + " ms",
                    "searching by time is not exact there; slew the clock instead of setting it"));
        }
        if (clock.ahead > 0) {
            findings.add(Finding.warning(
                    "clock",
                    "it went back, or was ahead: " + clock.ahead + " records are of the future, first sequence "
                            + clock.firstAhead + ", as far as " + Instant.ofEpochSecond(0, clock.farthestNs),
                    "set the clock right; retention by age keeps these records for longer"));
        }
        if (clock.descents == 0 && clock.ahead == 0) {
            findings.add(Finding.ok("clock", "times of records ascend, and none is of the future"));
        }
    }

    private void addReaders(final JournalReader reader) {
        for (final ReaderStatus status : reader.namedReaders()) {
            if (!status.problem().isEmpty()) {
                findings.add(Finding.warning(
                        "reader",
                        status.name() + ": " + status.problem() + "; nothing of the journal is truncated meanwhile",
                        "bring its file back, or tidemark forget " + status.name()));
            }
        }
    }

    /** Files that nothing is lost with: what belongs to another journal is as good as missing, and says that files were mixed. */
    private void addCaches() {
        final Meta meta = meta();
        final List<String> stale = new ArrayList<>();
        if (meta != null) {
            final ByteBuffer mark = beginning(FileNames.MARK, MarkLayout.FILE_LENGTH);
            if (mark != null && !MarkLayout.isOf(mark, meta.journalIdHigh(), meta.journalIdLow())) {
                stale.add(FileNames.MARK);
            }
            final ByteBuffer index = beginning(FileNames.INDEX, IndexLayout.HEADER_PAGE_LENGTH);
            if (index != null && !IndexLayout.isOf(index, meta.journalIdHigh(), meta.journalIdLow())) {
                stale.add(FileNames.INDEX);
            }
        }
        final long leftovers = names.stream().filter(FileNames::isPreparing).count();
        if (!stale.isEmpty()) {
            findings.add(Finding.warning(
                    "caches",
                    String.join(" and ", stale) + " is damaged, or of another journal",
                    "the next opening for writing makes it anew; tidemark index does so for the index"));
        } else {
            findings.add(Finding.ok(
                    "caches",
                    "none is stale"
                            + (leftovers == 0 ? "" : ", " + leftovers + " half-made files go at the next opening")));
        }
    }

    private @Nullable Meta meta() {
        final ByteBuffer slots = beginning(FileNames.META, MetaLayout.FILE_LENGTH);
        Meta newest = null;
        for (int slot = 0; slots != null && slot < MetaLayout.SLOT_COUNT; slot++) {
            final ByteBuffer bytes = slots.slice(slot * MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH);
            if (MetaLayout.check(bytes) == HeaderVerdict.READABLE) {
                final Meta meta = MetaLayout.read(bytes);
                newest = newest == null || meta.generation() > newest.generation() ? meta : newest;
            }
        }
        return newest;
    }

    /** The beginning of a file, filled up with zeros; null if it can't be read. */
    private @Nullable ByteBuffer beginning(final String name, final int length) {
        final Path file = directory.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        final ByteBuffer bytes = ByteBuffer.allocateDirect(length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes);
            }
            return bytes.clear();
        } catch (final IOException e) {
            // Permissions are looked at elsewhere.
            return null;
        }
    }
}
