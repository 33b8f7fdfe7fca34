// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** What this process has used up. */
final class ProcessTime {

    private ProcessTime() {}

    /** Nanoseconds of processors, all threads; 0 if the JVM does not tell. */
    static long cpuNs() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    /** Bytes allocated by the threads that live; 0 if the JVM does not tell. */
    static long allocatedBytes() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                        .filter(bytes -> bytes > 0)
                        .sum()
                : 0;
    }
}
