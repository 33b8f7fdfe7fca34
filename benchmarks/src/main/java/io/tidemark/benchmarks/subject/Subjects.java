// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks.subject;

import io.tidemark.journal.JournalReader;
import io.tidemark.journal.Visibility;
import io.tidemark.nativesync.NativeSync;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** All subjects by their names. */
public final class Subjects {

    /** The journal. */
    public static final String JOURNAL = "journal";

    /** The journal with everything by which one sees inside of it. */
    public static final String INSTRUMENTED = "instrumented";

    /** The journal whose writer the appending threads invoke. */
    private static final String INVOKED = "invoked";

    private static final String INVOKED_NATIVE = "invoked-native";

    /** The journal with the calls to the operating system that Java can't make. */
    public static final String NATIVE = "native";

    /** Nothing: the floor of the harness itself. */
    public static final String EMPTY = "empty";

    /** The least that handing over to a thread that stores can cost; a limit, as {@link #EMPTY} is. */
    private static final String HAND_OVER = "handover";

    private static final String HAND_OVER_CHECKSUM = "handover-checksum";

    /** The least that sharing forces can cost; a limit of durable appends. */
    private static final String FORCE_ONLY = "force-only";

    private static final String DISRUPTOR = "disruptor";
    private static final String MAPPED = "mapped";

    private Subjects() {}

    /**
     * Opens a subject.
     *
     * @param name of the subject
     * @param plan how to set it up
     * @return the subject
     * @throws IllegalArgumentException if there is none of that name
     * @throws IOException if it could not be set up
     */
    public static Subject open(final String name, final SubjectPlan plan) throws IOException {
        return switch (name) {
            case JOURNAL -> new JournalSubject(plan, false, null, null);
            case INSTRUMENTED -> new JournalSubject(plan, false, new Instruments(), null);
            case NATIVE -> new JournalSubject(plan, false, null, NativeSync.load());
            case INVOKED -> new JournalSubject(plan, true, null, null);
            case INVOKED_NATIVE -> new JournalSubject(plan, true, null, NativeSync.load());
            case EMPTY -> new EmptySubject(plan);
            case HAND_OVER -> new HandOverSubject(plan, false);
            case HAND_OVER_CHECKSUM -> new HandOverSubject(plan, true);
            case FORCE_ONLY -> new ForceOnlySubject(plan);
            case DISRUPTOR -> new DisruptorSubject(plan);
            case MAPPED -> new MappedSubject(plan);
            default -> foreign(name).open(plan);
        };
    }

    /**
     * Whether a subject is this journal, one way or the other.
     *
     * @param name of the subject
     * @return whether it tells what it does as the journal does
     */
    public static boolean isJournal(final String name) {
        return switch (name) {
            case JOURNAL, INSTRUMENTED, NATIVE, INVOKED, INVOKED_NATIVE -> true;
            default -> false;
        };
    }

    /**
     * Whether tickets of a subject tell where the journal rolls: they must be sequences. The empty one rolls nowhere, and
     * shows what the same records have without that.
     *
     * @param name of the subject
     * @return whether latencies behind rolls can be told apart
     */
    public static boolean rollsAsTheJournal(final String name) {
        return isJournal(name) || name.equals(EMPTY);
    }

    /**
     * What a subject promises and what it does not, to stand beside its figures.
     *
     * @param name of the subject
     * @return one line
     */
    public static String promise(final String name) {
        return switch (name) {
            case JOURNAL -> "segments, CRC-32C, time, recovery with evidence; readers and truncation beside the writer";
            case INSTRUMENTED -> "the journal, with histograms and a recording of the JDK's events";
            case NATIVE -> "the journal, with native-sync";
            case INVOKED -> "the journal, its writer invoked by the threads that append";
            case INVOKED_NATIVE -> "the journal, its writer invoked by the threads that append, with native-sync";
            case EMPTY -> "nothing; what it costs is what the harness costs";
            case HAND_OVER, HAND_OVER_CHECKSUM ->
                "nothing that a journal is for: records are copied into a ring and, by one thread, from there into a mapping;"
                        + " CRC-32C if the name says so; under batch a thread beside forces every millisecond";
            case FORCE_ONLY ->
                "nothing; a thread writes a block, forces it, and wakes who slept when it began: a limit of durable appends";
            case DISRUPTOR ->
                "CRC-32C, one prepared file, one force a batch; no segments, no recovery, no outside readers; under batch a"
                        + " thread beside forces every millisecond";
            case MAPPED ->
                "CRC-32C by the producer, copied under a lock, prepared files; no recovery, no truncation, no time; under batch"
                        + " a thread beside forces every millisecond";
            default -> foreign(name).promise();
        };
    }

    /**
     * What the JVM of a subject needs that no other one has.
     *
     * @param name of the subject
     * @return flags, to stand behind those of all
     */
    public static List<String> jvmFlags(final String name) {
        return switch (name) {
            case JOURNAL,
                    INSTRUMENTED,
                    NATIVE,
                    INVOKED,
                    INVOKED_NATIVE,
                    EMPTY,
                    HAND_OVER,
                    HAND_OVER_CHECKSUM,
                    FORCE_ONLY,
                    DISRUPTOR,
                    MAPPED -> List.of();
            default -> foreign(name).jvmFlags();
        };
    }

    private static SubjectProvider foreign(final String name) {
        for (final SubjectProvider provider : ServiceLoader.load(SubjectProvider.class)) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new IllegalArgumentException("no such subject: found " + name
                + "; Chronicle, Aeron, Artemis and RocksDB are in bin/tidemark bench-peers");
    }

    /**
     * Follows a journal that another process writes.
     *
     * @param directory of the journal
     * @return a follower that begins with the first record
     */
    public static Subject.Follower outside(final Path directory) {
        return new JournalSubject.TailerFollower(JournalReader.open(directory).tailer(1, Visibility.WRITTEN));
    }
}
