// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.DurabilityListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Prints what an append has to say on standard output, from a thread of its own: a reader that is slow, or does not read
 * at all, must not hold up the thread that forces, nor keep the process from ending.
 *
 * <p>Of the durable sequences that pass by while a line is being printed only the latest is kept.
 */
final class AppendReporter implements DurabilityListener {

    private final OutputStream out;
    private final Thread thread = new Thread(this::print, "tidemark-report");
    private final AtomicReference<@Nullable String> closingLine = new AtomicReference<>();

    /** The latest durable sequence. Written by the journal's sync thread. */
    private volatile long durable;

    /** Why nothing can be printed any more. Written by this thread. */
    private volatile @Nullable IOException failure;

    AppendReporter(final OutputStream out) {
        this.out = out;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void onDurable(final long sequence) {
        durable = sequence;
        LockSupport.unpark(thread);
    }

    private void print() {
        long printed = 0;
        try {
            while (true) {
                // Before the durable sequence: nothing moves any more once there is a closing line.
                final String line = closingLine.get();
                final long sequence = durable;
                if (sequence > printed) {
                    write("durable " + sequence);
                    printed = sequence;
                } else if (line != null) {
                    write(line);
                    return;
                } else {
                    LockSupport.park(this);
                }
            }
        } catch (final IOException e) {
            failure = e;
        }
    }

    private void write(final String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    /** Gives the last line to print; the first one given is the one. The journal must be closed. */
    void finish(final String line) {
        closingLine.compareAndSet(null, line);
        LockSupport.unpark(thread);
    }

    /** Waits until everything is printed, or can't be. */
    void join() throws InterruptedException {
        thread.join();
    }

    /** Waits until everything is printed, or can't be, or the time is up. */
    void join(final Duration timeout) throws InterruptedException {
        thread.join(timeout.toMillis());
    }
}
