// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class VirtualThreadsTest {

    @Test
    void isCurrentShouldBeFalseWhenThreadIsOneOfTheSystem() {
        assertFalse(VirtualThreads.isCurrent());
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void isCurrentShouldBeTrueWhenThreadIsVirtual()
            throws IllegalAccessException, InvocationTargetException, NoSuchMethodException {
        final CompletableFuture<Boolean> answer = new CompletableFuture<>();
        final Runnable asking = () -> answer.complete(VirtualThreads.isCurrent());
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, asking);
        assertEquals(true, answer.join());
    }
}
