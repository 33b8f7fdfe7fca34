// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Stores counters in a file that was cut short meanwhile, with code that runs for the first time. */
final class CountersFaultInProcess {

    static final String UNHARMED = "nothing was thrown";

    private CountersFaultInProcess() {}

    /**
     * Says what came of it.
     *
     * @param arguments the directory
     * @throws IOException if there is no file to cut
     */
    public static void main(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        final long[] words = CountersLayout.words();
        try (CountersFile counters = CountersFile.publish(DirectoryStorage.open(directory), words);
                FileChannel channel =
                        FileChannel.open(directory.resolve(FileNames.COUNTERS), StandardOpenOption.WRITE)) {
            channel.truncate(0);
            for (int generation = 1; generation < 5; generation++) {
                words[CountersLayout.index(CountersLayout.GENERATION_OFFSET)] = generation;
                counters.store(words);
                MappedFault.throwPending();
            }
            System.out.println(UNHARMED);
        }
    }
}
