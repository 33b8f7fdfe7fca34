// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.memtable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Files of a store, by the calls that matter when the power goes. A test has one that loses what was not forced. */
public interface DataDirectory {

    /**
     * The names of all files.
     *
     * @return the names, in any order
     * @throws IOException if that fails
     */
    List<String> list() throws IOException;

    /**
     * Reads a file.
     *
     * @param name of the file
     * @return all of it, little-endian
     * @throws IOException if that fails
     */
    ByteBuffer read(String name) throws IOException;

    /**
     * Makes a file and forces what is in it, but not its name.
     *
     * @param name of the file, which none has
     * @param content of the file, from the position to the limit
     * @throws IOException if that fails
     */
    void writeForced(String name, ByteBuffer content) throws IOException;

    /**
     * Gives a file another name, in one step. That is durable once the names are forced.
     *
     * @param from its name
     * @param to its new name, which none has
     * @throws IOException if that fails
     */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file. That is durable once the names are forced.
     *
     * @param name of the file
     * @throws IOException if that fails
     */
    void delete(String name) throws IOException;

    /**
     * Makes all names durable as they are now.
     *
     * @throws IOException if that fails
     */
    void forceNames() throws IOException;
}
