// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jfr;

/** An event that has begun. Handed back to {@link JournalEvents} by the thread that began it. */
public interface EventSpan {}
