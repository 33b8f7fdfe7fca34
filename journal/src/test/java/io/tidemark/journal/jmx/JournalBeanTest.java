// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalCounters;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalBeanTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @TempDir
    private Path directory;

    @Test
    void attributesShouldBeTheCountersWhenTheyAreAskedFor() throws Exception {
        try (Journal journal = Journal.open(directory);
                JournalBean bean = JournalBean.register(journal, "orders")) {
            assertEquals("io.tidemark:type=Journal,name=orders", bean.name().toString());
            journal.appender().append(new byte[10], 0, 10);
            journal.flush();
            assertEquals("OPEN", server.getAttribute(bean.name(), "State"));
            assertEquals(1L, server.getAttribute(bean.name(), "DurableCount"));
            assertEquals(1L, server.getAttribute(bean.name(), "ForceCount"));
            final long medianNs = (long) server.getAttribute(bean.name(), "MedianForceNs");
            assertEquals(journal.counters().forceNs(), medianNs, "there was one");
            assertEquals(medianNs, server.getAttribute(bean.name(), "ForceNsAtPercentile99"));
            for (final MBeanAttributeInfo attribute :
                    server.getMBeanInfo(bean.name()).getAttributes()) {
                assertTrue(attribute.isReadable() && !attribute.isWritable(), attribute.getName());
                server.getAttribute(bean.name(), attribute.getName());
            }
        }
    }

    @Test
    void everyCounterShouldHaveAnAttribute() {
        final Set<String> counters = Arrays.stream(JournalCounters.class.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 0
                        && java.lang.reflect.Modifier.isPublic(method.getModifiers())
                        && method.getReturnType().isPrimitive())
                .map(Method::getName)
                .filter(name -> !name.equals("openedNs"))
                .map(name -> "get" + Character.toUpperCase(name.charAt(0)) + name.substring(1))
                .collect(Collectors.toCollection(TreeSet::new));
        final Set<String> attributes = Arrays.stream(JournalMXBean.class.getDeclaredMethods())
                .map(Method::getName)
                .filter(name -> !Set.of("getState", "getMedianForceNs", "getForceNsAtPercentile99")
                        .contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(counters, attributes);
    }

    @Test
    void nameShouldBeQuotedTakenOnceAndGivenBack() throws Exception {
        try (Journal journal = Journal.open(directory)) {
            final JournalBean bean = JournalBean.register(journal, "a=b, \"c\"*");
            final ObjectName name = bean.name();
            assertTrue(server.isRegistered(name) && !name.isPattern());
            final IllegalStateException taken =
                    assertThrows(IllegalStateException.class, () -> JournalBean.register(journal, "a=b, \"c\"*"));
            assertTrue(taken.getMessage().contains("close the bean"), taken::getMessage);
            bean.close();
            bean.close();
            assertFalse(server.isRegistered(name));
        }
    }
}
