// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event "Failure", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.Failure")
@Label("Failure")
@Category("Tidemark")
@Description("The journal has ended itself")
@StackTrace(false)
@SuppressWarnings("unused")
final class FailureEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Durable Sequence")
    @Description("Everything up to here is durable")
    long durableSequence;

    @Label("Cause")
    @Description("What was thrown first")
    String cause = "";
}
