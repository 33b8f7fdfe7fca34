// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation and the blocks in it: those between fences, and those that are indented.
 *
 * @param path of the file
 * @param text all of it
 * @param blocks in their order
 */
record Page(Path path, String text, List<Block> blocks) {

    static final Path DOCS = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    static final Path PROJECT = DOCS.getParent();

    private static final String FENCE = "```";
    private static final Pattern INDENTED = Pattern.compile(" {4,}\\S.*|\\t.*");
    private static final Pattern LIST_ITEM = Pattern.compile(" *([-*+]|\\d+\\.) .*");

    /**
     * A block of code, commands or output.
     *
     * @param line of its first line in the page, from 1
     * @param language the first word behind the fence; empty if there is none, and {@code indented} without a fence
     * @param marks what stands behind that word
     * @param text its lines, each with a newline
     */
    record Block(int line, String language, String marks, String text) {

        static final String INDENTED = "indented";

        boolean is(final String wanted) {
            return language.equals(wanted);
        }

        boolean isMarked(final String word) {
            return List.of(marks.split(" ", -1)).contains(word);
        }

        /** What stands behind {@code name=}, as often as it is there. A value in double quotes may have spaces in it. */
        List<String> values(final String name) {
            final List<String> values = new ArrayList<>();
            final Matcher matcher = Pattern.compile("(?:^| )" + name + "=(?:\"([^\"]*)\"|(\\S+))")
                    .matcher(marks);
            while (matcher.find()) {
                values.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
            }
            return values;
        }
    }

    /** Every page of the project, those beside {@code docs} first. */
    static List<Page> all() {
        try (Stream<Path> paths = Files.walk(DOCS)) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                    .map(PROJECT::resolve),
                            paths.filter(path -> path.toString().endsWith(".md"))
                                    .filter(path -> !path.startsWith(DOCS.resolve("target"))
                                            && !path.startsWith(DOCS.resolve("examples/target")))
                                    .sorted())
                    .map(Page::read)
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Page read(final Path path) {
        try {
            return of(path, Files.readString(path));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Page of(final Path path, final String text) {
        final List<Block> blocks = new ArrayList<>();
        final List<String> lines = text.lines().toList();
        boolean paragraph = false;
        boolean list = false;
        int at = 0;
        while (at < lines.size()) {
            final String line = lines.get(at);
            final int first = at + 1;
            if (line.startsWith(FENCE)) {
                final String[] words = line.substring(FENCE.length()).split(" ", 2);
                while (++at < lines.size() && !lines.get(at).startsWith(FENCE)) {}
                if (at == lines.size()) {
                    throw new AssertionError("a fence is not closed: " + path + ":" + first);
                }
                blocks.add(new Block(
                        first + 1, words[0], words.length == 1 ? "" : words[1], joined(lines.subList(first, at))));
                paragraph = false;
            } else if (!paragraph && INDENTED.matcher(line).matches()) {
                while (at + 1 < lines.size()
                        && INDENTED.matcher(lines.get(at + 1)).matches()) {
                    at++;
                }
                blocks.add(new Block(first, Block.INDENTED, "", joined(lines.subList(first - 1, at + 1))));
            } else {
                // An indented line goes on with a paragraph or with an item of a list, if one was begun.
                list = LIST_ITEM.matcher(line).matches() || (list && (line.isBlank() || line.startsWith(" ")));
                paragraph = !line.isBlank() || list;
            }
            at++;
        }
        return new Page(path, text, List.copyOf(blocks));
    }

    private static String joined(final List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    List<Block> blocks(final String language) {
        return blocks.stream().filter(block -> block.is(language)).toList();
    }

    /** Where a block is, as an editor or a shell can open it. */
    String place(final Block block) {
        return this + ":" + block.line();
    }

    @Override
    public String toString() {
        return PROJECT.relativize(path).toString();
    }
}
