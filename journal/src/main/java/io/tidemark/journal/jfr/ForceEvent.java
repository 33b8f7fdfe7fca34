// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event "Force", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.Force")
@Label("Force")
@Category("Tidemark")
@Description("A force of what was written to a segment; records up to the last sequence are durable behind it")
@StackTrace(false)
@SuppressWarnings("unused")
final class ForceEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Segment")
    @Description("Number of the segment")
    long segment;

    @Label("Length")
    @Description("How much was forced")
    @DataAmount(DataAmount.BYTES)
    long length;

    @Label("Records")
    @Description("How many records became durable by it")
    long recordCount;

    @Label("Last Sequence")
    @Description("The last of them")
    long lastSequence;
}
