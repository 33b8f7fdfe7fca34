// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes a meta file look as if the next version of the format had written it. */
final class NewerFormat {

    private NewerFormat() {}

    static void stamp(final ByteBuffer content) {
        for (int slot = 0; slot < MetaLayout.SLOT_COUNT; slot++) {
            content.clear();
            final ByteBuffer bytes = content.slice(slot * MetaLayout.SLOT_DISTANCE, MetaLayout.SLOT_LENGTH)
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(MetaLayout.VERSION_OFFSET, SegmentLayout.FORMAT_VERSION + 1);
            final int checksum = new SeededChecksum()
                    .of(bytes, MetaLayout.VERSION_OFFSET, MetaLayout.SLOT_LENGTH - MetaLayout.VERSION_OFFSET);
            bytes.clear();
            bytes.putInt(MetaLayout.CHECKSUM_OFFSET, checksum);
        }
    }
}
