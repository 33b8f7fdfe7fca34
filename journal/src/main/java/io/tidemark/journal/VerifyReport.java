// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

/**
 * What reading a whole journal found: {@link JournalReader#verify()}.
 *
 * @param verdict on the journal
 * @param recordCount number of whole records, those of the journal itself included
 * @param firstSequence first sequence found; 0 if there is none
 * @param lastSequence last sequence of the unbroken chain; 0 if there is none
 * @param file in which the chain ends
 * @param offset in that file at which it ends, in bytes
 * @param nextSequence that was expected there
 * @param finding what was found there
 * @param metaSlotsDamaged number of slots of {@code journal.meta} that are not whole. With one the journal can be read, and
 *     opening it for writing mends that; with both it is corrupt
 */
public record VerifyReport(
        Verdict verdict,
        long recordCount,
        long firstSequence,
        long lastSequence,
        String file,
        long offset,
        long nextSequence,
        String finding,
        int metaSlotsDamaged) {

    /** How a journal can be. */
    public enum Verdict {
        /** Every record that was ever durable is there, and nothing else. */
        INTACT,
        /** Behind what was durable there is something unfinished; opening for writing will cut it. */
        TORN_TAIL,
        /** Something that had been durable is damaged or missing. */
        CORRUPT
    }
}
