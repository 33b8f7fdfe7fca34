// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;

/** The command-line tool in a process of its own. */
final class ToolProcess extends JavaProcess {

    private ToolProcess(final Path errorFile, final Object... arguments) throws IOException {
        super(errorFile, Tidemark.class, arguments);
    }

    /** Starts a command. */
    static ToolProcess start(final Path errorFile, final Object... arguments) throws IOException {
        return new ToolProcess(errorFile, arguments);
    }
}
