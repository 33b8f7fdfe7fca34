// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The event "Back-Pressure", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.BackPressure")
@Label("Back-Pressure")
@Category("Tidemark")
@Description("A thread that appends waits for room in the append queue: the writer, or the disk below it, "
        + "does not keep up")
@StackTrace(true)
@Threshold("1 ms")
@SuppressWarnings("unused")
final class BackPressureEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Queue Used")
    @Description("How much of the append queue was in use when the waiting began")
    @DataAmount(DataAmount.BYTES)
    long queueUsed;

    @Label("Not Durable")
    @Description("How many records were written and not durable then")
    long notDurable;

    @Label("Waits for Standby")
    @Description("Whether the writer stood still then, because no segment was ready")
    boolean waitsForStandby;
}
