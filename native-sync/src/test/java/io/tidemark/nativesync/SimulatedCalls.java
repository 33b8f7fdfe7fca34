// SPDX-License-Identifier: Apache-2.0
package io.tidemark.nativesync;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A system that writes down what it is asked for, and answers as a test says: 0 unless it says otherwise. */
final class SimulatedCalls implements SystemCalls {

    private final List<String> made = new ArrayList<>();
    private final Map<String, Integer> answers = new HashMap<>();

    SimulatedCalls answer(final String call, final int outcome) {
        answers.put(call, outcome);
        return this;
    }

    List<String> made() {
        return made;
    }

    private int call(final String call) {
        made.add(call);
        return answers.getOrDefault(call, 0);
    }

    @Override
    public int initialize() {
        return call("initialize");
    }

    @Override
    public int force(final FileChannel file, final int way) {
        return call(
                switch (way) {
                    case FORCE_DATA -> "data";
                    case FORCE_FILE -> "file";
                    case FORCE_PLATTER -> "platter";
                    case FORCE_BARRIER -> "barrier";
                    default -> throw new IllegalArgumentException("way=" + way);
                });
    }

    @Override
    public int forceMapping(final ByteBuffer mapping, final int offset, final int length) {
        return call("mapping");
    }

    @Override
    public int faultIn(final ByteBuffer mapping, final int offset, final int length) {
        return call("fault in");
    }

    @Override
    public int letGoOfPages(final ByteBuffer mapping, final int offset, final int length) {
        return call("let go");
    }

    @Override
    public int lockMemory(final ByteBuffer mapping, final int offset, final int length) {
        return call("lock");
    }

    @Override
    public int reserve(final FileChannel file, final long length) {
        return call("reserve");
    }

    @Override
    public int beginWriting(final FileChannel file, final long offset, final long length) {
        return call("begin writing");
    }

    @Override
    public int adviseSequential(final FileChannel file) {
        return call("advise");
    }

    @Override
    public long fileSystemNumber(final FileChannel file) {
        return call("file system");
    }
}
