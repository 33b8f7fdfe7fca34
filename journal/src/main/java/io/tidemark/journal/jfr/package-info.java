// SPDX-License-Identifier: Apache-2.0
/**
 * Not for users, and changes without notice: events for the Flight Recorder of the JDK, in the category {@code Tidemark}. They need
 * no configuration: whoever starts a recording gets them. Where nobody records, an event costs a look at a flag; where the module
 * {@code jdk.jfr} is missing, as it may be in a runtime made by {@code jlink}, there are none.
 *
 * <p>{@link io.tidemark.journal.jfr.JournalEvents} is what the engine uses, and the only class that it sees. Nothing in here is
 * for users, who know the events by their names; {@code docs/operating.md} lists them.
 */
@NullMarked
package io.tidemark.journal.jfr;

import org.jspecify.annotations.NullMarked;
