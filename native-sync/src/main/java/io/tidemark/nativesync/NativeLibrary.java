// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import io.tidemark.nativesync.NativeSync.Reason;
import io.tidemark.nativesync.NativeSync.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Finds the library for this system and loads it, once for each class loader, or says why that can't be. */
final class NativeLibrary {

    /** From this version on the JVM warns of libraries that nobody allowed (JEP 472). */
    private static final int FIRST_FEATURE_WITH_WARNING = 24;

    /** What is loaded, or null. Guarded by the class. */
    private static @Nullable String loadedFrom;

    private NativeLibrary() {}

    /**
     * The system of this process.
     *
     * @return the system
     * @throws UnavailableException if there is no library for it
     */
    static TargetSystem system(final String osName, final String osArch) {
        final TargetSystem system = TargetSystem.of(osName, osArch);
        if (system == null) {
            throw new UnavailableException(
                    Reason.UNKNOWN_SYSTEM,
                    "native-sync has no library for this system: os.name=" + osName + ", os.arch=" + osArch
                            + "; it has them for " + TargetSystem.KNOWN + "; the journal works without it",
                    null);
        }
        return system;
    }

    /**
     * Loads the library, unless that is done.
     *
     * @param system of this process
     * @param library to load as it is; null for the one in the jar
     * @param extractionDirectory where that is put for a moment; null for the system's directory for temporary files
     * @return where it was loaded from
     * @throws UnavailableException if that can't be done
     */
    static synchronized String load(
            final TargetSystem system, final @Nullable Path library, final @Nullable Path extractionDirectory) {
        final String wanted =
                library == null ? null : library.toAbsolutePath().normalize().toString();
        final String before = loadedFrom;
        if (before != null && (wanted == null || wanted.equals(before))) {
            return before;
        }
        if (before != null) {
            throw new UnavailableException(
                    Reason.LIBRARY_REFUSED,
                    "native-sync is loaded already, from " + before + ", and can't be loaded from " + wanted
                            + ": name the library at the first load()",
                    null);
        }
        requireAccess(NativeLibrary.class.getModule(), Runtime.version().feature());
        if (wanted != null) {
            loadAs(wanted, "the library named by withLibrary can't be loaded");
            loadedFrom = wanted;
        } else {
            extractAndLoad(system, extractionDirectory);
            loadedFrom = "the jar, " + system.directory();
        }
        initialize();
        return loadedFrom;
    }

    /** Asks first: the JVM would warn, or throw, and the warning is not one that a library may cause unasked. */
    static void requireAccess(final Module module, final int feature) {
        if (feature < FIRST_FEATURE_WITH_WARNING || isAccessEnabled(module)) {
            return;
        }
        final String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
        throw new UnavailableException(
                Reason.ACCESS_DENIED,
                "Java " + feature + " does not let native-sync load its library: start it with --enable-native-access="
                        + name + "; the journal works without native-sync, and without a flag",
                null);
    }

    private static boolean isAccessEnabled(final Module module) {
        try {
            // Since Java 22; the class files are those of 17.
            final Method method = Module.class.getMethod("isNativeAccessEnabled");
            return Boolean.TRUE.equals(method.invoke(module));
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError("this Java version does not tell whether libraries may be loaded", e);
        }
    }

    private static void extractAndLoad(final TargetSystem system, final @Nullable Path parent) {
        final Path directory;
        try {
            directory = parent == null
                    ? Files.createTempDirectory("tidemark-native-")
                    : Files.createTempDirectory(parent, "tidemark-native-");
        } catch (final IOException e) {
            throw notExtracted(parent == null ? "the directory for temporary files" : parent.toString(), e);
        }
        final Path file = directory.resolve(system.libraryName());
        try {
            extract(system, file);
            loadAs(
                    file.toString(),
                    "the library can't be loaded from where it was extracted: the file system may be mounted noexec: name a"
                            + " directory on another one by withExtractionDirectory, or the library itself by withLibrary");
        } catch (final IOException e) {
            throw notExtracted(directory.toString(), e);
        } finally {
            // Once it is loaded the system needs no name for it, but Windows does not let it go.
            if (system.kind() == TargetSystem.Kind.WINDOWS) {
                directory.toFile().deleteOnExit();
                file.toFile().deleteOnExit();
            } else {
                deleteNow(file, directory);
            }
        }
    }

    private static UnavailableException notExtracted(final String directory, final IOException cause) {
        return new UnavailableException(
                Reason.NOT_EXTRACTED,
                "the library of native-sync can't be extracted to " + directory + ": " + cause
                        + "; name another directory by withExtractionDirectory, or the library itself by withLibrary",
                cause);
    }

    private static void extract(final TargetSystem system, final Path file) throws IOException {
        try (InputStream resource = NativeLibrary.class.getResourceAsStream(system.resource())) {
            if (resource == null) {
                throw new UnavailableException(
                        Reason.NOT_EXTRACTED,
                        "the jar of native-sync has no " + system.resource()
                                + ": it was repackaged without; use the published jar, or name the library by withLibrary",
                        null);
            }
            Files.write(file, resource.readAllBytes(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    private static void deleteNow(final Path file, final Path directory) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        } catch (final IOException e) {
            // Of no consequence but some kibibytes: the library is loaded, or the caller is told why not.
            directory.toFile().deleteOnExit();
        }
    }

    private static void loadAs(final String file, final String problem) {
        try {
            System.load(file);
        } catch (final UnsatisfiedLinkError | IllegalCallerException e) {
            throw new UnavailableException(
                    Reason.LIBRARY_REFUSED, problem + ": library=" + file + ": " + e.getMessage(), e);
        }
    }

    private static void initialize() {
        final int code;
        try {
            code = new NativeCalls().initialize();
        } catch (final UnsatisfiedLinkError e) {
            loadedFrom = null;
            throw new UnavailableException(
                    Reason.LIBRARY_REFUSED,
                    "this is not the library of this version of native-sync: " + e.getMessage(),
                    e);
        }
        if (code != 0) {
            loadedFrom = null;
            throw new UnavailableException(
                    Reason.UNKNOWN_JAVA,
                    "this Java keeps the descriptor of a file where native-sync does not look: java="
                            + Runtime.version() + "; the journal works without native-sync",
                    null);
        }
    }
}
