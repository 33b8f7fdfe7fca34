// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code strace -f -y} wrote down, in the words of {@code docs/durability.md}: calls on the files of one directory, several
 * writes in a row to one file as one.
 */
final class SystemTrace {

    /** Calls that are asked for. Both forces, and each that may bring a file to its name or its end. */
    static final String CALLS =
            "openat,newfstatat,stat,statx,access,mmap,pwrite64,write,fsync,fdatasync,msync,rename,unlink,"
                    + "fallocate,madvise,sync_file_range";

    private static final Pattern LINE = Pattern.compile("(\\d+) +(?:<\\.\\.\\. )?(\\w+)(.*)");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
    private static final Pattern DESCRIPTOR = Pattern.compile("\\d+<([^>]*)>");
    private static final Pattern ADDRESS = Pattern.compile("\\((0x[0-9a-f]+), (\\d+)");
    private static final Pattern RESULT = Pattern.compile("= (0x[0-9a-f]+)");
    private static final Pattern SEGMENT = Pattern.compile("0*(\\d+)\\.segment");

    /** A mapping that is alive. */
    private record Mapping(long address, long length, String name) {}

    private final Path root;
    private final Map<String, List<String>> parts = new HashMap<>();
    private final Map<String, String> unfinished = new HashMap<>();
    private final List<Mapping> mappings = new ArrayList<>();
    private List<String> calls = new ArrayList<>();
    private Path directory;

    SystemTrace(final Path root, final List<String> lines) {
        this.root = root;
        this.directory = root;
        lines.forEach(this::line);
    }

    /** The calls of a part. */
    List<String> part(final String name) {
        return parts.getOrDefault(name, List.of("no such part"));
    }

    /** A call that another thread's came into is two lines: the second completes the first. */
    private void line(final String line) {
        final Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return;
        }
        final String thread = matcher.group(1);
        String rest = matcher.group(3);
        if (rest.endsWith("<unfinished ...>")) {
            unfinished.put(thread, rest.replace("<unfinished ...>", ""));
            return;
        }
        if (rest.startsWith(" resumed>")) {
            rest = unfinished.remove(thread) + rest.substring(" resumed>".length());
        }
        call(matcher.group(2), rest);
    }

    private void call(final String call, final String rest) {
        switch (call) {
            case "newfstatat", "stat", "statx", "access" -> mark(rest);
            case "openat" -> {
                if (rest.contains("O_EXCL")) {
                    add("create", nameIn(QUOTED, rest));
                }
            }
            case "pwrite64", "write" -> add("write", nameIn(DESCRIPTOR, rest));
            case "fsync", "fdatasync" -> addForce(rest);
            case "mmap" -> map(rest);
            case "msync" -> forceMapped(rest);
            case "rename" -> rename(rest);
            case "unlink" -> add("delete", nameIn(QUOTED, rest));
            case "fallocate" -> add("reserve", nameIn(DESCRIPTOR, rest));
            case "sync_file_range" -> add("begin writing", nameIn(DESCRIPTOR, rest));
            case "madvise" -> faultIn(rest);
            default -> {
                // Of no interest.
            }
        }
    }

    private void mark(final String rest) {
        final Matcher matcher = QUOTED.matcher(rest);
        if (matcher.find() && matcher.group(1).startsWith(root + "/" + TracedJournal.PART)) {
            final String name = matcher.group(1).substring((root + "/" + TracedJournal.PART).length());
            calls = new ArrayList<>();
            parts.put(name, calls);
            directory = root.resolve(TracedJournal.directoryOf(name));
        }
    }

    /** The name of a file in the directory, "" for the directory itself, null for anything else. */
    private String nameIn(final Pattern pattern, final String rest) {
        final Matcher matcher = pattern.matcher(rest);
        return matcher.find() ? name(matcher.group(1)) : null;
    }

    private String name(final String path) {
        if (path.equals(directory.toString())) {
            return "";
        }
        final String prefix = directory + "/";
        return path.startsWith(prefix)
                ? SEGMENT.matcher(path.substring(prefix.length())).replaceAll("segment $1")
                : null;
    }

    private void add(final String call, final String name) {
        if (name == null || name.isEmpty()) {
            return;
        }
        final String told = call + " " + name;
        final boolean repeated = !calls.isEmpty() && calls.get(calls.size() - 1).equals(told);
        if (!(repeated && call.equals("write"))) {
            calls.add(told);
        }
    }

    private void addForce(final String rest) {
        final String name = nameIn(DESCRIPTOR, rest);
        if (name != null) {
            calls.add(name.isEmpty() ? "force directory" : "force " + name);
        }
    }

    private void rename(final String rest) {
        final Matcher matcher = QUOTED.matcher(rest);
        if (matcher.find() && name(matcher.group(1)) != null) {
            final String from = name(matcher.group(1));
            final String to = matcher.find() ? name(matcher.group(1)) : null;
            calls.add("rename " + from + " -> " + to);
            mappings.replaceAll(mapping -> mapping.name().equals(from)
                    ? new Mapping(mapping.address(), mapping.length(), String.valueOf(to))
                    : mapping);
        }
    }

    private void map(final String rest) {
        final Matcher result = RESULT.matcher(rest);
        final Matcher length = Pattern.compile("\\(NULL, (\\d+)").matcher(rest);
        if (!rest.contains("MAP_SHARED") || !result.find() || !length.find()) {
            return;
        }
        final String name = nameIn(DESCRIPTOR, rest);
        if (name != null) {
            mappings.add(new Mapping(Long.decode(result.group(1)), Long.parseLong(length.group(1)), name));
        }
    }

    private String mappedAt(final String rest) {
        final Matcher matcher = ADDRESS.matcher(rest);
        if (!matcher.find()) {
            return null;
        }
        final long address = Long.decode(matcher.group(1));
        // An address may have been used before: the youngest mapping is the one that is meant.
        for (int i = mappings.size() - 1; i >= 0; i--) {
            final Mapping mapping = mappings.get(i);
            if (address >= mapping.address() && address < mapping.address() + mapping.length()) {
                return mapping.name();
            }
        }
        return null;
    }

    private void forceMapped(final String rest) {
        add("force mapped", mappedAt(rest));
    }

    private void faultIn(final String rest) {
        if (rest.contains("MADV_POPULATE_WRITE") || rest.contains("0x17")) {
            add("fault in", mappedAt(rest));
        }
    }
}
