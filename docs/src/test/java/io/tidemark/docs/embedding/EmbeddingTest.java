// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.lmax.disruptor.dsl.Disruptor;
import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalClosedException;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalReader;
import io.tidemark.journal.RecordHandler;
import io.tidemark.journal.Start;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AgentInvoker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Runs what the page on embedding shows. */
class EmbeddingTest {

    private static final JournalConfig CONFIG = JournalConfig.defaults().withSegmentLength(1 << 20);

    @TempDir
    private Path directory;

    @Test
    void springShouldOpenAndCloseTheJournal() throws InterruptedException {
        final CountDownLatch followed = new CountDownLatch(2);
        final Journal journal;
        final OrderFollower follower;
        try (AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext()) {
            application
                    .getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("test", Map.of("orders.journal", directory.toString())));
            application.registerBean(
                    RecordHandler.class,
                    () -> (sequence, timestampNs, type, buffer, offset, length) -> followed.countDown());
            application.register(JournalConfiguration.class);
            application.refresh();
            journal = application.getBean(Journal.class);
            follower = application.getBean(OrderFollower.class);
            final OrderLog log = application.getBean(OrderLog.class);
            assertEquals(1, log.record(new byte[] {1}));
            assertEquals(2, log.record(new byte[] {2}));
            assertTrue(followed.await(30, TimeUnit.SECONDS));
            assertEquals(2, journal.durableSequence());
        }
        assertFalse(follower.isRunning());
        assertThrows(JournalClosedException.class, () -> journal.appender().append(new byte[1], 0, 1));
        assertTrue(JournalReader.open(directory).status().closedCleanly());
    }

    @Test
    void agentsShouldAppendAndForceWhenTheApplicationRunsThem() {
        final Queue<ByteBuffer> feed = new ArrayDeque<>();
        for (int i = 0; i < 100; i++) {
            feed.add(ByteBuffer.allocate(8).putLong(0, i));
        }
        final Journal journal = Journal.open(directory, CONFIG.withInvokedAgents());
        final AgentInvoker feeding = new AgentInvoker(this::rethrow, null, new FeedAgent(feed::poll, journal));
        final AgentInvoker keeping = new AgentInvoker(this::rethrow, null, new JournalAgent(journal));
        feeding.start();
        keeping.start();
        while (journal.durableSequence() < 100) {
            feeding.invoke();
            keeping.invoke();
        }
        keeping.close();
        assertThrows(IllegalStateException.class, () -> {
            feed.add(ByteBuffer.allocate(8));
            feeding.invoke();
        });
        assertEquals(
                101, JournalReader.open(directory).replay(1, (sequence, time, type, buffer, offset, length) -> {}));
    }

    @Test
    void captureShouldBeVisibleBehindItsTurnWhenTheAgentIsTheWriter() throws InterruptedException {
        final Queue<ByteBuffer> feed = new ArrayDeque<>();
        for (int i = 0; i < 100; i++) {
            feed.add(ByteBuffer.allocate(8).putLong(0, i));
        }
        try (Journal journal = Journal.open(directory, CONFIG.withInvokedWriter());
                Tailer tailer = journal.tailer(Start.atHead(), Visibility.WRITTEN)) {
            final AgentInvoker capturing = new AgentInvoker(this::rethrow, null, new CaptureAgent(feed::poll, journal));
            capturing.start();
            capturing.invoke();
            assertEquals(16, tailer.poll((sequence, time, type, buffer, offset, length) -> {}, 100));
            while (!feed.isEmpty()) {
                capturing.invoke();
            }
            // The thread that writes may wait: it goes on writing meanwhile.
            journal.awaitDurable(100);
        }
    }

    private void rethrow(final Throwable thrown) {
        throw new IllegalStateException(thrown.getMessage(), thrown);
    }

    @Test
    void disruptorShouldAnswerWhatIsDurable() throws InterruptedException {
        final List<Long> answered = new ArrayList<>();
        final CountDownLatch all = new CountDownLatch(1_000);
        try (Journal journal = Journal.open(directory, CONFIG)) {
            final Disruptor<OrderEvent> disruptor = start(journal, answered, all);
            for (int i = 0; i < 1_000; i++) {
                disruptor.publishEvent((event, ringSequence) -> event.length = 8);
            }
            assertTrue(all.await(30, TimeUnit.SECONDS));
            disruptor.shutdown();
        }
        assertEquals(1_000, answered.size());
        assertEquals(1_000, answered.get(999));
    }

    private static Disruptor<OrderEvent> start(
            final Journal journal, final List<Long> answered, final CountDownLatch all) {
        final Disruptor<OrderEvent> disruptor = new Disruptor<>(OrderEvent::new, 1024, Thread::new);
        disruptor.handleEventsWith(new JournalHandler(journal)).then(new AnswerHandler(journal, event -> {
            assertTrue(event.sequence <= journal.durableSequence());
            answered.add(event.sequence);
            all.countDown();
        }));
        disruptor.start();
        return disruptor;
    }
}
