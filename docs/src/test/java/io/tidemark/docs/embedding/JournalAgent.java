// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.embedding;

import io.tidemark.journal.Journal;
import org.agrona.concurrent.Agent;

/** Runs writer, sync and keeper of a journal on a thread of the application. */
class JournalAgent implements Agent {

    private final Journal journal;

    JournalAgent(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public int doWork() {
        return journal.invoke(); // may force, and so take as long as the disk takes
    }

    @Override
    public void onClose() {
        journal.close();
    }

    @Override
    public String roleName() {
        return "journal";
    }
}
