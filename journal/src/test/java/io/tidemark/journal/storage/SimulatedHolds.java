// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.util.HashMap;
import java.util.Map;

/**
 * Which process holds which segment of which file of leases, and how often; and who has claimed one. Guarded by
 * {@link SimulatedMachine}.
 */
final class SimulatedHolds {

    private record Place(SimulatedFile file, long segment) {}

    private final Map<Place, Map<SimulatedStorage, Integer>> holders = new HashMap<>();
    private final Map<Place, SimulatedStorage> claimers = new HashMap<>();

    boolean tryHold(final SimulatedFile file, final long segment, final SimulatedStorage process) {
        final Place place = new Place(file, segment);
        if (claimers.containsKey(place)) {
            return false;
        }
        holders.computeIfAbsent(place, key -> new HashMap<>()).merge(process, 1, Integer::sum);
        return true;
    }

    void letGo(final SimulatedFile file, final long segment, final SimulatedStorage process) {
        final Place place = new Place(file, segment);
        final Map<SimulatedStorage, Integer> counts = holders.get(place);
        if (counts == null || !counts.containsKey(process)) {
            throw new IllegalStateException("segment is not held: " + segment);
        }
        counts.computeIfPresent(process, (key, count) -> count == 1 ? null : count - 1);
        if (counts.isEmpty()) {
            holders.remove(place);
        }
    }

    boolean tryClaim(final SimulatedFile file, final long segment, final SimulatedStorage process) {
        final Place place = new Place(file, segment);
        return !holders.containsKey(place) && claimers.putIfAbsent(place, process) == null;
    }

    void unclaim(final SimulatedFile file, final long segment) {
        claimers.remove(new Place(file, segment));
    }

    /** A process has ended, and all that it held with it. */
    void end(final SimulatedStorage process) {
        holders.values().forEach(counts -> counts.remove(process));
        holders.values().removeIf(Map::isEmpty);
        claimers.values().removeIf(claimer -> claimer == process);
    }

    /** Whether nobody holds or claims anything. */
    boolean isEmpty() {
        return holders.isEmpty() && claimers.isEmpty();
    }
}
