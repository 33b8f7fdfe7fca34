// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a journal look as if the next version of the format had written it. */
final class NewerFormat {

    private NewerFormat() {}

    static void stamp(final Path directory) throws IOException {
        final Path file = directory.resolve("journal.meta");
        final ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            final ByteBuffer bytes = content.slice(slot * MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH)
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(MetaLayout.VERSION_OFFSET, SegmentLayout.FORMAT_VERSION + 1);
            final int checksum = new SeededChecksum()
                    .of(bytes, MetaLayout.VERSION_OFFSET, MetaLayout.SLOT_LENGTH - MetaLayout.VERSION_OFFSET);
            bytes.clear();
            bytes.putInt(MetaLayout.CHECKSUM_OFFSET, checksum);
        }
        Files.write(file, content.array());
    }
}
