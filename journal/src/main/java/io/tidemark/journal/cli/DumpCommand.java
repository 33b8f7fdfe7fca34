// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.NotAJournalException;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dump}: the bytes of a journal, beside what they mean. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Prints the bytes of a journal's files, or of one, in hexadecimal beside what they mean: meta slots, mark, "
                    + "counters, index, positions, headers of segments and their frames, each checksum with what it should "
                    + "be. Works on damaged files and beside a writer, and changes nothing.",
            ""
        },
        footer = {
            "",
            "Payloads are shown unless --no-payload is given. Behind damage it goes on at the",
            "next frame that is whole; what it finds there may be of an earlier life of the",
            "file, and no part of the journal. docs/format.md tells what the fields are for.",
            "",
            "Exit codes: see tidemark --help.",
            "",
            "Examples:",
            "  tidemark dump data/orders --from 1000 --count 3",
            "  tidemark dump data/orders/journal.meta",
            "  tidemark dump data/orders/00000000000000000001.segment --no-payload"
        })
final class DumpCommand implements Callable<Integer> {

    private static final long DEFAULT_COUNT = 10;
    private static final int DEFAULT_MAX_PAYLOAD = 256;

    /** Locked by others, and empty: nothing to see, and to open them is to meddle with locks. */
    private static final Set<String> LOCKED = Set.of(FileNames.LOCK, FileNames.NAMES, FileNames.READERS);

    private final Streams streams;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR|FILE", description = "Directory of a journal, or one of its files.")
    private Path path = Path.of("");

    @Option(names = "--from", paramLabel = "SEQ", description = "Show frames from this sequence on, from 1.")
    private long fromSequence;

    @Option(
            names = "--offset",
            paramLabel = "BYTES",
            description = "Begin at this offset of a segment, a multiple of 8. Default: behind the header.")
    private @Nullable Long offset;

    @Option(names = "--count", paramLabel = "COUNT", description = "Show that many frames. Default: 10.")
    private long count = DEFAULT_COUNT;

    @Option(names = "--no-payload", description = "Show headers alone, and nothing of what the user stored.")
    private boolean hidesPayload;

    @Option(
            names = "--max-payload",
            paramLabel = "BYTES",
            description = "Show that much of each payload. Default: 256.")
    private int maxPayload = DEFAULT_MAX_PAYLOAD;

    DumpCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        require(count >= 0, "--count must be at least 0: found " + count);
        require(fromSequence >= 0, "--from must be at least 1: found " + fromSequence);
        require(maxPayload >= 0, "--max-payload must be at least 0: found " + maxPayload);
        require(
                offset == null || (offset >= 0 && offset % FrameLayout.ALIGNMENT == 0),
                "--offset must be a multiple of 8: found " + offset);
        final OutputBuffer out = new OutputBuffer(streams.out());
        final DumpLines lines = new DumpLines(out);
        try {
            if (Files.isDirectory(path)) {
                require(offset == null, "--offset needs a FILE, that of a segment");
                directory(lines);
            } else {
                file(path, lines, count);
            }
            out.flush();
        } catch (final UncheckedIOException e) {
            final IOException failure = Objects.requireNonNull(e.getCause());
            if (!streams.isReaderGone(failure)) {
                throw Streams.outputFailed(failure);
            }
        } catch (final NoSuchFileException e) {
            throw new NotAJournalException("not a journal: no such file: " + path, e);
        }
        return ExitCode.OK;
    }

    private void require(final boolean isGiven, final String message) {
        if (!isGiven) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void directory(final DumpLines lines) throws IOException {
        final List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            stream.forEach(files::add);
        }
        files.sort(null);
        final List<Path> segments = new ArrayList<>();
        boolean isJournal = false;
        for (final Path file : files) {
            final String name = String.valueOf(file.getFileName());
            if (FileNames.segmentNumber(name) > 0) {
                segments.add(file);
            } else {
                isJournal |= name.equals(FileNames.META);
                file(file, lines, count);
            }
        }
        if (segments.isEmpty() && !isJournal) {
            throw new NotAJournalException("not a journal: no file of one in " + path);
        }
        long left = count;
        for (final Path segment : segments) {
            // Headers are shown all the same.
            left -= file(segment, lines, left);
        }
    }

    /** Shows a file, and tells how many frames of it. */
    private long file(final Path file, final DumpLines lines, final long frames) throws IOException {
        final String name = String.valueOf(file.getFileName());
        if (LOCKED.contains(name)) {
            lines.line("== " + name + ", locked by whoever uses it, and never opened");
            return 0;
        }
        if (Files.isDirectory(file)) {
            lines.line("== " + name + ", a directory, which no journal makes");
            return 0;
        }
        try (DumpedFile dumped = DumpedFile.open(file)) {
            lines.line("== " + name + ", " + dumped.length() + " bytes");
            return content(dumped, lines, frames);
        }
    }

    private long content(final DumpedFile file, final DumpLines lines, final long frames) throws IOException {
        final DumpedPages pages = new DumpedPages(lines);
        final String name = file.name();
        if (name.equals(FileNames.META)) {
            pages.meta(file);
        } else if (name.equals(FileNames.MARK)) {
            pages.mark(file);
        } else if (name.equals(FileNames.COUNTERS)) {
            pages.counters(file);
        } else if (name.equals(FileNames.INDEX)) {
            pages.index(file, count);
        } else if (name.equals(FileNames.ARCHIVED)
                || !FileNames.readerName(name).isEmpty()) {
            pages.position(file);
        } else if (isSegment(name) || file.word(0) == SegmentLayout.MAGIC) {
            pages.segmentHeader(file);
            final long begin = offset == null ? SegmentLayout.HEADER_PAGE_LENGTH : offset;
            return new DumpedFrames(lines, file, begin, fromSequence, hidesPayload ? 0 : maxPayload).show(frames);
        } else {
            lines.line("not of a journal");
        }
        return 0;
    }

    private static boolean isSegment(final String name) {
        return FileNames.segmentNumber(name) > 0 || FileNames.spareNumber(name) > 0 || FileNames.isPreparing(name);
    }
}
