// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.storage.Fault;
import io.tidemark.journal.storage.StorageCall.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader looks at one file after the other, and a live writer goes on between any two looks. */
class LiveReaderTest {

    private static final int MOST_CALLS = 40;

    private final Script script = new Script();
    private final JournalReader reader;

    LiveReaderTest() {
        script.open();
        script.append(0, 10);
        script.flush();
        reader = JournalReader.open(script.storage());
    }

    /** Lets the writer go on for some segments behind the given call of the reader. */
    private void rollBehindCall(final int call) {
        script.storage().faults().clear();
        script.storage().faults().onNth(call, any -> any.kind() != Kind.FORCE_MAPPED, Fault.runAfter(() -> {
            for (int i = 0; i < 200; i++) {
                script.append(0, 900);
                script.settle();
            }
        }));
    }

    @Test
    void verifyShouldFindTheJournalIntactWhenItRollsBehindAnyCall() {
        for (int call = 1; call <= MOST_CALLS; call++) {
            rollBehindCall(call);
            final VerifyReport report = reader.verify();
            assertTrue(call > 5 || script.storage().faults().pendingCount() == 0, "the journal never rolled");
            assertEquals(VerifyReport.Verdict.INTACT, report.verdict(), "call=" + call + ", " + report);
        }
    }

    @Test
    void statusShouldBeToldWhenTheJournalRollsBehindAnyCall() {
        long last = 0;
        for (int call = 1; call <= MOST_CALLS; call++) {
            rollBehindCall(call);
            final JournalStatus status = reader.status();
            assertTrue(status.lastSequence() >= last, "call=" + call + ", " + status);
            last = status.lastSequence();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100})
    void replayShouldGiveEveryRecordWhenTheJournalRollsBehindAnyCall(final long fromSequence) {
        for (int call = 1; call <= MOST_CALLS; call++) {
            rollBehindCall(call);
            final long[] next = {fromSequence};
            final long end = reader.replay(
                    fromSequence,
                    (sequence, timestampNs, type, buffer, offset, length) -> assertEquals(next[0]++, sequence));
            assertTrue(end == Math.max(next[0], fromSequence), "call=" + call + ", end=" + end + ", next=" + next[0]);
        }
    }
}
