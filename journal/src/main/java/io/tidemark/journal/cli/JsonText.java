// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

/** Text as JSON has it. */
final class JsonText {

    private JsonText() {}

    /** Puts a text between quotes. A message may hold a path, and a path anything. */
    static String quoted(final String text) {
        final StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            final char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append(letter);
            } else if (letter < ' ') {
                quoted.append(String.format("\\u%04x", (int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }
}
