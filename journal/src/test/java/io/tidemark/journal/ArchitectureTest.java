// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/**
 * The walls of the house. Dependencies run one way, face and engine to storage to format, and each thing that could end up
 * anywhere has one place where it may be.
 */
class ArchitectureTest {

    private static final String FACE = "io.tidemark.journal";
    private static final String STORAGE = "io.tidemark.journal.storage";
    private static final String FORMAT = "io.tidemark.journal.format";
    private static final String SPI = "io.tidemark.journal.spi";
    private static final String CLI = "io.tidemark.journal.cli";
    private static final String JFR = "io.tidemark.journal.jfr";
    private static final String HISTOGRAM = "io.tidemark.journal.histogram";
    private static final String JMX = "io.tidemark.journal.jmx";

    /** Who uses the journal sees these and no others. A new public type is a promise: put it here on purpose. */
    private static final Set<String> PUBLIC_TYPES = Set.of(
            "Appender",
            "Batch",
            "BufferClaim",
            "Checkpoint",
            "CorruptJournalException",
            "DurabilityListener",
            "GuardedChannel",
            "IncompatibleFormatException",
            "Journal",
            "JournalClosedException",
            "JournalConfig",
            "JournalCounters",
            "JournalCounters$State",
            "JournalException",
            "JournalFailedException",
            "JournalListener",
            "JournalLockedException",
            "JournalReader",
            "JournalRecord",
            "JournalStatus",
            "NamedReader",
            "NotAJournalException",
            "OvertakenException",
            "Pin",
            "ReaderLockedException",
            "ReaderStatus",
            "RecordHandler",
            "RecoveryReport",
            "RepairReport",
            "RepairReport$Range",
            "RetentionPolicy",
            "SealedSegment",
            "SegmentArchive",
            "StorageCheck",
            "StorageCheck$Kind",
            "StorageException",
            "StorageFullException",
            "Start",
            "SyncPolicy",
            "Tailer",
            "TailerLimitException",
            "VerifyReport",
            "VerifyReport$Verdict",
            "Visibility");

    /** What another module implements or is handed. */
    private static final Set<String> SPI_TYPES =
            Set.of("JournalProbe", "StorageSync", "StorageSyncProvider", "SystemCall", "SystemCallException");

    /** Agrona's buffers need a JVM flag; its agents, idle strategies and clocks do not. */
    private static final Set<String> AGRONA_ALLOWED = Set.of(
            "org.agrona.DirectBuffer",
            "org.agrona.ErrorHandler",
            "org.agrona.concurrent.Agent",
            "org.agrona.concurrent.AgentRunner",
            "org.agrona.concurrent.AgentTerminationException",
            "org.agrona.concurrent.BackoffIdleStrategy",
            "org.agrona.concurrent.BusySpinIdleStrategy",
            "org.agrona.concurrent.EpochNanoClock",
            "org.agrona.concurrent.IdleStrategy",
            "org.agrona.concurrent.NanoClock",
            "org.agrona.concurrent.OffsetEpochNanoClock");

    /** What is thrown at the engine, which has to tell one failure from another. */
    private static final DescribedPredicate<JavaClass> FAILURE_OF_A_FILE = describe(
            "failures of java.nio.file",
            type -> type.getPackageName().equals("java.nio.file")
                    && type.getSimpleName().endsWith("Exception"));

    private static final String PATH = "java.nio.file.Path";

    /**
     * Parts of the command line that touch files which are no journal's: the directory of the demonstration, the bare disk
     * beside which it measures, and the descriptors of standard output and error.
     */
    private static final Set<String> COMMANDS_THAT_LOOK_AROUND = Set.of(
            "DemoDirectory",
            "DirectoryChecks",
            "DumpCommand",
            "DumpedFile",
            "DurableAppendRun",
            "JournalChecks",
            "LockHolders",
            "MachineChecks",
            "OutputBuffer",
            "Streams");

    /** Parts of the command line that show or judge bytes as they lie in the files, and so need to know how they are laid out. */
    private static final Set<String> COMMANDS_THAT_READ_BYTES =
            Set.of("DirectoryChecks", "DoctorCommand", "DumpCommand", "DumpedFrames", "DumpedPages", "JournalChecks");

