// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.RecordHandler;

/** How commands print records, a line each. */
final class RecordLines {

    private RecordLines() {}

    /**
     * Makes a handler that prints.
     *
     * @param out where to
     * @param json whether to print an object, or the payload, byte for byte
     * @return the handler, for one thread
     */
    static RecordHandler handler(final OutputBuffer out, final boolean json) {
        if (json) {
            return new RecordJson(out)::write;
        }
        return (sequence, timestampNs, type, buffer, offset, length) -> {
            out.put(buffer, offset, length);
            out.put((byte) '\n');
        };
    }
}
