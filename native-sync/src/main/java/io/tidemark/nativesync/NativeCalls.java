// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The functions of {@code native_sync.c}. They take the objects, and not their addresses or descriptors: those are read inside
 * of the call, during which its arguments are reachable, and every range is checked against the buffer there.
 */
final class NativeCalls implements SystemCalls {

    @Override
    public native int initialize();

    @Override
    public native int force(FileChannel file, int way);

    @Override
    public native int forceMapping(ByteBuffer mapping, int offset, int length);

    @Override
    public native int faultIn(ByteBuffer mapping, int offset, int length);

    @Override
    public native int letGoOfPages(ByteBuffer mapping, int offset, int length);

    @Override
    public native int lockMemory(ByteBuffer mapping, int offset, int length);

    @Override
    public native int reserve(FileChannel file, long length);

    @Override
    public native int beginWriting(FileChannel file, long offset, long length);

    @Override
    public native int adviseSequential(FileChannel file);

    @Override
    public native long fileSystemNumber(FileChannel file);
}
