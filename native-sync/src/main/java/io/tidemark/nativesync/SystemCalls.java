// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One call to the system each. All give 0 if it succeeded, the system's number of the error if that is greater than 0, or
 * one of the codes below.
 */
interface SystemCalls {

    /** The system has no such call. */
    int UNSUPPORTED = -1;

    /** The channel is closed, or none of the JDK's own. */
    int NOT_A_FILE = -2;

    /** The buffer is not direct, or the range lies outside of it. */
    int OUT_OF_RANGE = -3;

    /** This Java version keeps descriptors where the library does not look. */
    int UNKNOWN_JAVA = -4;

    /** Ways to force a file. Linux: {@code fdatasync}. */
    int FORCE_DATA = 1;

    /** {@code fsync}; Windows: {@code FlushFileBuffers}. */
    int FORCE_FILE = 2;

    /** macOS: {@code fcntl(F_FULLFSYNC)}. */
    int FORCE_PLATTER = 3;

    /** macOS: {@code fcntl(F_BARRIERFSYNC)}. */
    int FORCE_BARRIER = 4;

    /** Looks for what the other calls need; once, before any of them. */
    int initialize();

    int force(FileChannel file, int way);

    int forceMapping(ByteBuffer mapping, int offset, int length);

    int faultIn(ByteBuffer mapping, int offset, int length);

    int letGoOfPages(ByteBuffer mapping, int offset, int length);

    int lockMemory(ByteBuffer mapping, int offset, int length);

    int reserve(FileChannel file, long length);

    int beginWriting(FileChannel file, long offset, long length);

    int adviseSequential(FileChannel file);

    /** The system's number for a kind of file system, 0 or more; below 0 a code, or -1000 less the number of an error. */
    long fileSystemNumber(FileChannel file);
}
