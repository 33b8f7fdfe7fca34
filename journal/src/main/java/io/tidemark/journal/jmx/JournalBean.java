// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jmx;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalCounters;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Shows the counters of a journal by JMX, under {@code io.tidemark:type=Journal,name=NAME}. Optional: it needs the module {@code
 * java.management}, which the journal itself does not.
 *
 * <pre>{@code
 * try (Journal journal = Journal.open(directory);
 *         JournalBean bean = JournalBean.register(journal, "orders")) {
 *     appends.accept(journal);
 * }
 * }</pre>
 *
 * <p>Thread-safe. It holds the journal until it is closed.
 */
public final class JournalBean implements AutoCloseable {

    private final ObjectName name;
    private final MBeanServer server;

    private JournalBean(final MBeanServer server, final ObjectName name) {
        this.server = server;
        this.name = name;
    }

    /**
     * Registers the counters of a journal with the server of the platform.
     *
     * @param journal to show
     * @param name by which it is told from others of this process; quoted where JMX asks for that
     * @return the registration, to be closed when the journal is
     * @throws IllegalStateException if that name is taken, or JMX refuses in another way; the message says why
     */
    public static JournalBean register(final Journal journal, final String name) {
        return register(ManagementFactory.getPlatformMBeanServer(), journal, name);
    }

    static JournalBean register(final MBeanServer server, final Journal journal, final String name) {
        Objects.requireNonNull(journal, "journal");
        Objects.requireNonNull(name, "name");
        try {
            final ObjectName objectName = new ObjectName("io.tidemark:type=Journal,name=" + value(name));
            server.registerMBean(new Counted(journal), objectName);
            return new JournalBean(server, objectName);
        } catch (final JMException e) {
            throw new IllegalStateException(
                    "journal was not registered: name=" + name + ": " + e.getMessage()
                            + "; close the bean that has the name," + " or take another",
                    e);
        }
    }

    private static String value(final String name) {
        for (int i = 0; i < name.length(); i++) {
            final char character = name.charAt(i);
            if (!Character.isLetterOrDigit(character) && "-_./".indexOf(character) < 0) {
                return ObjectName.quote(name);
            }
        }
        return name.isEmpty() ? ObjectName.quote(name) : name;
    }

    /**
     * The name under which it is registered.
     *
     * @return the whole name, as it can be given to an {@link MBeanServer}
     */
    public ObjectName name() {
        return name;
    }

    /**
     * Takes it away. Calls after the first do nothing.
     *
     * @throws IllegalStateException if JMX refuses
     */
    @Override
    public void close() {
        try {
            server.unregisterMBean(name);
        } catch (final InstanceNotFoundException e) {
            // Taken away before, by this or by somebody else.
            return;
        } catch (final JMException e) {
            throw new IllegalStateException("journal was not taken from JMX: name=" + name + ": " + e.getMessage(), e);
        }
    }

    /** The attributes. */
    private record Counted(Journal journal) implements JournalMXBean {

        private JournalCounters counters() {
            return journal.counters();
        }

        @Override
        public String getState() {
            return counters().state().name();
        }

        @Override
        public int getEpoch() {
            return counters().epoch();
        }

        @Override
        public long getProcessId() {
            return counters().processId();
        }

        @Override
        public long getElapsedNs() {
            return counters().elapsedNs();
        }

        @Override
        public long getAppendedCount() {
            return counters().appendedCount();
        }

        @Override
        public long getWrittenCount() {
            return counters().writtenCount();
        }

        @Override
        public long getDurableCount() {
            return counters().durableCount();
        }

        @Override
        public long getAppendedSequence() {
            return counters().appendedSequence();
        }

        @Override
        public long getWrittenSequence() {
            return counters().writtenSequence();
        }

        @Override
        public long getDurableSequence() {
            return counters().durableSequence();
        }

        @Override
        public long getHeadSequence() {
            return counters().headSequence();
        }

        @Override
        public long getCheckpointSequence() {
            return counters().checkpointSequence();
        }

        @Override
        public long getWrittenBytes() {
            return counters().writtenBytes();
        }

        @Override
        public long getRunCount() {
            return counters().runCount();
        }

        @Override
        public long getLongestRun() {
            return counters().longestRun();
        }

        @Override
        public long getForceCount() {
            return counters().forceCount();
        }

        @Override
        public long getForceNs() {
            return counters().forceNs();
        }

        @Override
        public long getMostForced() {
            return counters().mostForced();
        }

        @Override
        public long getSlowForceCount() {
            return counters().slowForceCount();
        }

        @Override
        public long getBackPressureCount() {
            return counters().backPressureCount();
        }

        @Override
        public long getBackPressureNs() {
            return counters().backPressureNs();
        }

        @Override
        public long getStandbyWaitCount() {
            return counters().standbyWaitCount();
        }

        @Override
        public long getStandbyWaitNs() {
            return counters().standbyWaitNs();
        }

        @Override
        public long getRollCount() {
            return counters().rollCount();
        }

        @Override
        public long getSegmentCount() {
            return counters().segmentCount();
        }

        @Override
        public long getStandbyCount() {
            return counters().standbyCount();
        }

        @Override
        public long getSpareCount() {
            return counters().spareCount();
        }

        @Override
        public long getMappedBytes() {
            return counters().mappedBytes();
        }

        @Override
        public long getQueueLength() {
            return counters().queueLength();
        }

        @Override
        public long getQueueUsed() {
            return counters().queueUsed();
        }

        @Override
        public long getPinCount() {
            return counters().pinCount();
        }

        @Override
        public long getTailerCount() {
            return counters().tailerCount();
        }

        @Override
        public long getProblemCount() {
            return counters().problemCount();
        }

        @Override
        public long getListenerFailureCount() {
            return counters().listenerFailureCount();
        }

        @Override
        public long getLongestForceNs() {
            return counters().longestForceNs();
        }

        @Override
        public long getMedianForceNs() {
            return counters().forceNsAtPercentile(50);
        }

        @Override
        public long getForceNsAtPercentile99() {
            return counters().forceNsAtPercentile(99);
        }
    }
}
