// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.GoldenJournal.Script;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the order of calls that {@code docs/durability.md} tells with the calls that are made. */
class DurabilityDocTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "docs", "durability.md");
    private static final List<String> TOLD = List.of("create", "write", "force", "rename", "delete");
    private static final Pattern SEGMENT = Pattern.compile("0*(\\d+)\\.(segment|spare)");

    static List<String> documented(final String name) throws IOException {
        final Matcher block = Pattern.compile("```calls " + name + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertTrue(block.find(), "no calls are listed: " + name);
        return block.group(1)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .toList();
    }

    /** The calls since the last look that change something or make it durable; several in a row of one kind are one. */
    private static List<String> made(final SimulatedStorage storage) {
        final List<String> calls = new ArrayList<>();
        for (final String call : storage.faults().trace()) {
            final String told =
                    SEGMENT.matcher(call.replaceFirst(" \\d+\\+\\d+$", "")).replaceAll("$2 $1");
            final boolean repeated =
                    !calls.isEmpty() && calls.get(calls.size() - 1).equals(told);
            if (TOLD.contains(told.substring(0, told.indexOf(' ') < 0 ? told.length() : told.indexOf(' ')))
                    && !(repeated && told.startsWith("write"))) {
                calls.add(told);
            }
        }
        storage.faults().startTrace();
        return calls;
    }

    @Test
    void listsShouldBeTheCallsThatAreMadeWhenAJournalLives() throws IOException {
        final Script script = new Script();
        final SimulatedStorage storage = script.storage();
        storage.faults().startTrace();
        script.open();
        assertEquals(documented("create"), made(storage), "create");
        script.append(0, 100);
        script.append(0, 100);
        script.settle();
        assertEquals(List.of(), made(storage), "an append makes no call");
        script.flush();
        assertEquals(documented("force"), made(storage), "force");
        for (int i = 0; i < 70; i++) {
            script.append(0, 900);
            script.settle();
        }
        assertEquals(documented("roll"), made(storage), "roll");
        script.close();
        assertEquals(documented("close"), made(storage), "close");
        script.open();
        assertEquals(documented("reopen"), made(storage), "reopen");
        script.append(0, 100);
        script.flush();
        script.append(0, 100);
        script.settle();
        script.kill();
        made(storage);
        script.open();
        assertEquals(documented("recover"), made(storage), "recover");
        final byte[] before = storage.contents(FileNames.segment(2));
        script.append(0, 100);
        script.settle();
        final int torn = Arrays.mismatch(before, storage.contents(FileNames.segment(2)));
        script.kill();
        storage.flip(FileNames.segment(2), torn + 40, 0xFF);
        made(storage);
        script.open();
        assertEquals(documented("cut"), made(storage), "cut");
    }

    @Test
    void listShouldBeTheCallsThatAreMadeWhenEachAppendIsForced() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        try (Journal journal = Journal.open(storage, SimulatedJournal.config().withSyncPolicy(SyncPolicy.always()))) {
            SimulatedJournal.settle(journal);
            storage.faults().startTrace();
            assertEquals(1, journal.appender().tryAppend(0, new byte[100], 0, 100));
            SimulatedJournal.settle(journal);
            assertEquals(documented("always"), made(storage));
        }
    }

    @ParameterizedTest
    @CsvSource({"truncate, 0", "recycle, 8"})
    void listShouldBeTheCallsThatAreMadeWhenAJournalIsTruncated(final String list, final int spareCount)
            throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        try (Journal journal = Journal.open(
                storage, SimulatedJournal.config().withRecycling(spareCount).withSyncPolicy(SyncPolicy.never()))) {
            final Appender appender = journal.appender();
            for (int i = 0; i < 6; i++) {
                SimulatedJournal.append(journal, appender, new byte[28_000]);
            }
            SimulatedJournal.flush(journal);
            SimulatedJournal.settle(journal);
            storage.faults().startTrace();
            final CompletableFuture<Long> truncation = journal.requestTruncation(5);
            SimulatedJournal.settle(journal);
            assertEquals(6, truncation.join());
            assertEquals(documented(list), made(storage), list);
            if (spareCount > 0) {
                SimulatedJournal.append(journal, appender, new byte[28_000]);
                SimulatedJournal.settle(journal);
                assertEquals(documented("recycled"), made(storage), "recycled");
            }
        }
    }
}
