// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Which dirty sectors of one file reach the disk. The shapes are there because even choices sector by sector would
 * almost never make the cases that matter: nothing lost, all lost, a hole before something that was kept.
 */
enum Survival {
    /** Every dirty sector. */
    EVERYTHING,
    /** No dirty sector. */
    NOTHING,
    /** Those before a boundary, as if they had been written in order. */
    EARLIER,
    /** Those behind a boundary, so that what was stored first is missing. */
    LATER,
    /** All but one. */
    ALL_BUT_ONE,
    /** Only one. */
    ONLY_ONE,
    /** Each by a choice of its own. */
    SCATTERED;

    /** What a device writes at once, or tears. */
    static final int SECTOR_LENGTH = 512;

    /** What a processor stores at once, and no tear divides. */
    static final int WORD_LENGTH = 8;

    private static final int SECTORS_PER_PAGE = SimulatedFile.PAGE_LENGTH / SECTOR_LENGTH;
    private static final Survival[] ALL = values();

    private enum Fate {
        KEPT,
        LOST,
        TORN
    }

    static Survival choose(final RandomGenerator random) {
        return ALL[random.nextInt(ALL.length)];
    }

    /** Chooses the length that a file has afterwards, between that which is durable and that which it had. */
    int length(final RandomGenerator random, final int durable, final int present) {
        if (durable >= present || this == NOTHING) {
            return durable;
        }
        return switch (this == EVERYTHING ? 0 : random.nextInt(4)) {
            case 0 -> present;
            case 1 -> durable;
            case 2 -> random.nextInt(durable, present + 1);
            default -> Math.max(durable, random.nextInt(durable, present + 1) / SECTOR_LENGTH * SECTOR_LENGTH);
        };
    }

    /**
     * Writes some dirty sectors to the disk.
     *
     * @param random makes the choices
     * @param sectors that are dirty, ascending
     * @param file whose sectors they are
     * @param tearing whether a sector may also be written in part
     */
    void apply(final RandomGenerator random, final int[] sectors, final SimulatedFile file, final boolean tearing) {
        final int chosen = random.nextInt(sectors.length);
        // Half of the boundaries lie between pages and tear nothing: what a kernel does that writes pages whole.
        final boolean pages = random.nextBoolean();
        final int boundary = pages ? firstOfPage(sectors, chosen) : chosen;
        for (int i = 0; i < sectors.length; i++) {
            final Fate fate = fate(random, i, boundary, pages);
            if (fate == Fate.KEPT || (fate == Fate.TORN && !tearing && random.nextBoolean())) {
                file.writeSector(sectors[i]);
            } else if (fate == Fate.TORN && tearing) {
                tear(random, file, sectors[i]);
            }
        }
    }

    private Fate fate(final RandomGenerator random, final int index, final int boundary, final boolean pages) {
        final Fate atBoundary = pages ? Fate.LOST : Fate.TORN;
        return switch (this) {
            case EVERYTHING -> Fate.KEPT;
            case NOTHING -> Fate.LOST;
            case EARLIER -> index < boundary ? Fate.KEPT : index == boundary ? atBoundary : Fate.LOST;
            case LATER -> index > boundary ? Fate.KEPT : index == boundary ? atBoundary : Fate.LOST;
            case ALL_BUT_ONE -> index == boundary ? atBoundary : Fate.KEPT;
            case ONLY_ONE -> index == boundary ? pages ? Fate.KEPT : Fate.TORN : Fate.LOST;
            case SCATTERED ->
                switch (random.nextInt(5)) {
                    case 0, 1 -> Fate.KEPT;
                    case 2, 3 -> Fate.LOST;
                    default -> Fate.TORN;
                };
        };
    }

    private static int firstOfPage(final int[] sectors, final int index) {
        final int page = sectors[index] / SECTORS_PER_PAGE;
        int first = index;
        while (first > 0 && sectors[first - 1] / SECTORS_PER_PAGE == page) {
            first--;
        }
        return first;
    }

    /** Writes some of the words in which cache and disk differ: the first ones, the last ones, or any. */
    private static void tear(final RandomGenerator random, final SimulatedFile file, final int sector) {
        final int[] words = file.dirtyWords(sector);
        final int boundary = words.length < 2 ? random.nextInt(2) : random.nextInt(1, words.length);
        final int way = random.nextInt(3);
        for (int i = 0; i < words.length; i++) {
            final boolean kept = switch (way) {
                case 0 -> i < boundary;
                case 1 -> i >= boundary;
                default -> random.nextBoolean();
            };
            if (kept) {
                file.writeWord(words[i]);
            }
        }
    }

    static int[] append(final int[] values, final int count, final int value) {
        final int[] target = count == values.length ? Arrays.copyOf(values, Math.max(16, count * 2)) : values;
        target[count] = value;
        return target;
    }
}
