// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.orders;

import java.nio.ByteBuffer;

/**
 * One event of an exchange, as a flyweight: it lies in a buffer, where it is written and read field by field, and nothing is
 * made for it. The layout is a block of fixed length, little-endian, as a generator for SBE would make it; a later version
 * adds fields at its end, and whoever does not know them does not see them.
 */
public final class OrderEvent {

    /** How long an event is, in bytes. */
    public static final int LENGTH = 40;

    private static final int EXCHANGE_TIME = 0;
    private static final int ORDER = 8;
    private static final int PRICE = 16;
    private static final int AMOUNT = 24;
    private static final int SIDE = 32;
    private static final int ACTION = 33;

    /** Who gives the order. */
    public enum Side {
        /** Whoever wants to buy. */
        BUY('B'),
        /** Whoever wants to sell. */
        SELL('S');

        private final byte code;

        Side(final char code) {
            this.code = (byte) code;
        }

        private static Side of(final byte code) {
            return switch (code) {
                case 'B' -> BUY;
                case 'S' -> SELL;
                default -> throw new IllegalArgumentException("no side has this code: code=" + code);
            };
        }
    }

    /** What has become of the order. */
    public enum Action {
        /** It is new. */
        CREATED('+'),
        /** Its amount is another now. */
        CHANGED('='),
        /** It is gone. */
        DELETED('-');

        private final byte code;

        Action(final char code) {
            this.code = (byte) code;
        }

        private static Action of(final byte code) {
            return switch (code) {
                case '+' -> CREATED;
                case '=' -> CHANGED;
                case '-' -> DELETED;
                default -> throw new IllegalArgumentException("no action has this code: code=" + code);
            };
        }
    }

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;

    /**
     * Goes to an event.
     *
     * @param newBuffer that holds it, little-endian
     * @param newOffset of its first byte
     * @return this
     */
    public OrderEvent wrap(final ByteBuffer newBuffer, final int newOffset) {
        buffer = newBuffer;
        offset = newOffset;
        return this;
    }

    /**
     * Sets the time.
     *
     * @param exchangeTimeMs of the exchange, in milliseconds since the beginning of 1970
     * @return this
     */
    public OrderEvent exchangeTimeMs(final long exchangeTimeMs) {
        buffer.putLong(offset + EXCHANGE_TIME, exchangeTimeMs);
        return this;
    }

    /**
     * The time.
     *
     * @return of the exchange, in milliseconds since the beginning of 1970
     */
    public long exchangeTimeMs() {
        return buffer.getLong(offset + EXCHANGE_TIME);
    }

    /**
     * Sets the order.
     *
     * @param order number of it
     * @return this
     */
    public OrderEvent order(final long order) {
        buffer.putLong(offset + ORDER, order);
        return this;
    }

    /**
     * The order.
     *
     * @return number of it
     */
    public long order() {
        return buffer.getLong(offset + ORDER);
    }

    /**
     * Sets the price.
     *
     * @param price in cents
     * @return this
     */
    public OrderEvent price(final long price) {
        buffer.putLong(offset + PRICE, price);
        return this;
    }

    /**
     * The price.
     *
     * @return in cents
     */
    public long price() {
        return buffer.getLong(offset + PRICE);
    }

    /**
     * Sets the amount that is left.
     *
     * @param amount in units of 10⁻⁸
     * @return this
     */
    public OrderEvent amount(final long amount) {
        buffer.putLong(offset + AMOUNT, amount);
        return this;
    }

    /**
     * The amount that is left.
     *
     * @return in units of 10⁻⁸
     */
    public long amount() {
        return buffer.getLong(offset + AMOUNT);
    }

    /**
     * Sets the side.
     *
     * @param side of the order
     * @return this
     */
    public OrderEvent side(final Side side) {
        buffer.put(offset + SIDE, side.code);
        return this;
    }

    /**
     * The side.
     *
     * @return of the order
     */
    public Side side() {
        return Side.of(buffer.get(offset + SIDE));
    }

    /**
     * Sets what has happened.
     *
     * @param action to the order
     * @return this
     */
    public OrderEvent action(final Action action) {
        buffer.put(offset + ACTION, action.code);
        return this;
    }

    /**
     * What has happened.
     *
     * @return to the order
     */
    public Action action() {
        return Action.of(buffer.get(offset + ACTION));
    }
}
