// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.util.ArrayList;
import java.util.List;

/** What became of each sequence, in their order. Owned by one thread. */
final class SalvageLedger {

    /** What became of a sequence. */
    enum Fate {
        SALVAGED,
        LOST,
        LEFT_OUT
    }

    private record Entry(RepairReport.Range range, Fate fate) {}

    private List<Entry> entries = new ArrayList<>();

    /** Notes the fate of sequences behind all that were noted before; an empty range is none. */
    void note(final long fromSequence, final long toSequence, final Fate fate) {
        if (toSequence < fromSequence) {
            return;
        }
        final int lastIndex = entries.size() - 1;
        if (lastIndex >= 0) {
            final Entry last = entries.get(lastIndex);
            if (last.fate == fate && last.range.toSequence() + 1 == fromSequence) {
                entries.set(lastIndex, new Entry(new RepairReport.Range(last.range.fromSequence(), toSequence), fate));
                return;
            }
        }
        entries.add(new Entry(new RepairReport.Range(fromSequence, toSequence), fate));
    }

    /** What was salvaged so far is left out after all. */
    void leaveOutAll() {
        final List<Entry> before = entries;
        entries = new ArrayList<>();
        for (final Entry entry : before) {
            note(
                    entry.range.fromSequence(),
                    entry.range.toSequence(),
                    entry.fate == Fate.LOST ? Fate.LOST : Fate.LEFT_OUT);
        }
    }

    List<RepairReport.Range> ranges(final Fate fate) {
        return entries.stream()
                .filter(entry -> entry.fate == fate)
                .map(Entry::range)
                .toList();
    }
}
