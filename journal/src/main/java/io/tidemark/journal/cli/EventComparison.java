// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.RecordHandler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/** Compares what a replay gives with the events of a seed, made once more: every byte, every type, every sequence. */
final class EventComparison implements RecordHandler {

    private final MarketEvents events;
    private final ByteBuffer expected =
            ByteBuffer.allocateDirect(MarketEvents.MAX_EVENT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private int groupCount;
    private int index;
    private long count;

    EventComparison(final long seed) {
        events = new MarketEvents(seed);
    }

    @Override
    public void onRecord(
            final long sequence,
            final long timestampNs,
            final int type,
            final ByteBuffer buffer,
            final int offset,
            final int length) {
        if (index == groupCount) {
            groupCount = events.next();
            index = 0;
        }
        events.encode(index, expected, 0);
        expected.limit(events.length(index)).position(0);
        final ByteBuffer found = buffer.duplicate().limit(offset + length).position(offset);
        count++;
        if (sequence != count) {
            throw differs(sequence, "sequence", count, sequence);
        }
        if (type != events.type(index)) {
            throw differs(sequence, "type", events.type(index), type);
        }
        if (length != expected.limit()) {
            throw differs(sequence, "length", expected.limit(), length);
        }
        final int mismatch = expected.mismatch(found);
        if (mismatch >= 0) {
            throw differs(
                    sequence, "byte " + mismatch, expected.get(mismatch) & 0xff, buffer.get(offset + mismatch) & 0xff);
        }
        expected.clear();
        index++;
    }

    long count() {
        return count;
    }

    private static CommandException differs(
            final long sequence, final String what, final long expected, final long found) {
        return new CommandException(
                ExitCode.REFUSED,
                String.format(
                        Locale.ROOT,
                        "replay differs: sequence=%d: %s expected %d, found %d",
                        sequence,
                        what,
                        expected,
                        found));
    }
}
