// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.CorruptJournalException;
import io.tidemark.journal.IncompatibleFormatException;
import io.tidemark.journal.NotAJournalException;
import java.util.List;

/** Exit codes, one table for all commands, some of which have codes of their own. */
final class ExitCode {

    static final int OK = 0;

    /** The environment refused: input or output, a full disk, no permission, another writer. */
    static final int REFUSED = 1;

    /** Wrong usage, or data that can't be used. */
    static final int BAD_INPUT = 2;

    /** Added by the system to the number of the signal that ended the process. */
    static final int ENDED_BY_SIGNAL = 128;

    /** Of {@code verify}: the tail is torn, nothing that had been durable is missing. */
    static final int TORN = 1;

    /** Of {@code verify}: damaged, or nothing that could be vouched for. */
    static final int NOT_VERIFIED = 2;

    /** Of {@code verify}: there is no journal. */
    static final int NOT_A_JOURNAL = 3;

    /** Of {@code repair}: the copy is made, but something was lost or left out. */
    static final int SALVAGED_IN_PART = 3;

    /** Of {@code storage-check}: no place for a journal. */
    static final int NOT_SUITABLE = 3;

    /** Of {@code doctor}: the journal works, but not for long, or not as promised. */
    static final int DOUBTFUL = 1;

    /** Of {@code doctor}: the journal can't be opened, or is not what it was. */
    static final int IN_TROUBLE = 2;

    /** The table, of which {@code docs/command-line.md} has a copy: who ends so, and what it means. */
    private static final List<Row> TABLE = List.of(
            new Row(OK, "", "done; of `verify`: intact; of `doctor`: nothing to do"),
            new Row(
                    REFUSED,
                    "",
                    "the environment refused: input or output, a full disk, no permission, another writer, a name in use"),
            new Row(
                    BAD_INPUT,
                    "",
                    "wrong usage or bad data: a corrupt journal, no journal, a format too new or too old, a line too long"),
            new Row(TORN, "verify", "a torn tail, no more: nothing that had been durable is missing"),
            new Row(NOT_VERIFIED, "verify", "corrupt, or it can't be told"),
            new Row(NOT_A_JOURNAL, "verify", "not a journal"),
            new Row(SALVAGED_IN_PART, "repair", "the copy is made, but something was lost or left out"),
            new Row(NOT_SUITABLE, "storage-check", "no place for a journal"),
            new Row(DOUBTFUL, "doctor", "a warning: it works, but not for long, or not as promised"),
            new Row(IN_TROUBLE, "doctor", "trouble: it can't be opened, or is not what it was"),
            new Row(
                    ENDED_BY_SIGNAL + 2,
                    "",
                    "ended by Ctrl-C; `append` closes the journal before, `cat` and `tail` end their line, what `repair` was making is no journal"),
            new Row(ENDED_BY_SIGNAL + 15, "", "ended by `kill`, likewise"));

    /**
     * A row of the table.
     *
     * @param code with which a command ends
     * @param command that gives it another meaning than all others; empty for all
     * @param meaning of it
     */
    record Row(int code, String command, String meaning) {}

    static List<Row> table() {
        return TABLE;
    }

    private ExitCode() {}

    static int of(final Throwable problem) {
        if (problem instanceof CommandException command) {
            return command.exitCode();
        }
        final boolean badInput = problem instanceof NotAJournalException
                || problem instanceof CorruptJournalException
                || problem instanceof IncompatibleFormatException
                || problem instanceof IllegalArgumentException;
        return badInput ? BAD_INPUT : REFUSED;
    }

    static int ofVerify(final Throwable problem) {
        // Not 1, whatever it was: a script must not take a disk that can't be read for a torn tail.
        return problem instanceof NotAJournalException ? NOT_A_JOURNAL : NOT_VERIFIED;
    }
}
