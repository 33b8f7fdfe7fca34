// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A shell in a checkout, into which the commands of a page are pasted, and all that it prints. */
final class Terminal implements AutoCloseable {

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    /** No command of a page prints this byte. */
    private static final char END = '\001';

    private final Process shell;
    private final Writer input;
    private final Thread reader;

    /** Guarded by itself. */
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    /** Whether the shell has ended. Guarded by what was printed. */
    private boolean ended;

    /**
     * What commands did.
     *
     * @param output of both streams
     * @param status of the last command
     */
    record Result(String output, int status) {}

    Terminal(final Checkout checkout) throws IOException {
        final ProcessBuilder builder =
                new ProcessBuilder("sh").directory(checkout.root().toFile()).redirectErrorStream(true);
        final Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("JDK_") || name.startsWith("JAVA_"));
        environment.put("JAVA_HOME", checkout.javaHome().toString());
        environment.put("PATH", checkout.javaHome().resolve("bin") + ":" + environment.get("PATH"));
        environment.put("HOME", checkout.root().toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("TZ", "UTC");
        shell = builder.start();
        input = shell.outputWriter(StandardCharsets.UTF_8);
        reader = new Thread(this::read, "terminal");
        reader.start();
    }

    private void read() {
        try (InputStream output = shell.getInputStream()) {
            final byte[] bytes = new byte[8192];
            for (int count = output.read(bytes); count >= 0; count = output.read(bytes)) {
                synchronized (printed) {
                    printed.write(bytes, 0, count);
                    printed.notifyAll();
                }
            }
        } catch (final IOException e) {
            // The shell was ended, and what it may have had to say is of no interest.
        } finally {
            synchronized (printed) {
                ended = true;
                printed.notifyAll();
            }
        }
    }

    /** Runs commands to their end. */
    Result run(final String commands) throws IOException, InterruptedException {
        begin(commands);
        final String all = await(text -> text.lastIndexOf(END) > text.indexOf(END));
        synchronized (printed) {
            printed.reset();
        }
        final int end = all.indexOf(END);
        if (all.lastIndexOf(END) <= end) {
            throw new AssertionError("the shell ended, or took too long; printed is\n" + all);
        }
        return new Result(all.substring(0, end), Integer.parseInt(all.substring(end + 1, all.lastIndexOf(END))));
    }

    /** Begins to run commands, which have nothing to read. */
    void begin(final String commands) throws IOException {
        input.write("{\n" + commands + "} </dev/null; printf '\\001%d\\001' $?\n");
        input.flush();
    }

    /** Waits until what was printed is as wanted, and gives it back; or as it is when time is up, or the shell has ended. */
    String await(final Predicate<String> wanted) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        synchronized (printed) {
            while (true) {
                final String text = printed.toString(StandardCharsets.UTF_8);
                final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (wanted.test(text) || ended || leftMs <= 0) {
                    return text;
                }
                printed.wait(leftMs);
            }
        }
    }

    /** Ends the shell and what runs in it, as closing the window does. An interrupt is left to whoever waits next. */
    @Override
    public void close() {
        shell.descendants().forEach(ProcessHandle::destroy);
        shell.destroy();
        try {
            if (!shell.waitFor(10, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
            }
            reader.join();
        } catch (final InterruptedException e) {
            shell.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
