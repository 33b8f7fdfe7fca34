// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One file, whatever it is called: its content in the page cache, and its content on the disk. What is dirty is found by
 * comparing the two, because stores into a mapping can't be seen otherwise. Guarded by {@link SimulatedMachine}.
 */
final class SimulatedFile {

    static final int PAGE_LENGTH = 4096;

    private static final int SECTOR_LENGTH = Survival.SECTOR_LENGTH;
    private static final int WORD_LENGTH = Survival.WORD_LENGTH;
    private static final int FIRST_CAPACITY = 2 * PAGE_LENGTH;
    private static final byte[] EMPTY = new byte[0];
    private static final int[] NO_SECTORS = new int[0];

    /** Calls read it for their line in the trace before they enter the monitor. */
    private volatile String name;

    /** Null as long as the content is that of the disk; a heap buffer until the file is mapped. Zero behind the end. */
    private @Nullable ByteBuffer cache;

    private int cacheLength;

    /** May be longer than the durable length, where contents were forced and the length was not. */
    private byte[] disk = EMPTY;

    /** Whether a snapshot holds the same array, which must then be copied before it is changed. */
    private boolean diskShared;

    private int durableLength;

    /** Contents of the pages that a failed force left clean and not on the disk, by page. */
    private final TreeMap<Integer, byte[]> lostPages = new TreeMap<>();

    private int mappingCount;

    /** What was in parts of the cache when nobody had them mapped for writing any more, by offset. */
    private final TreeMap<Integer, byte[]> unmappedParts = new TreeMap<>();

    private boolean storedAfterUnmap;

    SimulatedFile(final String name) {
        this.name = name;
    }

    SimulatedFile copy() {
        final SimulatedFile copy = new SimulatedFile(name);
        if (cache != null) {
            copy.cache = onHeap(cache, cacheLength);
        }
        copy.cacheLength = cacheLength;
        copy.disk = disk;
        copy.diskShared = true;
        diskShared = true;
        copy.durableLength = durableLength;
        // Images of pages are never changed in place.
        copy.lostPages.putAll(lostPages);
        return copy;
    }

    void name(final String newName) {
        name = newName;
    }

    String name() {
        return name;
    }

    int length() {
        return cacheLength;
    }

    int read(final ByteBuffer target, final int count, final long offset) {
        final int readable = (int) Math.max(0, Math.min(count, cacheLength - offset));
        if (readable > 0) {
            final ByteBuffer source = cache == null ? ByteBuffer.wrap(disk) : cache;
            target.put(target.position(), source, (int) offset, readable);
            target.position(target.position() + readable);
        }
        return readable;
    }

    void write(final ByteBuffer source, final int count, final long offset) {
        if (count == 0) {
            return;
        }
        final int end = Math.toIntExact(offset + count);
        checkUnmappedParts();
        openCache(end).put((int) offset, source, source.position(), count);
        source.position(source.position() + count);
        cacheLength = Math.max(cacheLength, end);
        if (!lostPages.isEmpty()) {
            // Whatever is written makes its page dirty again, even if it is what the page held.
            lostPages
                    .subMap((int) offset / PAGE_LENGTH, true, (end - 1) / PAGE_LENGTH, true)
                    .clear();
        }
    }

    /** Takes the file over as it is given, durably. */
    void install(final byte[] content) {
        disk = content.clone();
        diskShared = false;
        durableLength = disk.length;
        cacheLength = disk.length;
    }

    ByteBuffer map(final int offset, final int length, final boolean writable) {
        if (length > cacheLength - offset) {
            throw new IllegalStateException("mapping behind the end: file=" + name + ", length=" + cacheLength
                    + ", mapping=" + offset + "+" + length);
        }
        if (writable) {
            checkUnmappedParts();
        }
        final ByteBuffer present = openCache(cacheLength);
        if (!present.isDirect()) {
            final int capacity = (cacheLength + WORD_LENGTH - 1) / WORD_LENGTH * WORD_LENGTH;
            cache = ByteBuffer.allocateDirect(capacity + WORD_LENGTH)
                    .alignedSlice(WORD_LENGTH)
                    .slice(0, cacheLength);
            cache.put(0, present, 0, cacheLength);
        }
        mappingCount++;
        final ByteBuffer mapped = cache.slice(offset, length);
        return writable ? mapped : mapped.asReadOnlyBuffer();
    }

