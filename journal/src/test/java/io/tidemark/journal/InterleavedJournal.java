// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.interleaving.Exploration;
import io.tidemark.journal.interleaving.Explorer;
import io.tidemark.journal.interleaving.RewritingClassLoader;
import io.tidemark.journal.interleaving.Scenario;
import java.util.regex.Pattern;

/** Which classes of the journal are explored access by access, and what their tests have in common. */
final class InterleavedJournal {

    /** The classes that threads share without a lock, and the code that bugs bring along. */
    static final Pattern CLASSES = Pattern.compile("io\\.tidemark\\.journal\\."
            + "(AppendQueue|PaddedSequence|SequenceValue|SequenceLeadingPadding|DurableMark(\\$Waiter)?|WakeSignal"
            + "|ParkingIdleStrategy|format\\.FrameLayout|PlantedCode)");

    private InterleavedJournal() {}

    /** Explores a scenario in the code as it is. */
    static Exploration explore(final Class<? extends Scenario> scenario, final int maxPreemptions) {
        final Exploration exploration =
                Explorer.of(new RewritingClassLoader(CLASSES), scenario).explore(maxPreemptions);
        System.out.println(exploration);
        return exploration;
    }
}
