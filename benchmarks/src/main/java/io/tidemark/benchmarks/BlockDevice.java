// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The block device under a directory, and what the kernel counts of it. Counts are of the device: others count, too. */
final class BlockDevice {

    private static final int MINOR_BITS = 8;
    private static final long SECTOR_LENGTH = 512;
    private static final int WRITES = 4;
    private static final int SECTORS_WRITTEN = 6;
    private static final int FLUSHES = 15;

    private final Path path;

    /**
     * What was counted since the machine was started.
     *
     * @param writes requests
     * @param bytesWritten bytes
     * @param flushes of the device's cache; -1 if it is not counted
     */
    record Counts(long writes, long bytesWritten, long flushes) {

        Counts since(final Counts before) {
            return new Counts(writes - before.writes, bytesWritten - before.bytesWritten, flushes - before.flushes);
        }
    }

    private BlockDevice(final Path path) {
        this.path = path;
    }

    /** The device of a directory; null where the system does not tell. */
    static @Nullable BlockDevice of(final Path directory) {
        try {
            final long device = (Long) Files.getAttribute(directory, "unix:dev");
            final long major = (device >> MINOR_BITS) & 0xFFF;
            final long minor = (device & 0xFF) | ((device >> 12) & ~0xFFL);
            final Path path = Path.of("/sys/dev/block/" + major + ":" + minor);
            return Files.isReadable(path.resolve("stat")) ? new BlockDevice(path.toRealPath()) : null;
        } catch (final IOException | UnsupportedOperationException | IllegalArgumentException e) {
            // No such view of files, or a file system that lies on no device.
            return null;
        }
    }

    Counts counts() throws IOException {
        final List<String> fields =
                List.of(Files.readString(path.resolve("stat")).strip().split("\\s+", -1));
        return new Counts(
                Long.parseLong(fields.get(WRITES)),
                Long.parseLong(fields.get(SECTORS_WRITTEN)) * SECTOR_LENGTH,
                fields.size() > FLUSHES ? Long.parseLong(fields.get(FLUSHES)) : -1);
    }

    String describe() {
        return path.getFileName() + ", write cache " + read("queue/write_cache") + ", forced unit access "
                + read("queue/fua") + ", rotational " + read("queue/rotational");
    }

    private String read(final String name) {
        for (Path at = path; at != null; at = at.getParent()) {
            if (Files.isReadable(at.resolve(name))) {
                try {
                    return Files.readString(at.resolve(name)).strip();
                } catch (final IOException e) {
                    return "unknown";
                }
            }
        }
        return "unknown";
    }
}
