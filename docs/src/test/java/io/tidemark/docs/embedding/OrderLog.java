// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;

/** A service over a journal, for any number of threads. */
class OrderLog {

    private final Journal journal;
    private final ThreadLocal<Appender> appenders;

    OrderLog(final Journal journal) {
        this.journal = journal;
        this.appenders = ThreadLocal.withInitial(journal::appender); // each thread has its own
    }

    long record(final byte[] order) throws InterruptedException {
        final long sequence = appenders.get().append(order, 0, order.length);
        journal.awaitDurable(sequence); // whoever sent the order is answered after this
        return sequence;
    }
}
