// SPDX-License-Identifier: Apache-2.0
/**
 * What another module may do in the place of Java where Java can't reach: calls to the operating system that make things
 * durable, reserve room, and prepare mapped memory; and what another may look at: how long things take. Stands alone; the journal
 * uses it below its seam to the operating system, and is complete without it.
 *
 * <p>{@link io.tidemark.journal.spi.StorageSync} is what is implemented, by the module {@code native-sync}, and given to the
 * configuration of a journal. {@link io.tidemark.journal.spi.StorageSyncProvider} lets the command-line tool find one that
 * lies on the class path; a journal never looks for it.
 *
 * <p>{@link io.tidemark.journal.spi.JournalProbe} is told of times; {@code io.tidemark.journal.histogram} implements it.
 */
@NullMarked
package io.tidemark.journal.spi;

import org.jspecify.annotations.NullMarked;