    /**
     * Takes a mapping away. With the last one, the cache moves to other memory, so that stores into the buffers that were
     * handed out reach the file no more.
     *
     * @return the memory of the mapping, or null if another mapping still has it
     */
    @Nullable
    ByteBuffer unmap() {
        mappingCount--;
        if (mappingCount > 0 || cache == null) {
            return null;
        }
        checkUnmappedParts();
        final ByteBuffer old = cache;
        refreshLostPages();
        final boolean clean = cacheLength == durableLength && lostPages.isEmpty() && dirtySectors().length == 0;
        cache = clean ? null : onHeap(old, cacheLength);
        return old;
    }

    /** Remembers what is in a part that nobody has mapped for writing any more, though other parts, or readers, have the file. */
    void watch(final int offset, final int length) {
        if (cache != null) {
            final byte[] content = new byte[length];
            cache.get(offset, content);
            unmappedParts.put(offset, content);
        }
    }

    /** Whether somebody stored into a part through a mapping that was gone. */
    boolean isStoredAfterUnmap() {
        checkUnmappedParts();
        return storedAfterUnmap;
    }

    /** From now on the parts may change in other ways. */
    private void checkUnmappedParts() {
        unmappedParts.forEach((offset, content) ->
                storedAfterUnmap |= !present().slice(offset, content.length).equals(ByteBuffer.wrap(content)));
        unmappedParts.clear();
    }

    void force(final boolean withLength) {
        forceRange(0, cacheLength);
        if (withLength) {
            durableLength = cacheLength;
        }
    }

    /** Writes whole pages, all that the range touches, but those that were lost and not made dirty since. */
    void forceRange(final int offset, final int length) {
        if (cache == null || length == 0) {
            return;
        }
        refreshLostPages();
        final int begin = offset / PAGE_LENGTH * PAGE_LENGTH;
        final int end = Math.min(cacheLength, ((offset + length - 1) / PAGE_LENGTH + 1) * PAGE_LENGTH);
        ownDisk();
        if (lostPages.isEmpty()) {
            cache.get(begin, disk, begin, end - begin);
            return;
        }
        for (int page = begin / PAGE_LENGTH; page * PAGE_LENGTH < end; page++) {
            if (!lostPages.containsKey(page)) {
                writePage(page);
            }
        }
    }

    /**
     * A force that fails: of the dirty pages in the range some are written, and all are clean afterwards.
     *
     * @param random chooses the pages that are written; null if none is
     */
    void failForce(final int offset, final int length, final @Nullable RandomGenerator random) {
        if (cache == null || length == 0) {
            return;
        }
        refreshLostPages();
        final int first = offset / PAGE_LENGTH;
        final int last = (offset + length - 1) / PAGE_LENGTH;
        int page = -1;
        for (final int sector : dirtySectors()) {
            final int pageOfSector = sector / (PAGE_LENGTH / SECTOR_LENGTH);
            if (pageOfSector == page || pageOfSector < first || pageOfSector > last) {
                continue;
            }
            page = pageOfSector;
            if (random != null && random.nextBoolean()) {
                writePage(page);
            } else {
                lostPages.put(page, image(page));
            }
        }
    }

    /** The kernel writes some dirty sectors on its own account, whole, and perhaps the length. */
    void writeBack(final RandomGenerator random, final Survival survival) {
        refreshLostPages();
        final int[] sectors = dirtySectors();
        if (sectors.length > 0) {
            survival.apply(random, sectors, this, false);
        }
        durableLength = survival.length(random, durableLength, cacheLength);
    }

    /** The power goes and comes back: some dirty sectors are on the disk, and the cache is empty. */
    void crash(final RandomGenerator random, final Survival survival) {
        refreshLostPages();
        final int[] sectors = dirtySectors();
        if (sectors.length > 0) {
            survival.apply(random, sectors, this, true);
        }
        final int length = survival.length(random, durableLength, cacheLength);
        if (disk.length > length) {
            ownDisk();
            Arrays.fill(disk, length, disk.length, (byte) 0);
        }
        durableLength = length;
        cacheLength = length;
        if (disk.length < length) {
            ownDisk();
        }
        cache = null;
        lostPages.clear();
        unmappedParts.clear();
        mappingCount = 0;
    }

    /** Changes a range in cache and disk alike. */
    void damage(final int offset, final int length, final int mask, final int addition) {
        if (offset < 0 || length < 0 || offset + length > cacheLength) {
            throw new IndexOutOfBoundsException("file=" + name + ", offset=" + offset + ", length=" + length);
        }
        refreshLostPages();
        checkUnmappedParts();
        ownDisk();
        for (int i = offset; i < offset + length; i++) {
            disk[i] = (byte) ((disk[i] & mask) ^ addition);
            if (cache != null) {
                cache.put(i, (byte) ((cache.get(i) & mask) ^ addition));
            }
        }
        lostPages.replaceAll((page, image) -> image(page));
    }

