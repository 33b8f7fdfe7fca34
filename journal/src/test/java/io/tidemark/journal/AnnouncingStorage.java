// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.storage.MappedFile;
import io.tidemark.journal.storage.SegmentLeases;
import io.tidemark.journal.storage.Storage;
import io.tidemark.journal.storage.StorageFile;
import io.tidemark.journal.storage.StorageLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A real directory, with every call that changes something in it announced before and after: so that whoever kills the
 * process can choose the call, and knows what was under way.
 */
final class AnnouncingStorage implements Storage {

    /** Is told of calls. */
    interface Announcer {

        /** A call begins. */
        void begin(String call);

        /** It is over. */
        void end(String call);
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private interface VoidCall {
        void run() throws IOException;
    }

    private final Storage storage;
    private final Announcer announcer;

    AnnouncingStorage(final Storage storage, final Announcer announcer) {
        this.storage = storage;
        this.announcer = announcer;
    }

    private <T> T announced(final String call, final Call<T> body) throws IOException {
        announcer.begin(call);
        final T result = body.run();
        announcer.end(call);
        return result;
    }

    private void announced(final String call, final VoidCall body) throws IOException {
        announcer.begin(call);
        body.run();
        announcer.end(call);
    }

    private static String kind(final String name) {
        if (FileNames.spareNumber(name) > 0) {
            return "spare";
        }
        final String kind = name.startsWith(FileNames.META)
                ? "meta"
                : FileNames.isCache(name) ? name.substring("journal.".length()) : "segment";
        return FileNames.isPreparing(name) ? kind + ".preparing" : kind;
    }

    @Override
    public String pathOf(final String name) {
        return storage.pathOf(name);
    }

    @Override
    public List<String> list() throws IOException {
        return storage.list();
    }

    @Override
    public boolean tryLock(final String name) throws IOException {
        return announced("lock", () -> storage.tryLock(name));
    }

    @Override
    public @Nullable StorageLock tryLock(final String name, final long region) throws IOException {
        return storage.tryLock(name, region);
    }

    @Override
    public StorageFile create(final String name) throws IOException {
        return new File(kind(name), announced("create " + kind(name), () -> storage.create(name)));
    }

    @Override
    public StorageFile open(final String name, final boolean writable) throws IOException {
        return new File(kind(name), storage.open(name, writable));
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        announced("rename " + kind(from), () -> storage.rename(from, to));
    }

    @Override
    public void delete(final String name) throws IOException {
        announced("delete " + kind(name), () -> storage.delete(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        announced("force directory", storage::forceDirectory);
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
        return storage.leases(name, writable);
    }

    @Override
    public void close() throws IOException {
        announced("unlock", storage::close);
    }

    /** A file; only the first of several writes in a row is announced. */
    private final class File implements StorageFile {
        private final String kind;
        private final StorageFile file;
        private boolean written;

        File(final String kind, final StorageFile file) {
            this.kind = kind;
            this.file = file;
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public int read(final ByteBuffer target, final long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void write(final ByteBuffer source, final long offset) throws IOException {
            if (written) {
                file.write(source, offset);
            } else {
                written = true;
                announced("write " + kind, () -> file.write(source, offset));
            }
        }

        @Override
        public void reserve(final long length) throws IOException {
            file.reserve(length);
        }

        @Override
        public void force(final boolean withMetadata) throws IOException {
            written = false;
            announced("force " + kind, () -> file.force(withMetadata));
        }

        @Override
        public MappedFile map(final int offset, final int length) throws IOException {
            return new Mapping(announced("map " + kind, () -> file.map(offset, length)));
        }

        @Override
        public MappedFile mapForReading(final int offset, final int length) throws IOException {
            return file.mapForReading(offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    private final class Mapping implements MappedFile {
        private final MappedFile mapped;

        Mapping(final MappedFile mapped) {
            this.mapped = mapped;
        }

        @Override
        public ByteBuffer buffer() {
            return mapped.buffer();
        }

        @Override
        public void faultIn(final int offset, final int length) throws IOException {
            mapped.faultIn(offset, length);
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            announced("force mapped", () -> mapped.force(offset, length));
        }

        @Override
        public void unmap() throws IOException {
            announced("unmap", mapped::unmap);
        }
    }
}
