// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event "Standby Wait", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.StandbyWait")
@Label("Standby Wait")
@Category("Tidemark")
@Description("The writer waits because no segment is ready to go on in")
@StackTrace(false)
@SuppressWarnings("unused")
final class StandbyWaitEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Segment")
    @Description("Number of the segment that is full")
    long segment;
}