    byte[] contents() {
        final byte[] contents = new byte[cacheLength];
        read(ByteBuffer.wrap(contents), cacheLength, 0);
        return contents;
    }

    byte[] durableContents() {
        return Arrays.copyOf(disk, durableLength);
    }

    void writeSector(final int sector) {
        final int offset = sector * SECTOR_LENGTH;
        ownDisk();
        present().get(offset, disk, offset, Math.min(SECTOR_LENGTH, cacheLength - offset));
    }

    void writeWord(final int offset) {
        ownDisk();
        present().get(offset, disk, offset, Math.min(WORD_LENGTH, cacheLength - offset));
    }

    /** The offsets of the words of a sector in which cache and disk differ. */
    int[] dirtyWords(final int sector) {
        final int end = Math.min((sector + 1) * SECTOR_LENGTH, cacheLength);
        int[] words = NO_SECTORS;
        int count = 0;
        for (int offset = sector * SECTOR_LENGTH; offset < end; offset += WORD_LENGTH) {
            final int length = Math.min(WORD_LENGTH, end - offset);
            if (present().slice(offset, length).mismatch(ByteBuffer.wrap(disk, offset, length)) >= 0) {
                words = Survival.append(words, count, offset);
                count++;
            }
        }
        return Arrays.copyOf(words, count);
    }

    /** The sectors in which cache and disk differ, but those of pages that count as clean. */
    private int[] dirtySectors() {
        if (cache == null) {
            return NO_SECTORS;
        }
        if (disk.length < cacheLength) {
            ownDisk();
        }
        final ByteBuffer fresh = cache.duplicate().position(0).limit(cacheLength);
        final ByteBuffer old = ByteBuffer.wrap(disk, 0, cacheLength);
        int[] sectors = NO_SECTORS;
        int count = 0;
        int offset = 0;
        while (offset < cacheLength) {
            final int difference = fresh.position(offset).mismatch(old.position(offset));
            if (difference < 0) {
                break;
            }
            final int sector = (offset + difference) / SECTOR_LENGTH;
            if (lostPages.isEmpty() || !lostPages.containsKey(sector / (PAGE_LENGTH / SECTOR_LENGTH))) {
                sectors = Survival.append(sectors, count, sector);
                count++;
            }
            offset = Math.min(cacheLength, (sector + 1) * SECTOR_LENGTH);
        }
        return Arrays.copyOf(sectors, count);
    }

    /** Forgets that a page was lost once something was stored into it: it is dirty again, and will be written whole. */
    private void refreshLostPages() {
        if (!lostPages.isEmpty()) {
            lostPages.entrySet().removeIf(this::isChanged);
        }
    }

    private boolean isChanged(final Map.Entry<Integer, byte[]> lostPage) {
        return !Arrays.equals(image(lostPage.getKey()), lostPage.getValue());
    }

    private byte[] image(final int page) {
        final int offset = page * PAGE_LENGTH;
        final byte[] image = new byte[Math.min(PAGE_LENGTH, cacheLength - offset)];
        present().get(offset, image);
        return image;
    }

    private void writePage(final int page) {
        final int offset = page * PAGE_LENGTH;
        ownDisk();
        present().get(offset, disk, offset, Math.min(PAGE_LENGTH, cacheLength - offset));
    }

    private ByteBuffer present() {
        if (cache == null) {
            throw new IllegalStateException("nothing is dirty: file=" + name);
        }
        return cache;
    }

    private ByteBuffer openCache(final int capacity) {
        if (cache != null && cache.capacity() >= capacity) {
            return cache;
        }
        if (mappingCount > 0) {
            throw new IllegalStateException("a mapped file can't grow in this simulation: file=" + name);
        }
        final ByteBuffer grown = ByteBuffer.allocate(
                Math.max(Math.max(capacity, cacheLength), cache == null ? FIRST_CAPACITY : 2 * cache.capacity()));
        grown.put(0, cache == null ? ByteBuffer.wrap(disk) : cache, 0, cacheLength);
        cache = grown;
        return grown;
    }

    /** Makes the array of the disk long enough for all that the cache holds, and this file's own. */
    private void ownDisk() {
        if (diskShared || disk.length < cacheLength) {
            disk = Arrays.copyOf(disk, Math.max(disk.length, cacheLength));
            diskShared = false;
        }
    }

    private static ByteBuffer onHeap(final ByteBuffer source, final int length) {
        final ByteBuffer target = ByteBuffer.allocate(Math.max(FIRST_CAPACITY, length));
        return target.put(0, source, 0, length);
    }
}
