// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.storage.DirectoryStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent says that it has ended, and its thread goes on for a moment: closing is not over before that. */
class JournalThreadsTest {

    @TempDir
    private Path directory;

    private final List<Thread> made = new CopyOnWriteArrayList<>();
    private final AtomicBoolean released = new AtomicBoolean();

    /** Makes threads that outlive their agents until somebody waits for them. */
    private ThreadFactory lingering() {
        final Thread closer = Thread.currentThread();
        return task -> {
            final Thread thread = new Thread(() -> {
                task.run();
                while (closer.getState() == Thread.State.RUNNABLE && !released.get()) {
                    Thread.onSpinWait();
                }
            });
            made.add(thread);
            return thread;
        };
    }

    @Test
    void joinShouldWaitForTheThreadsWhenAllAgentsHadEndedBefore() throws IOException {
        final JournalConfig config =
                JournalConfig.defaults().withSegmentLength(64 << 10).withThreadFactory(lingering());
        final JournalOpening opening = JournalOpening.open(DirectoryStorage.openOrCreate(directory), config);
        final JournalThreads threads = JournalThreads.start(opening);
        final Engine engine = opening.engine();
        engine.beginClosing();
        assertTrue(engine.queue().tryClose());
        engine.writerSignal().wake();
        while (!engine.keeperEnded()) {
            Thread.onSpinWait();
        }
        threads.join();
        final List<Thread> alive = made.stream().filter(Thread::isAlive).toList();
        released.set(true);
        assertEquals(3, made.size());
        assertEquals(List.of(), alive);
    }
}
