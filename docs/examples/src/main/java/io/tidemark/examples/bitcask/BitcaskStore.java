// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.bitcask;

import io.tidemark.journal.Appender;
import io.tidemark.journal.Journal;
import io.tidemark.journal.Tailer;
import io.tidemark.journal.Visibility;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keys and values as Bitcask keeps them: the journal is the data. Memory holds where the value of each key lies, and values
 * are read there. What is no longer wanted goes when the living are appended once more and everything before is truncated.
 *
 * <p>One thread at a time.
 */
public class BitcaskStore implements AutoCloseable {

    private static final int PUT = 1;
    private static final int DELETE = 2;

    private final Journal journal;
    private final Appender appender;
    private final Tailer reader;

    /** The sequence of the record that holds the value. */
    private final Map<String, Long> index = new HashMap<>();

    /** Values that were accepted and may not be written yet, so that they can't be read, by sequence. */
    private final TreeMap<Long, String> unwritten = new TreeMap<>();

    /**
     * Takes over a journal and reads where everything is.
     *
     * @param journal that holds the data, closed with this
     */
    public BitcaskStore(final Journal journal) {
        this.journal = journal;
        this.appender = journal.appender();
        final long head = journal.headSequence();
        journal.replay(head, (sequence, timestampNs, type, buffer, offset, length) -> {
            final String key = key(buffer, offset);
            if (type == PUT) {
                index.put(key, sequence);
            } else {
                index.remove(key);
            }
        });
        this.reader = journal.tailer(head, Visibility.WRITTEN);
    }

    /**
     * Opens the store in a directory.
     *
     * @param directory of the journal; made if it is missing
     * @return the store
     */
    public static BitcaskStore open(final Path directory) {
        final Journal journal = Journal.open(directory);
        try {
            return new BitcaskStore(journal);
        } catch (final RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    /**
     * Sets a value.
     *
     * @param key to set it for
     * @param value to set
     * @return the sequence of the change, to wait for
     */
    public long put(final String key, final String value) {
        final long sequence = append(PUT, key, value);
        index.put(key, sequence);
        unwritten.put(sequence, value);
        unwritten.headMap(journal.writtenSequence(), true).clear();
        return sequence;
    }

    /**
     * Deletes a key, by a record that says so.
     *
     * @param key to delete, whether it is there or not
     * @return the sequence of the change, to wait for
     */
    public long delete(final String key) {
        final long sequence = append(DELETE, key, "");
        index.remove(key);
        return sequence;
    }

    private long append(final int type, final String key, final String value) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        final byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
        final ByteBuffer record = ByteBuffer.allocate(Integer.BYTES + keyBytes.length + valueBytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(keyBytes.length)
                .put(keyBytes)
                .put(valueBytes)
                .flip();
        return appender.append(type, record, 0, record.limit());
    }

    /**
     * Reads a value.
     *
     * @param key to look for
     * @return the value; empty if there is none
     */
    public Optional<String> get(final String key) {
        final Long sequence = index.get(key);
        return sequence == null ? Optional.empty() : Optional.of(read(sequence));
    }

    private String read(final long sequence) {
        if (sequence > journal.writtenSequence()) {
            final String value = unwritten.get(sequence);
            if (value != null) {
                return value;
            }
        }
        final String[] value = new String[1];
        reader.seek(sequence);
        reader.poll((found, timestampNs, type, buffer, offset, length) -> value[0] = value(buffer, offset, length), 1);
        return value[0];
    }

    /**
     * The keys that have a value.
     *
     * @return their number
     */
    public int count() {
        return index.size();
    }

    /**
     * Waits until a change can't be lost any more.
     *
     * @param sequence of the change
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitDurable(final long sequence) throws InterruptedException {
        journal.awaitDurable(sequence);
    }

    /**
     * Gives up all records up to one, but for what is alive in them: that is appended once more.
     *
     * @param upTo the last sequence to give up, durable
     */
    public void merge(final long upTo) {
        final List<String> living = new ArrayList<>();
        index.forEach((key, sequence) -> {
            if (sequence <= upTo) {
                living.add(key);
            }
        });
        for (final String key : living) {
            put(key, get(key).orElseThrow());
        }
        forceLiving();
        // What is deleted needs no record any more: all that it had deleted goes with it.
        journal.truncate(upTo);
    }

    /** Before this has returned, what is alive is durable only in the records that are to go. */
    void forceLiving() {
        journal.flush();
    }

    private static String key(final ByteBuffer buffer, final int offset) {
        return text(buffer, offset + Integer.BYTES, buffer.getInt(offset));
    }

    private static String value(final ByteBuffer buffer, final int offset, final int length) {
        final int valueOffset = offset + Integer.BYTES + buffer.getInt(offset);
        return text(buffer, valueOffset, offset + length - valueOffset);
    }

    private static String text(final ByteBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Closes the journal. */
    @Override
    public void close() {
        try (journal) {
            reader.close();
        }
    }
}
