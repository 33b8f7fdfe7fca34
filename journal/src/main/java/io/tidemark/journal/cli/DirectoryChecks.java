// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.cli;

import io.tidemark.journal.JournalConfig;
import io.tidemark.journal.JournalException;
import io.tidemark.journal.StorageCheck;
import io.tidemark.journal.format.FileNames;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} looks at in the directory, whatever lies in it: where it is, whose it is, and how much room there is. */
final class DirectoryChecks {

    private static final String CHECK_PREFIX = "tidemark-check-";
    private static final int SHOWN_NAMES = 5;

    /** Of a journal that is not configured otherwise. */
    private static final long USUAL_SEGMENT_LENGTH = 64 << 20;

    private final Path directory;
    private final List<String> names = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    DirectoryChecks(final Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** Names of the files that are there, sorted. */
    List<String> names() {
        return names;
    }

    /** Length of the last segment; that of a new journal if there is none. */
    long segmentLength() {
        long length = USUAL_SEGMENT_LENGTH;
        for (final String name : names) {
            if (FileNames.segmentNumber(name) > 0) {
                length = lengthOf(name, length);
            }
        }
        return length;
    }

    private long lengthOf(final String name, final long unlessGone) {
        try {
            return Math.max(1, Files.size(directory.resolve(name)));
        } catch (final IOException e) {
            // Truncated since it was listed.
            return unlessGone;
        }
    }

    /** Whether the directory can be read, without which there is nothing more to look at. */
    boolean list() {
        if (!Files.isDirectory(directory)) {
            findings.add(Finding.trouble(
                    "directory",
                    directory
                            + (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) ? " is no directory" : " is missing"),
                    "name the directory of a journal, or an existing one that is to hold it"));
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        } catch (final IOException e) {
            findings.add(Finding.trouble(
                    "directory",
                    directory + " can't be read: " + CommandException.messageOf(e),
                    "run this as the user that owns the journal"));
            return false;
        }
        names.sort(null);
        findings.add(Finding.ok("directory", directory + ", " + names.size() + " files"));
        return true;
    }

    /** What was found when it could not even be listed. */
    List<Finding> findingsOfListing() {
        return List.copyOf(findings);
    }

    List<Finding> findings(final boolean measures) {
        try {
            final FileStore store = Files.getFileStore(directory);
            addFileSystem(store, measures);
            addSpace(store.getUsableSpace());
            addOwner();
            addPermissions();
        } catch (final IOException e) {
            findings.add(Finding.trouble(
                    "file system",
                    "it does not answer: " + CommandException.messageOf(e),
                    "look at the disk and its mount"));
        } catch (final UnsupportedOperationException e) {
            findings.add(Finding.note("permissions", "this system tells no owners and permissions of POSIX"));
        }
        addForeign();
        return findings;
    }

    private void addFileSystem(final FileStore store, final boolean measures) throws IOException {
        if (store.isReadOnly()) {
            findings.add(Finding.trouble(
                    "file system",
                    store.type() + ", mounted read-only",
                    "mount it for writing; it can be read meanwhile"));
            return;
        }
        final StorageCheck.Kind kind = StorageCheck.Kind.of(store.type());
        findings.add(
                switch (kind) {
                    case DISK -> Finding.ok("file system", store.type() + ", overwrites in place");
                    case COPYING ->
                        Finding.note(
                                "file system",
                                store.type()
                                        + ", copies on write: a full one ends the journal with an error, and loses nothing");
                    case MEMORY ->
                        Finding.warning(
                                "file system",
                                store.type() + ", held in memory: a power cut takes everything, whatever a force says",
                                "put the journal on a disk");
                    case OVERLAY ->
                        Finding.warning(
                                "file system",
                                store.type() + ", a layer of a container, which goes with it",
                                "put the journal on a volume");
                    case NETWORK ->
                        Finding.trouble(
                                "file system",
                                store.type()
                                        + ", not a disk of this machine: neither locks nor mapped files are reliable",
                                "put the journal on a local disk");
                    case UNKNOWN ->
                        Finding.note(
                                "file system",
                                store.type() + " is not known: find out whether it is a disk of this machine");
                });
        if (measures) {
            findings.add(force());
        }
    }

    private Finding force() {
        try {
            final StorageCheck check = StorageCheck.run(directory, JournalConfig.defaults());
            final long[] timesNs = check.mappedForcesNs();
            Arrays.sort(timesNs);
            final String found = "a force takes " + timesNs[timesNs.length / 2] / 1_000 + " µs in the middle, "
                    + timesNs[timesNs.length - 1] / 1_000 + " µs at most";
            return check.isPlausible()
                    ? Finding.ok("force", found)
                    : Finding.warning(
                            "force",
                            found + ", less than any device needs to flush: a power cut may take what was forced",
                            "see what storage-check says, and look at the write cache of the device");
        } catch (final JournalException e) {
            return Finding.warning(
                    "force",
                    "it could not be measured: " + CommandException.messageOf(e),
                    "see what is said of room and permissions here");
        }
    }

