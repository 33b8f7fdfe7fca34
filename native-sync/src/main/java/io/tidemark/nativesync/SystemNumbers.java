// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the numbers of each system mean: errors, and kinds of file systems. */
final class SystemNumbers {

    /** Linux: a page would have been a signal. */
    static final int EFAULT = 14;

    static final int EINVAL = 22;
    static final int ENOTTY = 25;

    private static final Map<Integer, String> UNIX = Map.ofEntries(
            Map.entry(1, "EPERM: not permitted"),
            Map.entry(5, "EIO: the device could not be read or written"),
            Map.entry(9, "EBADF: the file is not open, or not for this"),
            Map.entry(12, "ENOMEM: no memory, or the range is not mapped"),
            Map.entry(13, "EACCES: no permission"),
            Map.entry(
                    EFAULT,
                    "EFAULT: a page can't be reached: no room for it, the file was cut short, or its disk is lost"),
            Map.entry(16, "EBUSY: in use"),
            Map.entry(19, "ENODEV: not for this kind of file"),
            Map.entry(21, "EISDIR: a directory"),
            Map.entry(EINVAL, "EINVAL: the system does not do that here"),
            Map.entry(ENOTTY, "ENOTTY: the file system does not do that"),
            Map.entry(27, "EFBIG: too long a file"),
            Map.entry(28, "ENOSPC: no space left"),
            Map.entry(29, "ESPIPE: a pipe"),
            Map.entry(30, "EROFS: the file system is read-only"));

    private static final Map<Integer, String> LINUX = Map.of(
            11, "EAGAIN: can't be done now",
            26, "ETXTBSY: the file is being run",
            38, "ENOSYS: the system does not have that call",
            95, "EOPNOTSUPP: the file system does not do that",
            107, "ENOTCONN: the file system's server is gone",
            116, "ESTALE: the file is gone from its server",
            122, "EDQUOT: quota exceeded",
            133, "EHWPOISON: the memory of a page is broken");

    private static final Map<Integer, String> DARWIN = Map.of(
            35, "EAGAIN: can't be done now",
            45, "ENOTSUP: the file system does not do that",
            69, "EDQUOT: quota exceeded",
            70, "ESTALE: the file is gone from its server",
            78, "ENOSYS: the system does not have that call",
            102, "EOPNOTSUPP: the file system does not do that");

    private static final Map<Integer, String> WINDOWS = Map.of(
            5, "ERROR_ACCESS_DENIED: no permission, or not open for writing",
            6, "ERROR_INVALID_HANDLE: the file is not open",
            19, "ERROR_WRITE_PROTECT: the disk is write-protected",
            21, "ERROR_NOT_READY: the device is not ready",
            23, "ERROR_CRC: the device could not be read",
            39, "ERROR_HANDLE_DISK_FULL: no space left",
            112, "ERROR_DISK_FULL: no space left",
            487, "ERROR_INVALID_ADDRESS: the range is not mapped",
            1117, "ERROR_IO_DEVICE: the device could not be read or written",
            1167, "ERROR_DEVICE_NOT_CONNECTED: the device is gone");

    /** Kinds of file systems, by the numbers of {@code statfs(2)}. */
    private static final Map<Long, String> FILE_SYSTEMS = Map.ofEntries(
            Map.entry(0xEF53L, "ext4"),
            Map.entry(0x58465342L, "xfs"),
            Map.entry(0x9123683EL, "btrfs"),
            Map.entry(0x2FC12FC1L, "zfs"),
            Map.entry(0xCA451A4EL, "bcachefs"),
            Map.entry(0xF2F52010L, "f2fs"),
            Map.entry(0x01021994L, "tmpfs"),
            Map.entry(0x858458F6L, "ramfs"),
            Map.entry(0x794C7630L, "overlay"),
            Map.entry(0x6969L, "nfs"),
            Map.entry(0xFF534D42L, "cifs"),
            Map.entry(0xFE534D42L, "smb2"),
            Map.entry(0x517BL, "smbfs"),
            Map.entry(0x00C36400L, "ceph"),
            Map.entry(0x47504653L, "gpfs"),
            Map.entry(0x0BD00BD0L, "lustre"),
            Map.entry(0x01021997L, "9p"),
            Map.entry(0x65735546L, "fuse"),
            Map.entry(0x6A656A63L, "virtiofs"),
            Map.entry(0x5346544EL, "ntfs"),
            Map.entry(0x4D44L, "vfat"),
            Map.entry(0x2011BAB0L, "exfat"),
            Map.entry(0x52654973L, "reiserfs"),
            Map.entry(0x3153464AL, "jfs"));

    private static final Map<TargetSystem.Kind, Set<Integer>> NO_SPACE = Map.of(
            TargetSystem.Kind.LINUX, Set.of(28, 122),
            TargetSystem.Kind.DARWIN, Set.of(28, 69),
            TargetSystem.Kind.WINDOWS, Set.of(39, 112));

    /** A call that is not to be had here, and did nothing. */
    private static final Map<TargetSystem.Kind, Set<Integer>> REFUSED = Map.of(
            TargetSystem.Kind.LINUX, Set.of(EINVAL, 38, 95),
            TargetSystem.Kind.DARWIN, Set.of(EINVAL, ENOTTY, 45, 78, 102),
            TargetSystem.Kind.WINDOWS, Set.of());

    private SystemNumbers() {}

    /** What an error is called, and what it says; the bare number if it is none of the known. */
    static String words(final TargetSystem.Kind system, final int error) {
        final Map<Integer, String> own = switch (system) {
            case LINUX -> LINUX;
            case DARWIN -> DARWIN;
            case WINDOWS -> WINDOWS;
        };
        String words = own.get(error);
        if (words == null && system != TargetSystem.Kind.WINDOWS) {
            words = UNIX.get(error);
        }
        return words == null ? "error " + error + " of the system" : words + " (" + error + ")";
    }

    static boolean isNoSpace(final TargetSystem.Kind system, final int error) {
        return NO_SPACE.getOrDefault(system, Set.of()).contains(error);
    }

    /** Whether the system or the file system has no such call; then nothing was done. */
    static boolean isRefused(final TargetSystem.Kind system, final int error) {
        return REFUSED.getOrDefault(system, Set.of()).contains(error);
    }

    /** The name of a kind of file system, as in {@code mount}; null if it is none of the known. */
    static @Nullable String fileSystem(final long number) {
        return FILE_SYSTEMS.get(number);
    }
}
