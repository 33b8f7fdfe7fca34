// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * How a subject is to be set up.
 *
 * @param directory for its files; does not exist yet
 * @param durability when to force
 * @param recordLength of every record, in bytes
 * @param recordCount that will be appended at most; what has no segments prepares a file for all of them
 * @param producerCount number of producers
 * @param segmentLength of segments, in bytes, for those that have them
 * @param standbyCount number of segments prepared ahead
 * @param queueLength of the memory in which records wait, in bytes, for those that have such
 * @param spinning whether threads of the subject spin instead of parking
 * @param onDurable told how far everything is durable, if the subject tells that; must be fast
 */
public record SubjectPlan(
        Path directory,
        Durability durability,
        int recordLength,
        long recordCount,
        int producerCount,
        int segmentLength,
        int standbyCount,
        int queueLength,
        boolean spinning,
        LongConsumer onDurable) {

    /** When a subject forces. */
    public enum Durability {
        /** When it is told to, and where it must. */
        NEVER,
        /** Beside the appends: as the journal does by default, and what has no such policy by {@link BatchForce}. */
        BATCH,
        /** Before an append is acknowledged. */
        ALWAYS
    }

    /** The length of a queue where nothing else is asked for: what the journal has by default. */
    public static final int QUEUE_LENGTH = 16 << 20;

    /** Nobody wants to know. */
    public static final LongConsumer UNTOLD = ticket -> {};
}
