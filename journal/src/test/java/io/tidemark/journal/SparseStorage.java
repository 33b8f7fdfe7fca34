// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.TreeMap;

/**
 * A directory that can only be read, whose files may be far longer than memory: behind their content they are zero. It is
 * for fuzz targets that look at one file a hundred thousand times a second; whatever writes uses the simulated storage.
 */
final class SparseStorage implements Storage {

    private static final byte[] ZEROS = new byte[4096];

    private final TreeMap<String, SparseFile> files = new TreeMap<>();

    /** Puts a file there whose content and length are the caller's to change at any time. */
    SparseFile add(final String name, final byte[] content) {
        final SparseFile file = new SparseFile(content);
        files.put(name, file);
        return file;
    }

    @Override
    public String pathOf(final String name) {
        return name;
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public StorageFile open(final String name, final boolean writable) throws IOException {
        final SparseFile file = files.get(name);
        if (file == null || !file.isThere) {
            throw new NoSuchFileException(name);
        }
        if (file.lengthWhenOpened >= 0) {
            file.length = file.lengthWhenOpened;
        }
        return file;
    }

    @Override
    public void close() {}

    @Override
    public boolean tryLock(final String name) {
        throw readOnly();
    }

    @Override
    public StorageLock tryLock(final String name, final long region) {
        throw readOnly();
    }

    @Override
    public StorageFile create(final String name) {
        throw readOnly();
    }

    @Override
    public void rename(final String from, final String to) {
        throw readOnly();
    }

    @Override
    public void delete(final String name) {
        throw readOnly();
    }

    @Override
    public void forceDirectory() {
        throw readOnly();
    }

    @Override
    public long usableSpace() {
        throw readOnly();
    }

    @Override
    public boolean copiesOnWrite() {
        throw readOnly();
    }

    @Override
    public SegmentLeases leases(final String name, final boolean writable) throws IOException {
        throw new NoSuchFileException(name);
    }

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("this storage is only read");
    }

    /** A file that needs no closing. */
    static final class SparseFile implements StorageFile {
        private final byte[] content;
        private long length;
        private long lengthWhenOpened = -1;
        private long lengthWhenRead;
        private boolean isThere = true;

        private SparseFile(final byte[] content) {
            this.content = content;
            this.length = content.length;
        }

        byte[] content() {
            return content;
        }

        void length(final long newLength) {
            length = newLength;
            lengthWhenOpened = -1;
        }

        /**
         * Lets the file be short whenever it is opened, and grow as soon as it is read: a reader that chooses its window
         * by the length makes a short one then, which costs little, is soon left behind, and is filled afresh.
         */
        void growWhenRead(final long newLengthWhenOpened, final long newLengthWhenRead) {
            lengthWhenOpened = newLengthWhenOpened;
            lengthWhenRead = newLengthWhenRead;
        }

        void isThere(final boolean there) {
            isThere = there;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public int read(final ByteBuffer target, final long offset) {
            if (lengthWhenOpened >= 0) {
                length = lengthWhenRead;
            }
            final int count = (int) Math.max(0, Math.min(target.remaining(), length - offset));
            final int filled = (int) Math.max(0, Math.min(count, content.length - offset));
            if (filled > 0) {
                target.put(content, (int) offset, filled);
            }
            for (int left = count - filled; left > 0; left -= Math.min(left, ZEROS.length)) {
                target.put(ZEROS, 0, Math.min(left, ZEROS.length));
            }
            return count;
        }

        @Override
        public void write(final ByteBuffer source, final long offset) {
            throw readOnly();
        }

        @Override
        public void reserve(final long reservedLength) {
            throw readOnly();
        }

        @Override
        public void force(final boolean withMetadata) {
            throw readOnly();
        }

        @Override
        public MappedFile map(final int mappingOffset, final int mappingLength) {
            throw readOnly();
        }

        @Override
        public MappedFile mapForReading(final int mappingOffset, final int mappingLength) {
            throw new UnsupportedOperationException("this storage is not mapped");
        }

        @Override
        public void close() {}
    }
}
