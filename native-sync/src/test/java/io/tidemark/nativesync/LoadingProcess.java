// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import io.tidemark.nativesync.NativeSync.Options;
import io.tidemark.nativesync.NativeSync.UnavailableException;
import java.nio.file.Path;

/** Loads the library in a process of its own, and says what came of it in one line. */
final class LoadingProcess {

    private LoadingProcess() {}

    /**
     * Loads.
     *
     * @param arguments how, and where
     */
    public static void main(final String[] arguments) {
        try {
            switch (arguments[0]) {
                case "default" -> NativeSync.load();
                case "extract" -> NativeSync.load(Options.defaults().withExtractionDirectory(Path.of(arguments[1])));
                case "library" -> NativeSync.load(Options.defaults().withLibrary(Path.of(arguments[1])));
                case "twice" -> {
                    NativeSync.load();
                    NativeSync.load();
                    NativeSync.load(Options.defaults().withLibrary(Path.of(arguments[1])));
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            System.out.println("loaded");
        } catch (final UnavailableException e) {
            System.out.println("unavailable " + e.reason() + " " + e.getMessage());
        }
    }
}
