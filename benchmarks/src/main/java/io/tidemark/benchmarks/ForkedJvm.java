// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts this tool once more in a JVM of its own: each measurement has one, so that none finds the code warm or spoilt. */
final class ForkedJvm {

    private ForkedJvm() {}

    /** The command line of a JVM that runs a command of this tool. */
    static List<String> command(final List<String> arguments) {
        return command(List.of(), arguments);
    }

    private static List<String> command(final List<String> moreFlags, final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(moreFlags);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Bench.class.getName());
        command.addAll(arguments);
        return command;
    }

    /**
     * The journal needs none of these. A heap that is there from the start keeps the collector out of the figures; what is
     * opened is for rivals that reach into the JDK.
     */
    static List<String> flags() {
        return List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
                "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
                "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.util.zip=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-Dagrona.disable.bounds.checks=true",
                "-Daeron.pre.touch.mapped.memory=true",
                "-Dchronicle.analytics.disable=true",
                "-Dchronicle.disk.monitor.disable=true",
                "-XX:+UseParallelGC",
                "-XX:+AlwaysPreTouch",
                "-Xms1g",
                "-Xmx1g",
                "-XX:MaxDirectMemorySize=4g");
    }

    /** Runs a command of this tool in a JVM of its own, which has some more flags than others, to its end. */
    static void run(final List<String> moreFlags, final List<String> arguments)
            throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(command(moreFlags, arguments)).inheritIO().start();
        final int status;
        try {
            status = process.waitFor();
        } catch (final InterruptedException e) {
            process.destroy();
            throw e;
        }
        if (status != 0) {
            throw new IOException("a measuring JVM ended with status " + status + ": " + String.join(" ", arguments));
        }
    }
}
