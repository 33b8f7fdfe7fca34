// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Policies are values: equal by what they say, and readable in a log. */
class PolicyTest {

    private static SyncPolicy batch(final long records, final long bytes, final long delayMs) {
        return SyncPolicy.batch(records, bytes, Duration.ofMillis(delayMs));
    }

    @Test
    void equalsShouldHoldWhenSyncPoliciesHaveTheSameLimits() {
        assertEquals(batch(3, 4096, 5), batch(3, 4096, 5));
        assertEquals(batch(3, 4096, 5).hashCode(), batch(3, 4096, 5).hashCode());
        assertEquals(SyncPolicy.always(), SyncPolicy.always());
    }

    @Test
    void equalsShouldNotHoldWhenSyncPoliciesDiffer() {
        final List<SyncPolicy> different = List.of(
                SyncPolicy.always(),
                SyncPolicy.never(),
                SyncPolicy.batch(1, 1, Duration.ZERO),
                batch(3, 4096, 5),
                batch(4, 4096, 5),
                batch(3, 4097, 5),
                batch(3, 4096, 6));
        for (final SyncPolicy one : different) {
            for (final SyncPolicy other : different) {
                assertEquals(one.toString().equals(other.toString()), one.equals(other), () -> one + " and " + other);
            }
        }
        assertNotEquals(SyncPolicy.always(), RetentionPolicy.keepAll());
    }

    @Test
    void toStringShouldNameLimitsAndHoldsWhenRetentionHasThem() {
        assertEquals(
                "keep all(checked every 1000000000 ns)",
                RetentionPolicy.keepAll().toString());
        assertEquals(
                "keep(60000000000 ns of age, 4096 bytes, 7 records, checkpoint held, required readers [audit, billing], "
                        + "checked when a segment is full)",
                RetentionPolicy.keepAll()
                        .withMaxAge(Duration.ofMinutes(1))
                        .withMaxBytes(4096)
                        .withMaxRecords(7)
                        .withCheckpointHeld()
                        .withRequiredReaders("billing", "audit")
                        .withCheckInterval(Duration.ofDays(400_000))
                        .toString());
    }
}
