// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Gives what the operating system says of a failed call the words that help: which call, and on which file. */
final class FailedCall {

    private FailedCall() {}

    /**
     * Names the call that failed. A want of room gets its own type; what already tells its file and its kind stays as
     * it is.
     *
     * @param call in words
     * @param path of the file or directory
     * @param failure of the call
     * @return the failure, to be thrown
     */
    static IOException named(final String call, final Path path, final IOException failure) {
        if (NoSpaceException.isMeant(path, failure)) {
            return new NoSpaceException("no space left to " + call + ": file=" + path, failure);
        }
        if (failure instanceof FileSystemException) {
            return failure;
        }
        final String words = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return new IOException("could not " + call + ": " + words + ": file=" + path, failure);
    }
}
