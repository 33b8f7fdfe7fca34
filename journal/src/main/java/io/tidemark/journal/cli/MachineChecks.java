// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** What {@code doctor} looks at around the journal: the JDK, and what the system allows a process. */
final class MachineChecks {

    /** Below this a Java application with a journal may run out of descriptors at once. */
    private static final long FEW_DESCRIPTORS = 256;

    /** What Linux allows unless it is asked for more: enough for a journal, not for a busy server beside it. */
    private static final long USUAL_DESCRIPTORS = 1024;

    /** Standbys, spares and what is being let go. */
    private static final long MAPPINGS_OF_A_WRITER = 64;

    /** What a JVM maps for itself. */
    private static final long MAPPINGS_OF_A_JVM = 2048;

    private static final long MAX_TAILERS = 1024;

    private static final int OLDEST_FEATURE = 17;

    /** Flags that make a JVM of this kind slow, or keep it from what the journal does. */
    private static final List<String> HARMFUL_FLAGS = List.of(
            "-Xint", "-XX:-TieredCompilation", "-Xcomp", "-XX:-UseCRC32CIntrinsics", "-XX:+AlwaysPreTouchStacks");

    private final Path proc;
    private final Path cgroups;

    MachineChecks(final Path proc, final Path cgroups) {
        this.proc = proc;
        this.cgroups = cgroups;
    }

    /**
     * Looks.
     *
     * @param process id of the writer, or of this process if there is none
     * @param segmentLength of the journal, in bytes
     */
    List<Finding> findings(final long process, final long segmentLength) {
        final List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(flags(process));
        descriptors(process).ifPresent(limit -> findings.add(descriptors(process, limit)));
        number(proc.resolve("sys/vm/max_map_count")).ifPresent(count -> findings.add(mappings(count)));
        addContainer(findings, segmentLength);
        return findings;
    }

    private static Finding java() {
        final int feature = Runtime.version().feature();
        final String found = "Java " + Runtime.version() + " of " + System.getProperty("java.vendor", "unknown") + ", "
                + System.getProperty("os.name", "unknown") + " " + System.getProperty("os.arch", "");
        return feature < OLDEST_FEATURE
                ? Finding.trouble("java", found, "a JDK 17 or newer is needed")
                : Finding.ok("java", found);
    }

    /** The journal needs none, so what matters is what harms it. */
    private static Finding flags(final long process) {
        final ProcessHandle.Info info = ProcessHandle.of(process)
                .map(ProcessHandle::info)
                .orElseGet(() -> ProcessHandle.current().info());
        final List<String> harmful = Arrays.stream(info.arguments().orElse(new String[0]))
                .filter(HARMFUL_FLAGS::contains)
                .toList();
        final String whose = "process " + process;
        return harmful.isEmpty()
                ? Finding.ok("flags", "none that harms a journal, in " + whose)
                : Finding.warning(
                        "flags",
                        whose + " runs with " + String.join(" ", harmful),
                        "start it without, or appends are slow by a multiple");
    }

    private static Finding descriptors(final long process, final long limit) {
        final String found = "process " + process + " may have " + limit + " files open";
        if (limit < FEW_DESCRIPTORS) {
            return Finding.trouble(
                    "descriptors",
                    found + ", expected at least " + USUAL_DESCRIPTORS,
                    "raise the limit: ulimit -n 65536");
        }
        return limit < USUAL_DESCRIPTORS
                ? Finding.warning(
                        "descriptors",
                        found + ", expected at least " + USUAL_DESCRIPTORS,
                        "raise the limit: ulimit -n 65536")
                : Finding.ok("descriptors", found);
    }

    private OptionalLong descriptors(final long process) {
        return lines(proc.resolve(Long.toString(process)).resolve("limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).trim().split("\\s+", -1))
                .mapToLong(words -> words[0].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[0]))
                .findFirst();
    }

    private static Finding mappings(final long count) {
        final String found = "a process may have " + count + " mappings (vm.max_map_count)";
        // Each tailer has at most two segments mapped.
        final long wanted = MAPPINGS_OF_A_JVM + MAPPINGS_OF_A_WRITER + 2 * MAX_TAILERS;
        return count < wanted
                ? Finding.warning(
                        "mappings",
                        found + ", expected at least " + wanted + " for " + MAX_TAILERS + " tailers",
                        "raise it: sysctl vm.max_map_count=65530")
                : Finding.ok("mappings", found);
    }

    private void addContainer(final List<Finding> findings, final long segmentLength) {
        final long memory = smallest("memory.max");
        // A segment being written, one standing by, one being forced, and room for the application.
        final long wanted = 4 * segmentLength;
        if (memory < wanted) {
            findings.add(Finding.warning(
                    "memory limit",
                    "the control group allows " + Amounts.length(memory)
                            + ", pages of mapped segments count in it, and " + "four segments take "
                            + Amounts.length(wanted),
                    "give it more, or make segments shorter"));
        } else if (memory < Long.MAX_VALUE) {
            findings.add(Finding.ok("memory limit", "the control group allows " + Amounts.length(memory)));
        }
        final int processors = Runtime.getRuntime().availableProcessors();
        findings.add(
                processors == 1
                        ? Finding.warning(
                                "processors",
                                "1 processor, which producers, writer and sync thread share",
                                "expect latencies of the scheduler; two or more are better")
                        : Finding.ok("processors", processors + " processors"));
    }

    /** The smallest limit of this process's control group and those above it. */
    private long smallest(final String name) {
        long smallest = Long.MAX_VALUE;
        final List<String> own = lines(proc.resolve("self/cgroup"));
        Path group = cgroups;
        for (final String line : own) {
            if (line.startsWith("0::/")) {
                group = cgroups.resolve(line.substring("0::/".length())).normalize();
            }
        }
        while (group != null && group.startsWith(cgroups)) {
            smallest = Math.min(smallest, number(group.resolve(name)).orElse(Long.MAX_VALUE));
            group = group.getParent();
        }
        return smallest;
    }

    private static OptionalLong number(final Path file) {
        final List<String> lines = lines(file);
        try {
            return lines.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(lines.get(0).trim()));
        } catch (final NumberFormatException e) {
            // "max": there is no limit.
            return OptionalLong.empty();
        }
    }

    /** What a file of the system says; nothing where there is none, as on other systems than Linux. */
    private static List<String> lines(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException e) {
            return List.of();
        }
    }
}
