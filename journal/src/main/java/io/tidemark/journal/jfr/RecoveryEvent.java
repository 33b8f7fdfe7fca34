// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The event "Recovery", filled by {@link FlightEvents}; the recorder reads its fields. */
@Name("io.tidemark.Recovery")
@Label("Recovery")
@Category("Tidemark")
@Description("A journal was opened, and this is what was found in it")
@StackTrace(false)
@SuppressWarnings("unused")
final class RecoveryEvent extends Event implements EventSpan {

    @Label("Directory")
    @Description("Directory of the journal")
    String directory = "";

    @Label("Epoch")
    @Description("Number of the opening, from 1")
    int epoch;

    @Label("First Sequence")
    @Description("First that can be read")
    long firstSequence;

    @Label("Last Sequence")
    @Description("Last that can be read; 0 if there never was one")
    long lastSequence;

    @Label("Closed Cleanly")
    @Description("Whether the opening before was closed in good order")
    boolean closedCleanly;

    @Label("Tail Cut")
    @Description("Whether something that had never been durable was cut off")
    boolean tailCut;

    @Label("Cut File")
    @Description("File in which the cut was made; empty if none was")
    String cutFile = "";

    @Label("Cut Offset")
    @Description("Offset of the cut")
    @DataAmount(DataAmount.BYTES)
    long cutOffset;

    @Label("Cut Reason")
    @Description("What was found there; empty if no cut was made")
    String cutReason = "";

    @Label("Segments Deleted")
    @Description("Segments behind the cut that went with it")
    int segmentsDeleted;

    @Label("Segments Read")
    @Description("Segments that were read to find the end")
    int segmentsRead;

    @Label("Damaged Meta Slots")
    @Description("Slots of the meta file that were not whole")
    int metaSlotsDamaged;

    @Label("Recovery Time")
    @Description("How long finding the end took; the event lasts until the journal is ready")
    @Timespan(Timespan.NANOSECONDS)
    long recoveryTime;
}
