// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event "Truncation", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.Truncation")
@Label("Truncation")
@Category("Tidemark")
@Description("The head moves, and segments before it go")
@StackTrace(false)
@SuppressWarnings("unused")
final class TruncationEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Up To")
    @Description("Last sequence that was no longer wanted")
    long upTo;

    @Label("Head")
    @Description("First sequence that may be read, behind it")
    long head;

    @Label("Checkpoint")
    @Description("Last completed checkpoint, behind it; 0 if there was none")
    long checkpoint;

    @Label("By Retention")
    @Description("Whether the policy asked for it, and not the user")
    boolean byRetention;

    @Label("Problem")
    @Description("Why not all of it could be done; empty if it was")
    String problem = "";
}
