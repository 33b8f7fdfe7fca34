// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event "Roll", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.Roll")
@Label("Roll")
@Category("Tidemark")
@Description("A segment is full, and the writer goes on in the next; with the time that it waited for that " + "one")
@StackTrace(false)
@SuppressWarnings("unused")
final class RollEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Segment")
    @Description("Number of the segment that is full")
    long segment;

    @Label("Last Sequence")
    @Description("Last sequence in it")
    long lastSequence;

    @Label("Next Segment")
    @Description("Number of the next")
    long nextSegment;

    @Label("Waited")
    @Description("Whether the next was not ready")
    boolean waited;
}
