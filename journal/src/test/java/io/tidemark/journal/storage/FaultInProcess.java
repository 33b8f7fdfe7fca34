// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Faults in a mapping whose file was cut short meanwhile, with code that runs for the first time. */
final class FaultInProcess {

    static final String TOLD = "the fault was told";

    private static final int LENGTH = 1 << 20;

    private FaultInProcess() {}

    /**
     * Says what came of it.
     *
     * @param arguments the directory
     * @throws IOException if there is nothing to map
     */
    public static void main(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        try (StorageFile file = DirectoryStorage.open(directory).create("file");
                FileChannel channel = FileChannel.open(directory.resolve("file"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(LENGTH), 0);
            final MappedFile mapped = file.map(0, LENGTH);
            channel.truncate(0);
            mapped.faultIn(0, LENGTH);
            System.out.println("nothing was told");
        } catch (final InternalError e) {
            System.out.println(TOLD);
        }
    }
}
