// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.SegmentLayout;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A, B and C are written; B is torn in a crash; the journal is cut at B; a new B, as long as the old, is written. Now C is
 * whole, in its place, and next in sequence: a ghost.
 */
class GhostTest {

    private static final String SEGMENT = "00000000000000000001.segment";
    private static final int FRAME_LENGTH = 512;
    private static final int B_OFFSET = SegmentLayout.HEADER_PAGE_LENGTH + FRAME_LENGTH;
    private static final int C_OFFSET = B_OFFSET + FRAME_LENGTH;

    private final SimulatedStorage machine = new SimulatedStorage();

    private static byte[] payload(final char letter) {
        final byte[] bytes = new byte[FRAME_LENGTH - 32];
        Arrays.fill(bytes, (byte) letter);
        return bytes;
    }

    /** Puts the bytes of a file's range back as they were, as a power cut does that keeps an old sector. */
    private void putBack(final byte[] before, final int offset) throws IOException {
        final byte[] now = machine.contents(SEGMENT);
        for (int i = offset; i < offset + FRAME_LENGTH; i++) {
            final int mask = (now[i] ^ before[i]) & 0xFF;
            if (mask != 0) {
                machine.flip(SEGMENT, i, mask);
            }
        }
    }

    /** Leaves A, a torn B and a whole C behind, and returns the bytes of the segment before B was torn. */
    private byte[] writeAndTear() throws IOException {
        final Journal journal = SimulatedJournal.open(machine);
        final Appender appender = journal.appender();
        SimulatedJournal.append(journal, appender, payload('A'));
        SimulatedJournal.append(journal, appender, payload('B'));
        SimulatedJournal.append(journal, appender, payload('C'));
        journal.invokers().get(0).invoke();
        assertEquals(3, journal.writtenSequence());
        final byte[] before = machine.contents(SEGMENT);
        machine.kill();
        machine.zero(SEGMENT, B_OFFSET + 64, 64);
        return before;
    }

    @Test
    void openShouldNotBringBackRecordWhenItStoodBehindACut() throws IOException {
        final byte[] before = writeAndTear();
        final Journal second = SimulatedJournal.open(machine);
        assertTrue(second.recoveryReport().tailCut());
        assertEquals(1, second.lastSequence());
        assertEquals(2, SimulatedJournal.append(second, second.appender(), payload('b')));
        SimulatedJournal.flush(second);
        machine.kill();
        putBack(before, C_OFFSET);

        final VerifyReport report = Verification.run(machine.sibling(), 0);
        assertEquals(2, report.lastSequence(), report.toString());
        final Journal third = SimulatedJournal.open(machine);
        assertEquals(2, third.lastSequence());
        assertEquals(3, SimulatedJournal.append(third, third.appender(), payload('c')));
        third.close();
        final List<byte[]> payloads = SimulatedJournal.read(machine);
        assertEquals(3, payloads.size());
        assertArrayEquals(payload('A'), payloads.get(0));
        assertArrayEquals(payload('b'), payloads.get(1));
        assertArrayEquals(payload('c'), payloads.get(2));
    }

    @Test
    void openShouldNotTakeGhostForHoleWhenItStandsBehindTheEnd() throws IOException {
        writeAndTear();
        SimulatedJournal.open(machine);
        machine.kill();
        assertEquals(
                VerifyReport.Verdict.INTACT,
                Verification.run(machine.sibling(), 0).verdict());
        final Journal third = SimulatedJournal.open(machine);
        assertEquals(1, third.lastSequence());
        assertEquals(false, third.recoveryReport().tailCut());
    }
}