    /** Each wall, with what it keeps out. A rule is immutable, but does not say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum Wall {
        FORMAT_KNOWS_NOBODY(noClasses()
                .that()
                .resideInAPackage(FORMAT)
                .should()
                .dependOnClassesThat(resideInAPackage("io.tidemark..").and(not(resideInAPackage(FORMAT))))),
        STORAGE_KNOWS_ONLY_FORMAT_AND_SPI(noClasses()
                .that()
                .resideInAPackage(STORAGE)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.tidemark..").and(not(resideInAnyPackage(FORMAT, STORAGE, SPI))))),
        SPI_STANDS_ALONE(noClasses()
                .that()
                .resideInAPackage(SPI)
                .should()
                .dependOnClassesThat(resideInAPackage("io.tidemark..").and(not(resideInAPackage(SPI))))),
        EVENTS_STAND_ALONE(noClasses()
                .that()
                .resideInAPackage(JFR)
                .should()
                .dependOnClassesThat(resideInAPackage("io.tidemark..").and(not(resideInAPackage(JFR))))),
        ONLY_EVENTS_KNOW_THE_RECORDER(noClasses()
                .that()
                .resideOutsideOfPackage(JFR)
                .should()
                .dependOnClassesThat(resideInAPackage("jdk.jfr..")
                        .or(describe(
                                "events, and what fills them",
                                type -> type.getPackageName().equals(JFR)
                                        && !type.getModifiers().contains(JavaModifier.PUBLIC))))),
        HISTOGRAMS_KNOW_ONLY_THE_PROBE(noClasses()
                .that()
                .resideInAPackage(HISTOGRAM)
                .should()
                .dependOnClassesThat(resideInAPackage("io.tidemark..").and(not(resideInAnyPackage(HISTOGRAM, SPI))))),
        NOBODY_NEEDS_WHAT_IS_OPTIONAL(noClasses()
                .that()
                .resideOutsideOfPackages(HISTOGRAM, JMX, CLI + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(HISTOGRAM, JMX, "java.lang.management..", "javax.management..")),
        NOBODY_KNOWS_THE_COMMAND_LINE(noClasses()
                .that()
                .resideOutsideOfPackage(CLI + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLI + "..")),
        THE_COMMAND_LINE_USES_THE_FACE(noClasses()
                .that()
                .resideInAPackage(CLI + "..")
                .and(not(describe(
                        "what reads bytes as they lie",
                        type -> COMMANDS_THAT_READ_BYTES.contains(type.getSimpleName()))))
                .should()
                .dependOnClassesThat(resideInAnyPackage(STORAGE, FORMAT)
                        .or(describe(
                                "package-private types of the engine",
                                type -> type.getPackageName().equals(FACE)
                                        && !type.getModifiers().contains(JavaModifier.PUBLIC))))),
        FORMAT_DOES_NO_IO_AND_HAS_NO_THREADS(noClasses()
                .that()
                .resideInAPackage(FORMAT)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.io",
                                "java.nio.file..",
                                "java.nio.channels..",
                                "java.util.concurrent..",
                                "java.time..")
                        .and(not(describe(
                                "what every enum and record implements",
                                type -> type.getName().equals("java.io.Serializable"))))
                        .or(describe(
                                "threads and the system",
                                type -> Set.of("java.lang.Thread", "java.lang.System", "java.lang.Runtime")
                                        .contains(type.getName()))))),
        ONLY_STORAGE_OPENS_FILES(noClasses()
                .that()
                .resideOutsideOfPackages(STORAGE, SPI, CLI + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.channels..", "java.nio.file..")
                        .or(describe(
                                "files of java.io",
                                type -> type.getPackageName().equals("java.io")
                                        && type.getSimpleName().contains("File")))
                        .and(not(FAILURE_OF_A_FILE))
                        .and(not(describe("paths", type -> type.getName().equals(PATH)))))),
        SPI_IS_GIVEN_CHANNELS_AND_OPENS_NONE(noClasses()
                .that()
                .resideInAPackage(SPI)
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.channels..", "java.nio.file..")
                        .and(not(describe(
                                "channels", type -> type.getName().equals("java.nio.channels.FileChannel")))))),
        THE_COMMAND_LINE_LEAVES_FILES_TO_STORAGE(noClasses()
                .that()
                .resideInAPackage(CLI + "..")
                .and(not(describe(
                        "what looks around the journal",
                        type -> COMMANDS_THAT_LOOK_AROUND.contains(type.getSimpleName()))))
                .should()
                .dependOnClassesThat(resideInAPackage("java.nio.channels..")
                        .or(describe(
                                "java.nio.file.Files", type -> type.getName().equals("java.nio.file.Files"))))),
        ONLY_STORAGE_MAPS(noClasses()
                .that()
                .resideOutsideOfPackage(STORAGE)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.MappedByteBuffer")),
        JCTOOLS_WITHOUT_UNSAFE(noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.jctools..")
                        .and(not(resideInAPackage("org.jctools.queues.varhandle..")))
                        .and(not(describe(
                                "the interface of the queues",
                                type -> type.getName().startsWith("org.jctools.queues.MessagePassingQueue")))))),
        AGRONA_WITHOUT_FLAGS(noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.agrona..")
                        .and(not(describe("what needs no flag", type -> AGRONA_ALLOWED.contains(type.getName())))))),
        NO_INSIDES_OF_THE_JDK(noClasses().should().dependOnClassesThat().resideInAnyPackage("sun..", "jdk.internal..")),
        NO_LOGGER(noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "org.slf4j..")
                        .or(describe(
                                "the system's logger", type -> type.getName().startsWith("java.lang.System$Logger"))))),
        COMMAND_LINE_LIBRARIES_STAY_THERE(noClasses()
                .that()
                .resideOutsideOfPackages(CLI + "..", HISTOGRAM)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", "org.HdrHistogram.."));

        private final ArchRule rule;

        Wall(final ArchRule rule) {
            this.rule = rule.allowEmptyShould(true);
        }
    }

    /** Every package is a slice of its own, the root among them. */
    private static final SliceAssignment PACKAGES = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(final JavaClass type) {
            return type.getPackageName().startsWith(FACE)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of the journal";
        }
    };

    private static final JavaClasses MAIN_CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(FACE);

    @ParameterizedTest
    @EnumSource
    void wallShouldStandWhenTheCodeIsRead(final Wall wall) {
        wall.rule.check(MAIN_CLASSES);
    }

    @Test
    void packagesShouldNotDependOnEachOtherInACircle() {
        slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(MAIN_CLASSES);
    }

    @Test
    void publicTypesShouldBeTheListedOnes() {
        final Set<String> found = MAIN_CLASSES.stream()
                .filter(type -> type.getPackageName().equals(FACE))
                .filter(ArchitectureTest::isReachable)
                .map(type -> type.getName().substring(FACE.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(PUBLIC_TYPES), found);
    }

    @Test
    void typesForOtherModulesShouldBeTheListedOnes() {
        final Set<String> found = MAIN_CLASSES.stream()
                .filter(type -> type.getPackageName().equals(SPI))
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(SPI_TYPES), found);
    }

    private static boolean isReachable(final JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isReachable).orElse(true);
    }

    @Test
    void packagesShouldBeTheKnownOnesWhenOneIsAdded() {
        final Set<String> found =
                MAIN_CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(List.of(FACE, CLI, FORMAT, HISTOGRAM, JFR, JMX, SPI, STORAGE)), found);
    }

    /** A class with one field of a type that it must not know, for each wall at least once. */
    @ParameterizedTest
    @CsvSource({
        "FORMAT_KNOWS_NOBODY, format, io.tidemark.journal.storage.Storage",
        "FORMAT_KNOWS_NOBODY, format, io.tidemark.journal.Journal",
        "STORAGE_KNOWS_ONLY_FORMAT_AND_SPI, storage, io.tidemark.journal.Journal",
        "SPI_STANDS_ALONE, spi, io.tidemark.journal.storage.Storage",
        "SPI_STANDS_ALONE, spi, io.tidemark.journal.Journal",
        "EVENTS_STAND_ALONE, jfr, io.tidemark.journal.RecoveryReport",
        "ONLY_EVENTS_KNOW_THE_RECORDER, '', jdk.jfr.Event",
        "HISTOGRAMS_KNOW_ONLY_THE_PROBE, histogram, io.tidemark.journal.Journal",
        "NOBODY_NEEDS_WHAT_IS_OPTIONAL, '', io.tidemark.journal.histogram.JournalHistograms",
        "NOBODY_NEEDS_WHAT_IS_OPTIONAL, '', java.lang.management.ManagementFactory",
        "SPI_IS_GIVEN_CHANNELS_AND_OPENS_NONE, spi, java.nio.file.Files",
        "SPI_IS_GIVEN_CHANNELS_AND_OPENS_NONE, spi, java.nio.channels.FileLock",
        "NOBODY_KNOWS_THE_COMMAND_LINE, '', io.tidemark.journal.cli.Anything",
        "THE_COMMAND_LINE_USES_THE_FACE, cli, io.tidemark.journal.format.FrameLayout",
        "THE_COMMAND_LINE_USES_THE_FACE, cli, io.tidemark.journal.storage.Storage",
        "THE_COMMAND_LINE_USES_THE_FACE, cli, io.tidemark.journal.Recovery",
        "FORMAT_DOES_NO_IO_AND_HAS_NO_THREADS, format, java.io.InputStream",
        "FORMAT_DOES_NO_IO_AND_HAS_NO_THREADS, format, java.nio.channels.FileChannel",
        "FORMAT_DOES_NO_IO_AND_HAS_NO_THREADS, format, java.lang.Thread",
        "FORMAT_DOES_NO_IO_AND_HAS_NO_THREADS, format, java.util.concurrent.locks.Lock",
        "ONLY_STORAGE_OPENS_FILES, '', java.nio.channels.FileChannel",
        "ONLY_STORAGE_OPENS_FILES, '', java.nio.file.Files",
        "ONLY_STORAGE_OPENS_FILES, '', java.io.RandomAccessFile",
        "THE_COMMAND_LINE_LEAVES_FILES_TO_STORAGE, cli, java.nio.channels.FileChannel",
        "THE_COMMAND_LINE_LEAVES_FILES_TO_STORAGE, cli, java.nio.file.Files",
        "ONLY_STORAGE_MAPS, '', java.nio.MappedByteBuffer",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.MpscArrayQueue",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.SpscArrayQueue",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.unpadded.MpscUnpaddedArrayQueue",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.atomic.MpscAtomicArrayQueue",
        "AGRONA_WITHOUT_FLAGS, '', org.agrona.concurrent.UnsafeBuffer",
        "AGRONA_WITHOUT_FLAGS, '', org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer",
        "AGRONA_WITHOUT_FLAGS, '', org.agrona.concurrent.status.AtomicCounter",
        "NO_INSIDES_OF_THE_JDK, storage, sun.misc.Unsafe",
        "NO_INSIDES_OF_THE_JDK, storage, jdk.internal.misc.Unsafe",
        "NO_LOGGER, '', java.util.logging.Logger",
        "NO_LOGGER, '', java.lang.System$Logger",
        "COMMAND_LINE_LIBRARIES_STAY_THERE, '', org.HdrHistogram.Histogram"
    })
    void wallShouldBeNoticedWhenAClassBreaksIt(
            final Wall wall, final String packageName, final String forbidden, @TempDir final Path directory)
            throws IOException {
        final String name = (packageName.isEmpty() ? FACE : FACE + "." + packageName) + ".Offender";
        final JavaClasses offender = classWithField(name, forbidden, directory);
        final AssertionError error = assertThrows(AssertionError.class, () -> wall.rule.check(offender));
        assertFalse(error.getMessage().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "ONLY_STORAGE_OPENS_FILES, storage, java.nio.channels.FileChannel",
        "ONLY_STORAGE_OPENS_FILES, '', java.nio.file.Path",
        "THE_COMMAND_LINE_LEAVES_FILES_TO_STORAGE, cli, java.nio.file.Path",
        "ONLY_STORAGE_OPENS_FILES, '', java.nio.file.NoSuchFileException",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.MessagePassingQueue",
        "JCTOOLS_WITHOUT_UNSAFE, '', org.jctools.queues.varhandle.SpscVarHandleArrayQueue",
        "AGRONA_WITHOUT_FLAGS, '', org.agrona.DirectBuffer",
        "STORAGE_KNOWS_ONLY_FORMAT_AND_SPI, storage, io.tidemark.journal.spi.StorageSync",
        "SPI_IS_GIVEN_CHANNELS_AND_OPENS_NONE, spi, java.nio.channels.FileChannel",
        "THE_COMMAND_LINE_USES_THE_FACE, cli, io.tidemark.journal.JournalReader"
    })
    void wallShouldLetThroughWhatIsAllowed(
            final Wall wall, final String packageName, final String allowed, @TempDir final Path directory)
            throws IOException {
        final String name = (packageName.isEmpty() ? FACE : FACE + "." + packageName) + ".Honest";
        wall.rule.check(classWithField(name, allowed, directory));
    }

    private static JavaClasses classWithField(final String name, final String fieldType, final Path directory)
            throws IOException {
        final ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, name.replace('.', '/'), null, "java/lang/Object", null);
        writer.visitField(Opcodes.ACC_PRIVATE, "field", "L" + fieldType.replace('.', '/') + ";", null, null)
                .visitEnd();
        writer.visitEnd();
        Files.write(directory.resolve("Generated.class"), writer.toByteArray());
        return new ClassFileImporter().importPath(directory);
    }
}
