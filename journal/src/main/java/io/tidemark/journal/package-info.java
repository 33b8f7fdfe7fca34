// SPDX-License-Identifier: Apache-2.0
/**
 * Tidemark: an embeddable write-ahead journal. This page has what holds for the whole API, and then a tour of the engine.
 *
 * <p><b>The face:</b> {@link io.tidemark.journal.Journal} is open for writing and gives out
 * {@link io.tidemark.journal.Appender}s, one for each thread. {@link io.tidemark.journal.JournalReader} looks from outside.
 * A {@link io.tidemark.journal.Tailer} follows, from inside or outside; a {@link io.tidemark.journal.NamedReader} keeps its
 * position in the directory.
 * {@link io.tidemark.journal.JournalConfig} is a value; {@link io.tidemark.journal.SyncPolicy} says when to force.
 * {@link io.tidemark.journal.JournalListener} and {@link io.tidemark.journal.JournalCounters} tell what happens.
 *
 * <p><b>What holds everywhere:</b>
 *
 * <ul>
 *   <li>Sequences are those of records: dense, from 1; 0 is before the first.
 *   <li>Lengths and offsets are in bytes, counts are numbers of things. What ends in Ns is in nanoseconds. A {@link
 *       java.time.Duration} of more than 292 years is for ever.
 *   <li>Nothing may be null that is not marked so; it is refused with a {@link java.lang.NullPointerException}.
 *   <li>An {@link java.lang.IllegalArgumentException} or {@link java.lang.IndexOutOfBoundsException} is a mistake of the caller, seen
 *       before anything is done. An {@link java.lang.IllegalStateException} says that something was closed or completed before, is
 *       in use, or that this thread would wait for itself. Whatever else keeps the journal from doing what it was asked is a
 *       {@link io.tidemark.journal.JournalException}, which lists the kinds, and what to do about each. All are unchecked.
 *   <li>Values are immutable; of what has a state, each class says which threads may use it. Who opens something closes it.
 * </ul>
 *
 * <p>Beside this package, {@link io.tidemark.journal.spi}, {@link io.tidemark.journal.histogram} and {@link
 * io.tidemark.journal.jmx} are for users. The others are public only to be reached from here, and change without notice.
 *
 * <p><b>The engine:</b>
 *
 * <pre>
 *  producer threads              | writer thread            | sync thread             | any thread
 *                                |                          |                         |
 *  Appender.append -> AppendQueue -> frames into the mapped -> force [durable, written) -> awaitDurable,
 *    &lt;- sequence      (byte ring)  | segment; first word      | raise the durable mark  | DurabilityListener
 *                                | last, with release       |                         |
 *                                |   roll: take a standby   |   keeper thread: standbys, meta file, unmapping
 *  readers &lt;- files &lt;- the word of each frame               |
 *  tailers &lt;- mapped segment &lt;- the word, or the mark       |
 * </pre>
 *
 * <p><b>The way of a record:</b>
 *
 * <ol>
 *   <li>An appender claims bytes and a sequence in the {@code AppendQueue} with one compare-and-set, fills the frame and
 *       commits it.
 *   <li>The {@code WriterAgent} takes what is committed in a row, completes the frames (time, epoch, durable lag,
 *       checksum), lets a {@code RunStore} put them into the {@code Segment}, and makes them visible with one word. That is done in
 *       the mapping, without a system call, or, where each append waits for its force, in the file. Where a segment is full it seals
 *       it and takes a standby.
 *   <li>The {@code SyncAgent} forces what was written when the policy says so, and raises the {@code DurableMark}, which wakes
 *       those who wait.
 *   <li>The {@code KeeperAgent} lets {@code SegmentRelease} unmap what is full and forced, writes the mark to the meta file now
 *       and then, so that recovery need not read far, and lets go what was truncated. Its {@code StandbySupply} makes standbys, of {@code Spares} where
 *       there are any, and lets new records be refused when the {@code SpaceReserve} finds too little room.
 * </ol>
 *
 * <p><b>Threads:</b> every mutable field has one owning thread, which its class names. Data flows one way; what flows back
 * are two numbers, written and durable, and the room in the queue. {@code Engine} is what the threads share, and says of each
 * field who writes it. The agents are Agrona agents: run by {@code JournalThreads}, by threads of the user that invoke the writer
 * or all of them, or stepped by a test; where each append waits for its force, {@code WriteThenSyncAgent} runs two of them on one
 * thread. {@code AgentThreads} knows which thread is at it, and what one does that waits.
 *
 * <p><b>Coming back:</b> {@code JournalOpening} takes the lock and lets {@code Recovery} find the end of the journal. A
 * {@code JournalScan} walks the chain of frames, {@code JournalTail} judges where it breaks off, and {@code RecoveryCase} is
 * the table that decides. {@code TailSearch} looks behind the break for frames that prove what had been durable: that is how
 * corruption is told from a torn tail. {@code Replay} and {@code Verification} walk the same way, by positional reads of a
 * {@code SegmentReader}; where one reads much in a row, {@code ReadAhead} lets a second thread help.
 *
 * <p><b>Following:</b> a tailer goes through mapped segments: {@code TailerChain} stands at the word of the next frame, and
 * {@code TailedSegment} is what it has mapped. How far it may go is told by {@code EngineMarks} in the writing process, by
 * {@code PublishedMarks} in others.
 *
 * <p><b>Finding a place:</b> {@code StartSearch} goes to a sequence or a time through {@code JournalIndex}, which is never believed
 * before the frame was seen, or through the segments themselves. {@code IndexKeeping} writes the index when nothing else is to do.
 *
 * <p><b>Letting go:</b> a {@link io.tidemark.journal.Checkpoint} says that the user's data holds what the journal holds. The
 * keeper then moves the head durably, and {@code Truncation} lets the segments before it go, one by one: their files are used
 * again, or deleted. {@code Retention} asks for the same by the {@link io.tidemark.journal.RetentionPolicy}. {@code HeadGuard}
 * sees what holds the head: a {@link io.tidemark.journal.Pin}, or a named reader; {@code ArchiveAgent} what holds the files.
 * Tailers hold what they have mapped by {@code TailerLeases}, and so keep it from being used again. Other readers hold no lock:
 * {@code JournalLook} tells what was truncated while they looked from what is lost.
 *
 * <p><b>Beside the journal:</b> {@link io.tidemark.journal.GuardedChannel} writes pages of data files, none before its record
 * is durable. {@code Repair} takes what is whole from a damaged journal into a new one: {@code SalvageScan} finds every whole
 * frame of a segment, {@code SalvageSelection} chooses, {@code SalvageCopy} writes, {@code SalvageLedger} keeps account.
 *
 * <p><b>Failure:</b> the first failure of a force, or of anything else that durability rests on, ends the instance: waiters
 * get the cause, the durable mark freezes, and only opening again goes on, with what is on the disk.
 *
 * <p><b>Counting:</b> agents count in {@code Counters}, each in a row of its own, and {@code CounterKeeping} brings that to a
 * mapped file, which other processes read. No decision rests on it.
 *
 * <p><b>Below:</b> {@link io.tidemark.journal.storage} is the seam to the operating system,
 * {@link io.tidemark.journal.format} the meaning of the bytes.
 */
@NullMarked
package io.tidemark.journal;

import org.jspecify.annotations.NullMarked;
