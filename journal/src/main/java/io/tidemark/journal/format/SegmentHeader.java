// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

/**
 * What the header page of a segment tells.
 *
 * @param journalIdHigh high half of the id of the journal the segment belongs to
 * @param journalIdLow low half of that id
 * @param number of the segment, from 1
 * @param segmentLength of the whole file, in bytes
 * @param epoch of the opening that made the segment
 * @param createdNs when it was made, in nanoseconds since the beginning of 1970, UTC
 */
public record SegmentHeader(
        long journalIdHigh, long journalIdLow, long number, int segmentLength, int epoch, long createdNs) {}
