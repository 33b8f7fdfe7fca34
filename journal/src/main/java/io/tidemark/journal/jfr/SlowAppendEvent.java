// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The event "Slow Append", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.SlowAppend")
@Label("Slow Append")
@Category("Tidemark")
@Description("An append that had to wait, for room in the append queue or, under the policy always, for its "
        + "force; from where the waiting began until the record was accepted, or durable. The threshold of "
        + "the event says how long is slow")
@StackTrace(true)
@Threshold("10 ms")
@SuppressWarnings("unused")
final class SlowAppendEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Sequence")
    @Description("Sequence of the record")
    long sequence;

    @Label("Durable")
    @Description("Whether it waited until the record was durable")
    boolean durable;
}
