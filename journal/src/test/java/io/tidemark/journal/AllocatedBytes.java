// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;

/** What threads allocate while something is done again and again. */
public final class AllocatedBytes {

    private static final int WARM_UP = 60_000;
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocatedBytes() {}

    /**
     * The least that any of some rounds allocated, when everything is warm: compilers and statistics of the JVM may allocate in any
     * single one.
     *
     * @param threadIds whose allocation counts
     * @param call done some ten thousand times in a round
     * @return bytes
     */
    public static long least(final long[] threadIds, final IntConsumer call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.accept(i);
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            final long before = allocated(threadIds);
            for (int i = 0; i < CALLS; i++) {
                call.accept(i);
            }
            least = Math.min(least, allocated(threadIds) - before);
        }
        return least;
    }

    private static long allocated(final long[] threadIds) {
        long sum = 0;
        for (final long id : threadIds) {
            sum += THREADS.getThreadAllocatedBytes(id);
        }
        return sum;
    }
}
