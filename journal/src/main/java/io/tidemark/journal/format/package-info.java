// SPDX-License-Identifier: Apache-2.0
/**
 * Not for users, and changes without notice: the bytes of a journal. Where each field of a frame, a segment header and a meta
 * slot lies, how they are checksummed, and how a run of bytes is judged to be a frame or not.
 *
 * <p>Everything here is a function of the bytes it is given: no file is opened, no thread is started, no clock is read.
 * {@code docs/format.md} specifies the same layouts in prose; a test compares the two.
 *
 * <ul>
 *   <li>{@link io.tidemark.journal.format.FrameLayout}: header of a frame, and the memory modes in which its length word
 *       is read and written
 *   <li>{@link io.tidemark.journal.format.SegmentLayout}: header page of a segment, names of the files
 *   <li>{@link io.tidemark.journal.format.MetaLayout}: the two slots of {@code journal.meta}
 *   <li>{@link io.tidemark.journal.format.SeededChecksum}: CRC-32C that knows which segment a frame belongs to
 *   <li>{@link io.tidemark.journal.format.DurableLag}: 16 bits that tell how far the durable mark was behind
 *   <li>{@link io.tidemark.journal.format.FrameCheck}: the verdict on the bytes at one place
 * </ul>
 */
@NullMarked
package io.tidemark.journal.format;

import org.jspecify.annotations.NullMarked;
