// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A system that there is a library for. */
record TargetSystem(Kind kind, String directory, String libraryName) {

    /** What systems have in common that take the same calls. */
    enum Kind {
        LINUX("linux", "libnativesync.so"),
        DARWIN("darwin", "libnativesync.dylib"),
        WINDOWS("windows", "nativesync.dll");

        private final String word;
        private final String libraryName;

        Kind(final String word, final String libraryName) {
            this.word = word;
            this.libraryName = libraryName;
        }
    }

    static final String KNOWN = "linux and darwin on x86_64 and aarch64, windows on x86_64";

    /**
     * Finds the system by the names that Java gives it.
     *
     * @param osName value of {@code os.name}
     * @param osArch value of {@code os.arch}
     * @return the system; null if there is no library for it
     */
    static @Nullable TargetSystem of(final String osName, final String osArch) {
        final Kind kind = kindOf(osName.toLowerCase(Locale.ROOT));
        final String processor = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> null;
        };
        if (kind == null || processor == null || (kind == Kind.WINDOWS && processor.equals("aarch64"))) {
            return null;
        }
        return new TargetSystem(kind, kind.word + "-" + processor, kind.libraryName);
    }

    private static @Nullable Kind kindOf(final String osName) {
        if (osName.equals("linux")) {
            return Kind.LINUX;
        }
        if (osName.startsWith("mac") || osName.equals("darwin")) {
            return Kind.DARWIN;
        }
        return osName.startsWith("windows") ? Kind.WINDOWS : null;
    }

    /** Where the library lies in the jar. */
    String resource() {
        return "/META-INF/native/" + directory + "/" + libraryName;
    }
}
