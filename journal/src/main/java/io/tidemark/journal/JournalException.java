// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * Something kept the journal from doing what it was asked. The message says what, where, what was expected, what was
 * found, and what can be done. Unchecked, because most callers can only pass it on; those who can do more catch one of
 * the subclasses:
 *
 * <dl>
 *   <dt>{@link JournalLockedException}
 *   <dd>Another writer has the journal open. End that one, or read with a {@link JournalReader}.
 *   <dt>{@link NotAJournalException}
 *   <dd>There is no journal in the directory, or something else. Name another.
 *   <dt>{@link IncompatibleFormatException}
 *   <dd>Another version wrote it. Read it with that one.
 *   <dt>{@link CorruptJournalException}
 *   <dd>Something that had been durable is damaged. Restore it from a copy, or {@linkplain JournalReader#repair repair} it.
 *   <dt>{@link StorageFullException}, a {@link StorageException}
 *   <dd>There is no room. Make some: the journal then goes on by itself. What it names as accepted is not to be appended again.
 *   <dt>{@link StorageException}
 *   <dd>The file system refuses in another way. Set right what the message names, and try again.
 *   <dt>{@link JournalFailedException}
 *   <dd>The journal has ended itself. Close it, and open it again: that reads what is really on the disk.
 *   <dt>{@link JournalClosedException}
 *   <dd>The journal is closed. {@link Journal#durableSequence()} still tells what is durable.
 *   <dt>{@link OvertakenException}
 *   <dd>What was to be read was truncated. Go on at the head.
 *   <dt>{@link ReaderLockedException}
 *   <dd>Somebody else uses the name of a reader. Take another, or let that one end.
 *   <dt>{@link TailerLimitException}
 *   <dd>Too many tailers are open. Close one, or allow more.
 * </dl>
 *
 * <p>One that is none of these is rare; from {@link Journal#close()} it says that accepted records could not be written in the time
 * allowed.
 */
public class JournalException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     */
    public JournalException(final String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what the layer below said
     */
    public JournalException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
