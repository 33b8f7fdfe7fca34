// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Makes up the events of an order book, the same ones for the same seed: orders are added, changed and removed, and
 * sometimes two of them trade, which is three events that belong together. Prices walk at random.
 *
 * <p>An event in bytes, little-endian: its number, order, price, quantity, eight bytes each; the second order of a trade,
 * or a free text, of 0 to 64 bytes.
 *
 * <p>Owned by one thread; allocates nothing while it works.
 */
final class MarketEvents {

    static final int ORDER_ADDED = 1;
    static final int ORDER_CHANGED = 2;
    static final int ORDER_REMOVED = 3;
    static final int TRADE = 4;

    /** Most events that belong together. */
    static final int MAX_GROUP_COUNT = 3;

    static final int MAX_EVENT_LENGTH = 4 * Long.BYTES + 64;

    private static final int ORDER_COUNT = 4096;
    private static final int TRADE_EVERY = 16;

    private final SplittableRandom random;
    private final long[] orders = new long[ORDER_COUNT];
    private final long[] prices = new long[ORDER_COUNT];
    private final long[] quantities = new long[ORDER_COUNT];

    private long nextOrder = 1;
    private long nextEvent = 1;
    private long middlePrice = 23_647;

    private int groupCount;
    private final int[] types = new int[MAX_GROUP_COUNT];
    private final int[] slots = new int[MAX_GROUP_COUNT];
    private final int[] lengths = new int[MAX_GROUP_COUNT];
    private int counterpart;
    private long text;

    MarketEvents(final long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * Goes to the next group of events.
     *
     * @return how many events belong together: 1 or 3
     */
    int next() {
        final int slot = random.nextInt(ORDER_COUNT);
        final int otherSlot = random.nextInt(ORDER_COUNT);
        if (quantities[slot] == 0) {
            add(slot);
        } else if (random.nextInt(TRADE_EVERY) == 0 && otherSlot != slot && quantities[otherSlot] > 0) {
            trade(slot, otherSlot);
        } else {
            quantities[slot] = random.nextInt(3) == 0 ? 0 : quantities[slot] / 2;
            single(quantities[slot] == 0 ? ORDER_REMOVED : ORDER_CHANGED, slot);
        }
        text = random.nextLong();
        return groupCount;
    }

    private void add(final int slot) {
        middlePrice += random.nextInt(3) - 1;
        orders[slot] = nextOrder++;
        prices[slot] = middlePrice + random.nextInt(200) - 100;
        quantities[slot] = 1L + random.nextInt(1_000_000);
        single(ORDER_ADDED, slot);
    }

    private void single(final int type, final int slot) {
        groupCount = 1;
        event(0, type, slot, random.nextInt(8) == 0 ? 8 * random.nextInt(9) : 0);
    }

    private void trade(final int slot, final int otherSlot) {
        groupCount = MAX_GROUP_COUNT;
        counterpart = otherSlot;
        final long traded = Math.min(quantities[slot], quantities[otherSlot]);
        quantities[slot] -= traded;
        quantities[otherSlot] -= traded;
        event(0, TRADE, slot, Long.BYTES);
        event(1, quantities[slot] == 0 ? ORDER_REMOVED : ORDER_CHANGED, slot, 0);
        event(2, quantities[otherSlot] == 0 ? ORDER_REMOVED : ORDER_CHANGED, otherSlot, 0);
    }

    private void event(final int index, final int type, final int slot, final int extraLength) {
        types[index] = type;
        slots[index] = slot;
        lengths[index] = 4 * Long.BYTES + extraLength;
    }

    /** Type of an event of the group. */
    int type(final int index) {
        return types[index];
    }

    /** Length in bytes of an event of the group. */
    int length(final int index) {
        return lengths[index];
    }

    /** Writes an event of the group; once each, in their order. The buffer must be little-endian. */
    void encode(final int index, final ByteBuffer buffer, final int offset) {
        final int slot = slots[index];
        buffer.putLong(offset, nextEvent++);
        buffer.putLong(offset + Long.BYTES, orders[slot]);
        buffer.putLong(offset + 2 * Long.BYTES, prices[slot]);
        buffer.putLong(offset + 3 * Long.BYTES, quantities[slot]);
        for (int at = 4 * Long.BYTES; at < lengths[index]; at += Long.BYTES) {
            buffer.putLong(offset + at, types[index] == TRADE ? orders[counterpart] : text);
        }
    }
}
