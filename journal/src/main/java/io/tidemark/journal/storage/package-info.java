// SPDX-License-Identifier: Apache-2.0
/**
 * Not for users, and changes without notice: files, mappings and forces. The only place of the journal that touches
 * {@code java.nio.channels} and {@code java.nio.file.Files}.
 *
 * <p>{@link io.tidemark.journal.storage.Storage} is the seam between the engine and the operating system. It has two
 * implementations: {@link io.tidemark.journal.storage.DirectoryStorage} here, and a simulated one among the tests, which
 * keeps what was forced, and loses, tears and reorders the rest. What the engine needs beyond single calls is built on
 * the seam, so that the simulation sees each step of it:
 *
 * <ul>
 *   <li>{@link io.tidemark.journal.storage.SegmentPreparation}: from nothing to a segment that can be written without a
 *       fault, a block allocation or a missing name
 *   <li>{@link io.tidemark.journal.storage.MetaFile}: two slots written in turn
 * </ul>
 */
@NullMarked
package io.tidemark.journal.storage;

import org.jspecify.annotations.NullMarked;
