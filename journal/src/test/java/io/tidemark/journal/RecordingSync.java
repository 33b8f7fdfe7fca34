// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.spi.StorageSync;
import io.tidemark.journal.spi.SystemCall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Does what Java does, writes down what it was asked for, and fails where a test says so. */
final class RecordingSync implements StorageSync {

    /** What may be asked for. */
    enum Asked {
        FORCE,
        FORCE_DIRECTORY,
        FORCE_MAPPING,
        RESERVE,
        BEGIN_WRITING,
        FAULT_IN,
        LET_GO,
        ADVISE
    }

    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    private final Set<Asked> failing = ConcurrentHashMap.newKeySet();

    private void note(final Asked call) throws IOException {
        asked.add(call);
        if (failing.contains(call)) {
            throw new IOException("refused by the test");
        }
    }

    void fail(final Asked call) {
        failing.add(call);
    }

    List<Asked> takeAsked() {
        synchronized (asked) {
            final List<Asked> taken = List.copyOf(asked);
            asked.clear();
            return taken;
        }
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public List<SystemCall> calls() {
        return List.of(new SystemCall("force of a file", "force", "as Java's"));
    }

    @Override
    public boolean needsFileToForceMapping() {
        return true;
    }

    @Override
    public void force(final FileChannel file, final boolean withMetadata) throws IOException {
        note(isDirectory(file) ? Asked.FORCE_DIRECTORY : Asked.FORCE);
        file.force(withMetadata);
    }

    /** What can be forced and not written to. */
    private static boolean isDirectory(final FileChannel file) {
        try {
            file.write(ByteBuffer.allocate(0), 0);
            return false;
        } catch (final IOException | RuntimeException e) {
            return true;
        }
    }

    @Override
    public void forceMapping(
            final ByteBuffer mapping, final int offset, final int length, final @Nullable FileChannel file)
            throws IOException {
        note(Asked.FORCE_MAPPING);
        ((MappedByteBuffer) mapping).force(offset, length);
        if (file == null || !file.isOpen()) {
            throw new IOException("no file was given");
        }
    }

    @Override
    public boolean reserve(final FileChannel file, final long length) throws IOException {
        note(Asked.RESERVE);
        return false;
    }

    @Override
    public boolean beginWriting(final FileChannel file, final long offset, final long length) throws IOException {
        note(Asked.BEGIN_WRITING);
        return false;
    }

    @Override
    public boolean faultIn(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        note(Asked.FAULT_IN);
        return false;
    }

    @Override
    public boolean letGoOfPages(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        note(Asked.LET_GO);
        return false;
    }

    @Override
    public boolean adviseSequential(final FileChannel file) throws IOException {
        note(Asked.ADVISE);
        return false;
    }
}
