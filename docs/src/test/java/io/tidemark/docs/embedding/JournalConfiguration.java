// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Journal;
import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalFailedException;
import io.tidemark.journal.JournalListener;
import io.tidemark.journal.RecordHandler;
import java.nio.file.Path;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** A journal in an application of Spring. */
@Configuration(proxyBeanMethods = false)
class JournalConfiguration {

    @Bean // Spring calls close() when all beans that use it are gone
    Journal journal(final Environment environment, final ConfigurableApplicationContext application) {
        final Path directory = Path.of(environment.getProperty("orders.journal", "data/orders"));
        final JournalListener listener = new JournalListener() {
            @Override
            public void onFailed(final JournalFailedException failure) {
                // A failed journal stays so until it is opened again. Not from this thread: closing waits for it.
                new Thread(application::close, "orders-failed").start();
            }
        };
        return Journal.open(directory, JournalConfig.defaults().withListener(listener));
    }

    @Bean
    OrderLog orderLog(final Journal journal) {
        return new OrderLog(journal);
    }

    @Bean
    OrderFollower orderFollower(final Journal journal, final RecordHandler handler) {
        return new OrderFollower(journal, handler);
    }
}
