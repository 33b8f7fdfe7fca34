// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.spi.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The file system has no room left, or the quota of the user is used up. */
public final class NoSpaceException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was to be written, and where
     * @param cause what the operating system said
     */
    public NoSpaceException(final String message, final IOException cause) {
        super(message, cause);
    }

    /**
     * Tells whether room was what failed. Java has no type for that, so it is told from the operating system's words:
     * those of {@code ENOSPC} and {@code EDQUOT} on Unix, and of {@code ERROR_DISK_FULL} on Windows. The words may be in
     * the user's language, so a file system that says it has no room is believed too. What makes its own calls knows by their
     * numbers, but not why a page could not be reached.
     *
     * @param path of the file or directory
     * @param failure of a call
     * @return whether room was missing
     */
    static boolean isMeant(final Path path, final IOException failure) {
        if (failure instanceof SystemCallException call && call.isNoSpace()) {
            return true;
        }
        final String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("not enough space")
                || hasNoRoom(path);
    }

    private static boolean hasNoRoom(final Path path) {
        try {
            final Path directory = path.getParent();
            return directory != null && Files.getFileStore(directory).getUsableSpace() < SegmentPreparation.FILL_LENGTH;
        } catch (final IOException e) {
            return false;
        }
    }
}
