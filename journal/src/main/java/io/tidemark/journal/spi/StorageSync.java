// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the operating system that the journal makes to have things durable and ready. The two forces must do what they
 * promise. The others are help: an implementation that has none of it keeps their defaults, and the journal does without.
 *
 * <p>What fails is an {@link IOException}, best a {@link SystemCallException}; the journal adds the name of the file. After a
 * force that failed the journal ends, and tries nothing again: neither must an implementation, unless the system says
 * that the call is not to be had for this file, or that a signal came before it did anything.
 *
 * <p>Threads: any number at once, for different files and mappings. No call may be ended by an interrupt, nor close the
 * channel. A channel and a buffer are used only during the call that was given them, and stay open, mapped and reachable
 * that long; an implementation must not keep their addresses or descriptors.
 */
public interface StorageSync {

    /**
     * What this is, in a few words, for people to read.
     *
     * @return such as "native-sync, linux-x86_64"
     */
    String name();

    /**
     * What is called on this system, and what it guarantees.
     *
     * @return one entry for each purpose
     */
    List<SystemCall> calls();

    /**
     * Whether {@link #forceMapping} needs the file as well. Then a descriptor is kept open for each segment that is mapped.
     *
     * @return whether it does
     */
    boolean needsFileToForceMapping();

    /**
     * Makes what was written to a file durable.
     *
     * @param file open for writing, or a directory open for reading
     * @param withMetadata false if length and times of the file need not be kept
     * @throws IOException if that failed; what is durable then is not known
     */
    void force(FileChannel file, boolean withMetadata) throws IOException;

    /**
     * Makes a range of a mapping durable, so that it is reachable after a power cut.
     *
     * @param mapping direct, over the whole mapping
     * @param offset of the first byte in the mapping; need not be that of a page
     * @param length of the range, in bytes, more than 0
     * @param file that is mapped; null unless {@link #needsFileToForceMapping()}
     * @throws IOException if that failed; what is durable then is not known
     */
    void forceMapping(ByteBuffer mapping, int offset, int length, @Nullable FileChannel file) throws IOException;

    /**
     * Reserves room for the first bytes of a file, so that a file system that is too full says so before anything is written.
     * May make the file longer, up to that length. The blocks need not be ones that can be overwritten in place.
     *
     * @param file open for writing
     * @param length from the beginning of the file, in bytes, more than 0
     * @return false if this can't be told here; nothing was changed then
     * @throws IOException if there is no room, or the call failed
     */
    default boolean reserve(final FileChannel file, final long length) throws IOException {
        return false;
    }

    /**
     * Lets the system begin to write a range to the device, and does not wait for it. A hint: nothing is durable by it.
     *
     * @param file open for writing
     * @param offset of the first byte in the file
     * @param length of the range, in bytes, more than 0
     * @return false if there is no such call here
     * @throws IOException if the call failed
     */
    default boolean beginWriting(final FileChannel file, final long offset, final long length) throws IOException {
        return false;
    }

    /**
     * Faults the pages of a range in for writing, and tells of one that can't be reached by an error, where a store would be a
     * signal. Changes no byte.
     *
     * @param mapping direct, over the whole mapping
     * @param offset of the first byte
     * @param length of the range, in bytes, more than 0
     * @return false if there is no such call here; nothing was done then
     * @throws IOException if a page can't be reached, or there is no room for it
     */
    default boolean faultIn(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        return false;
    }

    /**
     * Takes the pages of a range out of a mapping, all at once, before the range is forced. Each page that was stored to is noted
     * as such in the mapping, and a force takes that note back page by page, for which the other cores are interrupted each time. What
     * was stored stays in the page cache, where the next store or load finds it. A hint: nothing is durable by it.
     *
     * @param mapping direct, over the whole mapping of a file that is mapped shared: in any other memory the contents would be lost
     * @param offset of the first byte; somebody may store to the range meanwhile
     * @param length of the range, in bytes, more than 0
     * @return false if there is no such call here, and nothing was done; on Linux the journal then makes the call that Java has for it
     * @throws IOException if the call failed
     */
    default boolean letGoOfPages(final ByteBuffer mapping, final int offset, final int length) throws IOException {
        return false;
    }

    /**
     * Says that a file is going to be read from front to back. A hint.
     *
     * @param file open for reading
     * @return false if there is no such call here
     * @throws IOException if the call failed
     */
    default boolean adviseSequential(final FileChannel file) throws IOException {
        return false;
    }

    /**
     * What kind of file system a file or directory lies on, by what the system itself says of it.
     *
     * @param file open for reading
     * @return its name, as in {@code mount}, such as "tmpfs"; null if this can't be told here
     * @throws IOException if the call failed
     */
    default @Nullable String fileSystemType(final FileChannel file) throws IOException {
        return null;
    }
}
