// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.interleaving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Histories of a single number. An operation that is done inside of another overlaps with it. */
class HistoryTest {

    private final History<Integer> history = new History<>();

    private record Written(int value) implements Outcome<Integer> {
        @Override
        public Optional<Integer> after(final Integer before) {
            return Optional.of(value);
        }
    }

    private record Read(int value) implements Outcome<Integer> {
        @Override
        public Optional<Integer> after(final Integer before) {
            return before == value ? Optional.of(before) : Optional.empty();
        }
    }

    private void write(final int value) {
        history.call(() -> new Written(value));
    }

    private void read(final int value) {
        history.call(() -> new Read(value));
    }

    /** Something that happens while a number is being written. */
    private void writeAround(final int value, final Runnable inside) {
        history.call(() -> {
            inside.run();
            return new Written(value);
        });
    }

    @Test
    void requireLinearizableShouldGiveTheLastStateWhenOneFollowsTheOther() {
        write(1);
        read(1);
        write(2);
        assertEquals(2, history.requireLinearizable(0));
        assertEquals(3, history.count());
    }

    @Test
    void requireLinearizableShouldFailWhenOldValueIsReadAfterWrite() {
        write(1);
        read(0);
        final AssertionError error = assertThrows(AssertionError.class, () -> history.requireLinearizable(0));
        assertTrue(error.getMessage().contains("Read[value=0]"), error::getMessage);
    }

    @Test
    void requireLinearizableShouldAllowOldAndNewWhenReadOverlapsWrite() {
        writeAround(1, () -> {
            read(0);
            read(1);
        });
        assertEquals(1, history.requireLinearizable(0));
    }

    @Test
    void requireLinearizableShouldFailWhenNewIsReadBeforeOld() {
        writeAround(1, () -> {
            read(1);
            read(0);
        });
        assertThrows(AssertionError.class, () -> history.requireLinearizable(0));
    }

    @Test
    void requireLinearizableShouldTryAllOrdersWhenManyOverlap() {
        writeAround(
                1,
                () -> writeAround(
                        2,
                        () -> writeAround(3, () -> {
                            read(2);
                            read(1);
                            read(3);
                        })));
        assertEquals(3, history.requireLinearizable(0));
    }
}
