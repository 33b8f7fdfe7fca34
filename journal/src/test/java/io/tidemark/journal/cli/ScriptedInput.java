// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.io.IOException;
import java.io.InputStream;

/** Standard input that ends badly, or not at all. */
final class ScriptedInput extends InputStream {

    /** What comes next. */
    @FunctionalInterface
    interface Script {
        int next() throws IOException;
    }

    private final Script script;

    ScriptedInput(final Script script) {
        this.script = script;
    }

    @Override
    public int read() throws IOException {
        return script.next();
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        for (int i = 0; i < length; i++) {
            final int value = read();
            if (value < 0) {
                return i == 0 ? -1 : i;
            }
            target[offset + i] = (byte) value;
        }
        return length;
    }
}
