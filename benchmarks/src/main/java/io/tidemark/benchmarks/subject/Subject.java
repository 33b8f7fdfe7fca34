// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

/**
 * Something that takes records and keeps them, as a measurement sees it. A ticket is what an append gives: it grows from
 * append to append, and a later one covers all that came before it on the same producer.
 *
 * <p>A JVM measures one subject, so that the calls through these interfaces are compiled as direct ones.
 */
public interface Subject extends AutoCloseable {

    /** Appends records. Each producing thread has one of its own. */
    interface Producer {

        /**
         * Appends a record.
         *
         * @param record to be copied, from 0 to its limit; direct and little-endian
         * @return the ticket
         */
        long append(java.nio.ByteBuffer record);
    }

    /** Takes what a follower finds. */
    @FunctionalInterface
    interface RecordSink {

        /**
         * Takes one record.
         *
         * @param ticket of the record, or what comes nearest to it
         * @param buffer that holds it
         * @param offset in the buffer
         * @param length in bytes
         */
        void onRecord(long ticket, java.nio.ByteBuffer buffer, int offset, int length);
    }

    /** Reads along while records are appended. For one thread. */
    interface Follower extends AutoCloseable {

        /**
         * Gives the next records.
         *
         * @param sink takes them
         * @param limit of their number
         * @return how many there were
         */
        int poll(RecordSink sink, int limit);

        @Override
        void close();
    }

    /**
     * Makes a producer for the calling thread.
     *
     * @return a producer
     */
    Producer producer();

    /**
     * Makes a producer for a thread that follows on its own: where a follower that lags holds producers up, such a thread
     * would wait for itself.
     *
     * @param whileFull lets the follower read; called again and again while there is no room
     * @return a producer
     */
    default Producer producer(final Runnable whileFull) {
        return producer();
    }

    /**
     * Makes a follower that begins with the first record.
     *
     * @return a follower
     * @throws UnsupportedOperationException if the subject can't be followed
     */
    Follower follower();

    /**
     * Makes a follower for what is stored already: it begins with the first record, and checks what it reads if the subject can.
     *
     * @return a follower
     * @throws UnsupportedOperationException if the subject can't be read so
     */
    default Follower replayer() {
        return follower();
    }

    /**
     * Waits, spinning, until a record is written: a crash of the process can't take it away.
     *
     * @param ticket of the record
     */
    void awaitWritten(long ticket);

    /**
     * Waits until a record is durable, under a policy by which it becomes so; of many threads that wait, all share what forces there are.
     *
     * @param ticket of the record
     */
    void awaitDurable(long ticket);

    /**
     * Forces everything that was appended, and waits for it.
     *
     * @param ticket of the last record
     */
    void flush(long ticket);

    /**
     * Gives up records, if the subject can do that.
     *
     * @param upTo ticket of the last one to give up
     */
    default void truncate(final long upTo) {}

    /**
     * The ticket up to which everything is durable.
     *
     * @return a ticket; 0 if the subject does not tell
     */
    default long durableTicket() {
        return 0;
    }

    /** Waits until the subject has done what it does ahead, such as preparing files. */
    default void settle() {}

    /**
     * What happened that explains the figures.
     *
     * @return a few words, or nothing
     */
    default String remarks() {
        return "";
    }

    @Override
    void close();
}