    private void addSpace(final long usable) {
        final long segment = segmentLength();
        final String found = Amounts.length(usable) + " usable, a segment takes " + Amounts.length(segment);
        if (usable < segment) {
            findings.add(Finding.trouble(
                    "free space",
                    found + ": there is no room for another, and appends will be refused",
                    "make room, checkpoint or truncate, or set a retention"));
        } else if (usable < 2 * segment) {
            findings.add(Finding.warning(
                    "free space",
                    found + ", and as much is kept free unless configured otherwise: appends are refused soon",
                    "make room, checkpoint or truncate, or set a retention"));
        } else {
            findings.add(Finding.ok("free space", found));
        }
    }

    /** Files of a journal have one owner: who writes it. Those of another were made by a run as the wrong user. */
    private void addOwner() throws IOException {
        final String owner =
                Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).getName();
        final TreeMap<String, List<String>> others = new TreeMap<>();
        for (final String name : names) {
            if (!isOfJournal(name)) {
                continue;
            }
            final String found = ownerOf(directory.resolve(name));
            if (found != null && !found.equals(owner)) {
                others.computeIfAbsent(found, unused -> new ArrayList<>()).add(name);
            }
        }
        if (others.isEmpty()) {
            findings.add(Finding.ok("owner", "all belongs to " + owner));
        }
        others.forEach((other, theirs) -> findings.add(Finding.trouble(
                "owner",
                shown(theirs) + (theirs.size() == 1 ? " belongs to " : " belong to ") + other + ", the directory to "
                        + owner + ": one of them can't open the journal",
                "chown -R " + owner + " " + directory + ", and write as that user alone")));
    }

    /** Null if the file is no more: who writes here renames and deletes files meanwhile. */
    private static @Nullable String ownerOf(final Path file) throws IOException {
        try {
            return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    private void addPermissions() throws IOException {
        final List<String> unreadable = names.stream()
                .filter(DirectoryChecks::isOfJournal)
                .filter(name -> !Files.isReadable(directory.resolve(name))
                        && Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS))
                .toList();
        if (!unreadable.isEmpty()) {
            findings.add(Finding.trouble(
                    "permissions",
                    shown(unreadable) + " can't be read by " + System.getProperty("user.name"),
                    "run as the owner of the journal"));
            return;
        }
        final Set<String> exposed = new TreeSet<>();
        for (final String name : names) {
            if (isOfJournal(name)
                    && !Files.isSymbolicLink(directory.resolve(name))
                    && isWritableByOthers(directory.resolve(name))) {
                exposed.add(name);
            }
        }
        if (isWritableByOthers(directory)) {
            exposed.add("the directory");
        }
        if (!exposed.isEmpty()) {
            findings.add(Finding.warning(
                    "permissions",
                    shown(List.copyOf(exposed)) + " can be written by everybody",
                    "chmod -R o-w " + directory));
        } else if (Files.isWritable(directory)) {
            findings.add(Finding.ok("permissions", System.getProperty("user.name") + " may read and write"));
        } else {
            findings.add(Finding.note("permissions", System.getProperty("user.name") + " may read, not write"));
        }
    }

    private static boolean isWritableByOthers(final Path path) throws IOException {
        try {
            return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE);
        } catch (final NoSuchFileException e) {
            // Renamed or deleted meanwhile.
            return false;
        }
    }

    private void addForeign() {
        final List<String> foreign = names.stream()
                .filter(name -> !isOfJournal(name) && !name.startsWith(CHECK_PREFIX))
                .toList();
        findings.add(
                foreign.isEmpty()
                        ? Finding.ok("files", "none that does not belong here")
                        : Finding.warning(
                                "files",
                                shown(foreign) + (foreign.size() == 1 ? " is" : " are") + " not of a journal",
                                "move what is foreign elsewhere: nobody looks after it here, and it takes room"));
    }

    private static boolean isOfJournal(final String name) {
        return FileNames.segmentNumber(name) > 0
                || FileNames.spareNumber(name) > 0
                || FileNames.isPreparing(name)
                || FileNames.isCache(name)
                || !FileNames.readerName(name).isEmpty()
                || Set.of(FileNames.META, FileNames.LOCK, FileNames.NAMES, FileNames.ARCHIVED)
                        .contains(name);
    }

    private static String shown(final List<String> some) {
        return some.stream().limit(SHOWN_NAMES).collect(Collectors.joining(", "))
                + (some.size() > SHOWN_NAMES ? " and " + (some.size() - SHOWN_NAMES) + " more" : "");
    }
}
