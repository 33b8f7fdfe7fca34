// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import java.nio.file.Path;

/**
 * A segment that is full, durable to its end, and never changes again.
 *
 * @param path of the file
 * @param number of the segment
 * @param length of the file, in bytes
 * @param checksum CRC-32C of the whole file
 * @param firstSequence of the records in it
 * @param lastSequence of the records in it; one below the first if it has none
 */
public record SealedSegment(Path path, long number, long length, int checksum, long firstSequence, long lastSequence) {}
