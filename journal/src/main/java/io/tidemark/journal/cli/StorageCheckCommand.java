// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.StorageCheck;
import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.StorageSyncProvider;
import io.tidemark.journal.spi.SystemCall;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code storage-check}: what a directory is worth to a journal. */
@Command(
        name = "storage-check",
        mixinStandardHelpOptions = true,
        versionProvider = Tidemark.Version.class,
        description = {
            "Says what kind of file system a directory lies on, what a force takes there, whether that is plausible for a "
                    + "device that flushes, and which calls are made. Takes a second, and leaves nothing behind.",
            ""
        },
        footer = {
            "",
            "The calls are those of native-sync if it is on the class path, or else Java's;",
            "--java asks for Java's. A device that takes its time may lie all the same: only",
            "pulling the plug tells.",
            "",
            "Exit codes of this command:",
            "  0    a disk of this machine, and forces that take as long as they must",
            "  1    the environment refused: no such directory, no permission, no room",
            "  2    wrong usage",
            "  3    a file system in memory, of a container or of another machine, or forces",
            "       that are quicker than any device",
            "",
            "Examples:",
            "  tidemark storage-check data",
            "  tidemark storage-check data --java --json"
        })
final class StorageCheckCommand implements Callable<Integer> {

    private static final double[] PERCENTILES = {50, 90, 99, 99.9};
    private static final double NS_PER_MICROSECOND = 1e3;

    private final Streams streams;

    @Parameters(paramLabel = "DIR", description = "An existing directory.")
    private Path directory = Path.of("");

    @Option(names = "--java", description = "Use Java's own calls, even if native-sync is there.")
    private boolean java;

    @Option(names = "--json", description = "Print one JSON object, on one line.")
    private boolean json;

    /** Why the calls are Java's; null if that was asked for, or if they are not. */
    private @Nullable String whyJava;

    StorageCheckCommand(final Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        final StorageSync sync = java ? null : found();
        final JournalConfig defaults = JournalConfig.defaults();
        final StorageCheck check =
                StorageCheck.run(directory, sync == null ? defaults : defaults.withStorageSync(sync));
        if (json) {
            printJson(check);
        } else {
            print(check);
        }
        return check.isSuitable() ? ExitCode.OK : ExitCode.NOT_SUITABLE;
    }

    private @Nullable StorageSync found() {
        final Optional<StorageSyncProvider> provider =
                ServiceLoader.load(StorageSyncProvider.class).findFirst();
        if (provider.isEmpty()) {
            whyJava = "native-sync is not on the class path";
            return null;
        }
        try {
            return provider.get().load();
        } catch (final RuntimeException e) {
            whyJava = CommandException.messageOf(e);
            return null;
        }
    }

    private void print(final StorageCheck check) {
        line("file system", check.fileSystem() + ", " + words(check.kind()));
        line("calls by", check.syncName() + (whyJava == null ? "" : "; " + whyJava));
        line("mapped force", percentiles(check.mappedForcesNs()));
        line("file force", percentiles(check.fileForcesNs()));
        line("plausible", check.isPlausible() ? "yes, a device that flushes takes so long" : "no");
        for (final SystemCall call : check.calls()) {
            line(call.purpose(), call.call() + ": " + call.guarantee());
        }
        check.warnings().forEach(warning -> line("warning", warning));
    }

    private void line(final String name, final String value) {
        streams.printAmounts(String.format("%-24s  %s", name, value));
    }

    private static String words(final StorageCheck.Kind kind) {
        return switch (kind) {
            case DISK -> "overwrites in place";
            case COPYING -> "copies on write";
            case MEMORY -> "in memory";
            case OVERLAY -> "a layer of a container";
            case NETWORK -> "not of this machine";
            case UNKNOWN -> "not known";
        };
    }

    private static Histogram histogram(final long[] timesNs) {
        final Histogram histogram = new Histogram(3);
        for (final long timeNs : timesNs) {
            histogram.recordValue(timeNs);
        }
        return histogram;
    }

    private static String percentiles(final long[] timesNs) {
        final Histogram histogram = histogram(timesNs);
        final StringBuilder words = new StringBuilder();
        for (final double percentile : PERCENTILES) {
            words.append(String.format(
                    Locale.ROOT,
                    "p%s %.1f µs, ",
                    Amounts.percentile(percentile),
                    histogram.getValueAtPercentile(percentile) / NS_PER_MICROSECOND));
        }
        return words
                + String.format(
                        Locale.ROOT,
                        "max %.1f µs, of %d",
                        histogram.getMaxValue() / NS_PER_MICROSECOND,
                        histogram.getTotalCount());
    }

    private void printJson(final StorageCheck check) {
        final String calls = check.calls().stream()
                .map(call -> "{\"purpose\":" + JsonText.quoted(call.purpose()) + ",\"call\":"
                        + JsonText.quoted(call.call()) + ",\"guarantee\":" + JsonText.quoted(call.guarantee()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        streams.println("{\"fileSystem\":" + JsonText.quoted(check.fileSystem()) + ",\"kind\":"
                + JsonText.quoted(check.kind().name().toLowerCase(Locale.ROOT)) + ",\"sync\":"
                + JsonText.quoted(check.syncName())
                + ",\"whyJava\":" + (whyJava == null ? "null" : JsonText.quoted(whyJava)) + ",\"mappedForceNs\":"
                + jsonOf(check.mappedForcesNs()) + ",\"fileForceNs\":" + jsonOf(check.fileForcesNs())
                + ",\"plausible\":" + check.isPlausible() + ",\"suitable\":" + check.isSuitable() + ",\"calls\":"
                + calls
                + ",\"warnings\":" + jsonOf(check.warnings()) + "}");
    }

    private static String jsonOf(final long[] timesNs) {
        final Histogram histogram = histogram(timesNs);
        final StringBuilder object = new StringBuilder("{\"count\":").append(histogram.getTotalCount());
        for (final double percentile : PERCENTILES) {
            object.append(",\"p")
                    .append(Amounts.percentile(percentile))
                    .append("\":")
                    .append(histogram.getValueAtPercentile(percentile));
        }
        return object.append(",\"max\":")
                .append(histogram.getMaxValue())
                .append('}')
                .toString();
    }

    private static String jsonOf(final List<String> strings) {
        return strings.stream().map(JsonText::quoted).collect(Collectors.joining(",", "[", "]"));
    }
}
