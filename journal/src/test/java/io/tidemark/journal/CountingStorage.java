// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts how often files are opened and directories listed, over another storage. One thread. */
final class CountingStorage implements Storage {

    private final Storage storage;
    private int openCount;
    private int listCount;

    CountingStorage(final Storage storage) {
        this.storage = storage;
    }

    /** Number of files opened since the last look, those in vain included. */
    int takeOpenCount() {
        final int count = openCount;
        openCount = 0;
        return count;
    }

    /** Number of listings since the last look. */
    int takeListCount() {
        final int count = listCount;
        listCount = 0;
        return count;
    }

    @Override
    public String pathOf(final String name) {
        return storage.pathOf(name);
    }

    @Override
    public List<String> list() throws IOException {
        listCount++;
        return storage.list();
    }

    @Override
    public boolean tryLock(final String name) throws IOException {
        return storage.tryLock(name);
    }

    @Override
    public @Nullable StorageLock tryLock(final String name, final long region) throws IOException {
        return storage.tryLock(name, region);
    }

    @Override
    public StorageFile create(final String name) throws IOException {
        openCount++;
        return storage.create(name);
    }

    @Override
    public StorageFile open(final String name, final boolean writable) throws IOException {
        openCount++;
        return storage.open(name, writable);
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public void delete(final String name) throws IOException {
        storage.delete(name);
    }

    @Override
    public void forceDirectory() throws IOException {
        storage.forceDirectory();
    }

    @Override
    public long usableSpace() throws IOException {
        return storage.usableSpace();
    }

    @Override
    public boolean copiesOnWrite() throws IOException {
        return storage.copiesOnWrite();
    }

    @Override
    public SegmentLeases leases(final String name, final boolean writable) throws IOException {
        openCount++;
        return storage.leases(name, writable);
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
