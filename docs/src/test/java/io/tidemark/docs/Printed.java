// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page says that a command prints.
 *
 * <p>It is what the command prints, line by line, but for two things. Where a pattern of the mark {@code varies=} is found,
 * in the page and in what was printed, anything that the pattern matches will do. A line of {@code …} alone stands for any number of lines.
 */
record Printed(List<String> lines, List<Pattern> varying) {

    private static final String LEFT_OUT = "…";

    static Printed of(final Page.Block block) {
        final List<Pattern> varying =
                block.values("varies").stream().map(Pattern::compile).toList();
        for (final Pattern pattern : varying) {
            if (!pattern.matcher(block.text()).find()) {
                throw new AssertionError("nothing in the block varies like this: " + pattern);
            }
        }
        return new Printed(alike(block.text(), varying), varying);
    }

    private static List<String> alike(final String text, final List<Pattern> varying) {
        String result = text;
        for (int i = 0; i < varying.size(); i++) {
            result = varying.get(i).matcher(result).replaceAll(Matcher.quoteReplacement("‹" + i + "›"));
        }
        return result.lines().map(String::stripTrailing).toList();
    }

    /** Tells how output differs from this. */
    Optional<String> difference(final String output) {
        final List<String> found = alike(output, varying);
        if (fits(0, found, 0)) {
            return Optional.empty();
        }
        final List<String> message = new ArrayList<>();
        message.add("the page says");
        lines.forEach(line -> message.add("  | " + line));
        message.add("and printed is");
        found.forEach(line -> message.add("  | " + line));
        return Optional.of(String.join("\n", message));
    }

    private boolean fits(final int line, final List<String> found, final int at) {
        if (line == lines.size()) {
            return at == found.size();
        }
        if (lines.get(line).strip().equals(LEFT_OUT)) {
            return fits(line + 1, found, at) || (at < found.size() && fits(line, found, at + 1));
        }
        return at < found.size() && lines.get(line).equals(found.get(at)) && fits(line + 1, found, at + 1);
    }
}
