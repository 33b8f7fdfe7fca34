// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.FrameVerdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecoveryCaseTest {

    private static final boolean[] BOTH = {false, true};

    @Test
    void ofShouldFindExactlyOneRowWhenAnyCombinationIsSeen() {
        final Set<RecoveryCase> found = EnumSet.noneOf(RecoveryCase.class);
        for (final RecoveryCase.Tail tail : RecoveryCase.Tail.values()) {
            for (final boolean proven : BOTH) {
                for (final boolean framesBehind : BOTH) {
                    for (final boolean openBatch : BOTH) {
                        final List<RecoveryCase> rows = new ArrayList<>();
                        for (final RecoveryCase row : RecoveryCase.values()) {
                            if (row.matches(tail, proven, framesBehind, openBatch)) {
                                rows.add(row);
                            }
                        }
                        final String seen = tail + ", proven=" + proven + ", framesBehind=" + framesBehind
                                + ", openBatch=" + openBatch;
                        assertEquals(1, rows.size(), seen + ": " + rows);
                        assertEquals(rows.get(0), RecoveryCase.of(tail, proven, framesBehind, openBatch), seen);
                        found.addAll(rows);
                    }
                }
            }
        }
        assertEquals(EnumSet.allOf(RecoveryCase.class), found, "rows that nothing leads to");
    }

    @Test
    void decisionShouldNeverCutWhenNextRecordIsProvenDurable() {
        for (final RecoveryCase.Tail tail : RecoveryCase.Tail.values()) {
            for (final boolean framesBehind : BOTH) {
                for (final boolean openBatch : BOTH) {
                    final RecoveryCase.Decision decision =
                            RecoveryCase.of(tail, true, framesBehind, openBatch).decision();
                    assertTrue(
                            decision == RecoveryCase.Decision.REFUSE_CORRUPT
                                    || decision == RecoveryCase.Decision.REFUSE_TOO_NEW,
                            tail + " leads to " + decision);
                }
            }
        }
    }

    @Test
    void tailShouldKnowEveryVerdictWhenChainEnds() {
        for (final FrameVerdict verdict : FrameVerdict.values()) {
            if (verdict == FrameVerdict.WHOLE || verdict == FrameVerdict.MORE_NEEDED) {
                assertThrows(IllegalArgumentException.class, () -> RecoveryCase.Tail.of(verdict));
            } else {
                assertNotNull(RecoveryCase.Tail.of(verdict));
            }
        }
    }
}
