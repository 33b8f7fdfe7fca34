// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.CheckpointProtocol.Rule;
import io.tidemark.journal.CheckpointProtocol.Step;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order of the steps of {@link CheckpointProtocol}, up to a length: after each the power goes, and the data is rebuilt
 * from file and journal. A rule that is left out must be missed by some of them.
 */
class CheckpointProtocolTest {

    private static final int LENGTH = 6;

    /** A step more takes some five times as long. */
    private static final int LONG_LENGTH = 8;

    /** How long an order must be for each rule to be missed. */
    private static final int BROKEN_LENGTH = 5;

    private static final int CRASHES = 2;

    @Test
    void dataShouldBeRebuiltWhenThePowerGoesBehindAnyOrderOfSteps() throws IOException {
        final Search search = new Search(EnumSet.allOf(Rule.class), LENGTH);
        assertEquals(null, search.run());
        assertTrue(search.orders > 600, () -> "orders: " + search.orders);
    }

    @Test
    @Tag("long")
    void dataShouldBeRebuiltWhenThePowerGoesBehindAnyLongOrderOfSteps() throws IOException {
        final Search search = new Search(EnumSet.allOf(Rule.class), LONG_LENGTH);
        assertEquals(null, search.run());
        System.out.println("orders: " + search.orders);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void dataShouldNotBeRebuiltWhenARuleIsLeftOut(final Rule rule) throws IOException {
        final Search search = new Search(EnumSet.complementOf(EnumSet.of(rule)), BROKEN_LENGTH);
        final String found = search.run();
        System.out.println(rule + " left out: found after " + search.orders + " orders: " + found);
        assertTrue(found != null, () -> rule + " was left out, and nothing was found in " + search.orders + " orders");
    }

    /** Depth first, shorter orders before the longer ones that begin so. */
    private static final class Search {
        private final Set<Rule> rules;
        private final int maxLength;
        private final Deque<Step> order = new ArrayDeque<>();
        private int orders;

        Search(final Set<Rule> rules, final int maxLength) {
            this.rules = rules;
            this.maxLength = maxLength;
        }

        @Nullable
        String run() throws IOException {
            for (int length = 1; length <= maxLength; length++) {
                final String found = extend(length);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        private @Nullable String extend(final int length) throws IOException {
            if (order.size() == length) {
                return live();
            }
            for (final Step step : CheckpointProtocol.possible(List.copyOf(order), rules)) {
                order.addLast(step);
                final String found = extend(length);
                order.removeLast();
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        private @Nullable String live() throws IOException {
            final List<Step> steps = new ArrayList<>(order);
            orders++;
            for (int crash = 0; crash < CRASHES; crash++) {
                final String found = new CheckpointProtocol(rules).live(steps, 31L * orders + crash);
                if (found != null) {
                    return steps + ": " + found;
                }
            }
            return null;
        }
    }
}
