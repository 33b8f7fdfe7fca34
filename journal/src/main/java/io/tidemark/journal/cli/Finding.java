// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.util.Locale;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param state how it is
 * @param subject what was looked at, in one or two words
 * @param found what was found, where, and what is expected
 * @param advice what to do; empty if nothing needs to be done
 */
record Finding(State state, String subject, String found, String advice) {

    /** How something is. The order is that of the exit code: the worst counts. */
    enum State {
        /** As it should be. */
        OK,
        /** Worth knowing; nothing needs to be done. */
        NOTE,
        /** The journal works, and will not for long, or not as promised. */
        WARNING,
        /** The journal can't be opened, or what it holds is not what it was. */
        TROUBLE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(final String subject, final String found) {
        return new Finding(State.OK, subject, found, "");
    }

    static Finding note(final String subject, final String found) {
        return new Finding(State.NOTE, subject, found, "");
    }

    static Finding warning(final String subject, final String found, final String advice) {
        return new Finding(State.WARNING, subject, found, advice);
    }

    static Finding trouble(final String subject, final String found, final String advice) {
        return new Finding(State.TROUBLE, subject, found, advice);
    }

    /** One line, whatever is in a path or a message. */
    String line() {
        return String.format("%-8s %-13s %s%s", state.word(), subject, found, advice.isEmpty() ? "" : "; " + advice)
                .replaceAll("\\R", " ");
    }

    String json() {
        return "{\"state\":" + JsonText.quoted(state.word()) + ",\"subject\":" + JsonText.quoted(subject)
                + ",\"found\":" + JsonText.quoted(found) + ",\"advice\":" + JsonText.quoted(advice) + "}";
    }
}
