// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private static final long FORCE_NS = 80_000;
    private static final long DELAY_NS = FORCE_NS / 4;

    private final GroupCommit groupCommit = new GroupCommit();
    private long nowNs = 1_000_000;

    @Test
    void isDueShouldNotDelayWhenNothingWasForcedYet() {
        assertTrue(groupCommit.isDue(1, nowNs));
    }

    @Test
    void isDueShouldNotDelayWhenOneThreadAppends() {
        for (int force = 0; force < 10; force++) {
            assertTrue(groupCommit.isDue(1, nowNs));
            groupCommit.forced(1, FORCE_NS);
        }
    }

    @Test
    void isDueShouldWaitUntilAllHaveComeWhenTheyWereKnownToWait() {
        groupCommit.forced(8, FORCE_NS);
        assertFalse(groupCommit.isDue(4, nowNs));
        assertFalse(groupCommit.isDue(7, nowNs + DELAY_NS - 1));
        assertTrue(groupCommit.isDue(8, nowNs + DELAY_NS - 1));
    }

    @Test
    void isDueShouldWaitNoLongerThanAPartOfAForceWhenSomeDoNotCome() {
        groupCommit.forced(8, FORCE_NS);
        assertFalse(groupCommit.isDue(1, nowNs));
        assertEquals(DELAY_NS, groupCommit.leftNs(nowNs));
        assertFalse(groupCommit.isDue(7, nowNs + DELAY_NS - 1));
        assertEquals(1, groupCommit.leftNs(nowNs + DELAY_NS - 1));
        assertTrue(groupCommit.isDue(7, nowNs + DELAY_NS));
    }

    @Test
    void isDueShouldWaitNoLongerThanATenthOfAMillisecondWhenForcesAreSlow() {
        groupCommit.forced(8, 50_000_000);
        assertFalse(groupCommit.isDue(1, nowNs));
        assertFalse(groupCommit.isDue(1, nowNs + 99_999));
        assertTrue(groupCommit.isDue(1, nowNs + 100_000));
    }

    @Test
    void isDueShouldDelayEverFewerForcesWhenNobodyComes() {
        int delayed = 0;
        for (int force = 0; force < 200; force++) {
            groupCommit.forced(2, FORCE_NS);
            if (!groupCommit.isDue(1, nowNs)) {
                delayed++;
                assertTrue(groupCommit.isDue(1, nowNs + DELAY_NS));
            }
            nowNs += FORCE_NS;
        }
        // After 0, 1, 3, 7, 15, 31, 63 and 63 forces that were not delayed.
        assertEquals(8, delayed);
    }

    @Test
    void isDueShouldDelayAgainWhenAllHaveComeOnce() {
        groupCommit.forced(2, FORCE_NS);
        for (int force = 0; force < 4; force++) {
            giveUp();
        }
        assertTrue(groupCommit.isDue(2, nowNs));
        groupCommit.forced(2, FORCE_NS);
        giveUp();
        assertTrue(groupCommit.isDue(1, nowNs));
        groupCommit.forced(2, FORCE_NS);
        assertFalse(groupCommit.isDue(1, nowNs), "one force only was to be made at once");
    }

    /** Makes forces at once until one is delayed, for which nobody comes. */
    private void giveUp() {
        while (groupCommit.isDue(1, nowNs)) {
            groupCommit.forced(2, FORCE_NS);
        }
        nowNs += DELAY_NS;
        assertTrue(groupCommit.isDue(1, nowNs));
        groupCommit.forced(2, FORCE_NS);
    }
}
