// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;

/**
 * How much one execution of a fuzz target may allocate, on the heap and outside of it. A length taken from a file and
 * believed shows here long before memory is used up.
 */
final class AllocationBound {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final BufferPoolMXBean DIRECT_BUFFERS =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findAny()
                    .orElseThrow();

    private static final int ATTEMPTS = 3;

    private final long heapLimit;
    private final long directLimit;

    AllocationBound(final long heapLimit, final long directLimit) {
        this.heapLimit = heapLimit;
        this.directLimit = directLimit;
    }

    /**
     * Runs an execution. One that allocates too much is run again: loading a class or instrumenting it allocates once, a
     * length that is believed does so each time.
     */
    void run(final Consumer<byte[]> execution, final byte[] data) {
        String excess = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final long directBefore = DIRECT_BUFFERS.getTotalCapacity();
            final long heapBefore = THREADS.getCurrentThreadAllocatedBytes();
            execution.accept(data);
            final long heap = THREADS.getCurrentThreadAllocatedBytes() - heapBefore;
            // A collection may have freed buffers of earlier executions meanwhile; then less is seen than there was.
            final long direct = DIRECT_BUFFERS.getTotalCapacity() - directBefore;
            if (heap <= heapLimit && direct <= directLimit) {
                return;
            }
            excess = heap + " bytes on the heap and " + direct + " outside";
        }
        throw new AssertionError("allocated " + excess + ", allowed are " + heapLimit + " and " + directLimit);
    }
}
