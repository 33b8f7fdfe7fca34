// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Takes copies of segments before they may go. It is given each segment once it is full and durable, in the order of their
 * numbers, one at a time, and confirms it; as long as it does not, neither that file nor a later one is deleted.
 *
 * <p>It works on a thread of its own and may take its time: appends, forces and new segments do not wait for it, disk space does.
 * What it has not confirmed, be it that it says so, throws or the process ends, it is given again, after a while that grows from a
 * tenth of a second to a minute. A segment can be given again although it was confirmed, after a crash between the two; so
 * archiving must be idempotent: same number, same checksum, same bytes.
 *
 * <pre>{@code
 * SegmentArchive archive = segment -> {
 *     Path copy = backup.resolve(segment.path().getFileName());
 *     Path part = backup.resolve(segment.number() + ".part");
 *     Files.copy(segment.path(), part, StandardCopyOption.REPLACE_EXISTING);
 *     try (FileChannel bytes = FileChannel.open(part, StandardOpenOption.WRITE)) {
 *         bytes.force(true);
 *     }
 *     Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
 *     try (FileChannel names = FileChannel.open(backup)) {
 *         names.force(true);    // the new name is durable, too; not on Windows
 *     }
 *     return true;
 * };
 * }</pre>
 *
 * <p>{@link Journal#close()} waits for it no longer than {@link JournalConfig#withCloseTimeout} says, then interrupts it, and goes
 * on without.
 */
@FunctionalInterface
public interface SegmentArchive {

    /**
     * Copies a segment to where it is safe.
     *
     * @param segment to copy; the file stays as it is until this returns
     * @return true if the copy is safe, so that the segment may go; false to be given it again later
     * @throws Exception whatever keeps it from doing that; it is told to {@link JournalListener#onArchiveFailed}, and tried again
     */
    boolean archive(SealedSegment segment) throws Exception;
}
