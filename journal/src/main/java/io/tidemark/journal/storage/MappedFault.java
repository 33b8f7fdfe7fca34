// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

/**
 * Brings forth the error for a fault in a mapped page, where it can still be told what it is about.
 *
 * <p>HotSpot turns the {@code SIGBUS} of such a fault into an {@link InternalError}. JDK 25 throws it at once. JDK 17 notes
 * it against the thread, and throws it in whatever that does when it next comes by a place that looks for notes. Neither
 * native methods nor safepoints that nobody asked for are such places (probed on 17: nine kinds of calls, dozens of stores
 * swallowed with each); allocating an array of arrays whose lengths the compiler does not know is one in the interpreter
 * and in both compilers. In {@code Unsafe.invokeCleaner} the error must not come up: the JDK ends the JVM there.
 */
public final class MappedFault {

    private static volatile int length = 1;

    @SuppressWarnings("unused")
    private static volatile byte[][] allocated = new byte[0][];

    private MappedFault() {}

    /**
     * Throws what is noted against the calling thread. Too slow for each record: a tenth of a microsecond and some bytes.
     *
     * @throws InternalError if the thread accessed a mapped page that could not be reached
     */
    public static void throwPending() {
        allocated = new byte[length][length];
    }
}
