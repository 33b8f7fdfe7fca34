// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecordTypeTest {

    private static final int SKIPPABLE_BIT = 0x4000;

    private static boolean isSkippable(final int type) {
        return (type & SKIPPABLE_BIT) != 0;
    }

    @Test
    void isReadableShouldHoldForUsersKnownAndSkippableTypesWhenAllTypesAreTried() {
        for (int type = Short.MIN_VALUE; type <= Short.MAX_VALUE; type++) {
            final boolean user = type >= 0;
            final boolean skippable = isSkippable(type);
            final String message = "type=" + type;
            assertEquals(user, RecordType.isUser(type), message);
            assertEquals(user || skippable || type == RecordType.SEAL, RecordType.isReadable(type), message);
            assertEquals(type != RecordType.SEAL, RecordType.takesSequence(type), message);
        }
    }

    @Test
    void ownTypesShouldBeBelowZeroAndKeepTheirNumbers() {
        assertEquals((short) 0x8001, RecordType.SEAL);
        assertEquals((short) 0xC001, RecordType.ABORTED);
        assertFalse(isSkippable(RecordType.SEAL), "who does not know a seal must not go on");
        assertTrue(isSkippable(RecordType.ABORTED), "an aborted claim means nothing to a reader");
        assertEquals(0, RecordType.USER_MIN);
        assertEquals(Short.MAX_VALUE, RecordType.USER_MAX);
    }
}
