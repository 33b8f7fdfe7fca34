// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.NoSpaceException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Turns what the file system says into what the user is told: the one place where that is done. */
final class StorageCall {

    private StorageCall() {}

    /** A call that may fail for the file system's sake. */
    interface Body<T> {
        T run() throws IOException;
    }

    static <T> T run(final String directory, final Body<T> body) {
        try {
            return body.run();
        } catch (final IOException e) {
            throw translated(directory, e);
        } catch (final InternalError e) {
            throw faulted(directory, e);
        }
    }

    /** What a fault in a mapped page is for the user: the JVM has no better word for it than an internal error. */
    static StorageException faulted(final String file, final InternalError fault) {
        return new StorageException(
                "a page of a mapped file could not be reached: file=" + file
                        + "; it was cut short, its disk is gone, or a file system that copies on write is full",
                fault);
    }

    /** What a failure is for the user. */
    static JournalException translated(final String directory, final IOException failure) {
        if (failure instanceof NoSpaceException) {
            return new StorageFullException(
                    "storage is full: " + failure.getMessage() + ": directory=" + directory + "; make room", failure);
        }
        if (failure instanceof AccessDeniedException denied) {
            return new StorageException(
                    "access denied: file=" + denied.getFile() + ", directory=" + directory
                            + "; give the user of this process the right to read and write it",
                    failure);
        }
        if (failure instanceof NotDirectoryException || isInPlaceOfDirectory(directory, failure)) {
            return new NotAJournalException(
                    "not a journal: expected a directory, found another file: " + failure.getMessage(), failure);
        }
        if (failure instanceof FileSystemException system) {
            final String reason =
                    system.getReason() == null ? failure.getClass().getSimpleName() : system.getReason();
            return new StorageException(
                    "file system refused: " + reason + ": file=" + system.getFile() + ", directory=" + directory,
                    failure);
        }
        return new StorageException(
                "file system failed: " + failure.getMessage() + ": directory=" + directory, failure);
    }

    /** Whether a file stands where the directory, or one above it, was to be made; files inside it are another matter. */
    private static boolean isInPlaceOfDirectory(final String directory, final IOException failure) {
        return failure instanceof FileAlreadyExistsException exists
                && Path.of(directory).startsWith(Path.of(exists.getFile()));
    }
}
