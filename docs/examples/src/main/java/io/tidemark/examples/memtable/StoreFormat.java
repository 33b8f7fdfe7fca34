// SPDX-License-Identifier: Apache-2.0
package io.tidemark.examples.memtable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What the files hold: texts, each behind its length, and a checksum at the end. Neither kind of file can be torn, because it
 * gets its name when it is whole; the checksum is against rot.
 */
final class StoreFormat {

    private static final int NO_TEXT = -1;

    private StoreFormat() {}

    /** A sorted run: keys with their values; the value of a deleted key is no text. */
    static ByteBuffer encodeRun(final NavigableMap<String, Optional<String>> entries) {
        final List<Optional<String>> texts = new ArrayList<>();
        entries.forEach((key, value) -> {
            texts.add(Optional.of(key));
            texts.add(value);
        });
        return encode(texts);
    }

    static NavigableMap<String, Optional<String>> decodeRun(final String name, final ByteBuffer file)
            throws IOException {
        final List<Optional<String>> texts = decode(name, file);
        final NavigableMap<String, Optional<String>> entries = new TreeMap<>();
        for (int i = 0; i < texts.size(); i += 2) {
            entries.put(texts.get(i).orElseThrow(), texts.get(i + 1));
        }
        return entries;
    }

    /** A manifest: the names of the runs, the oldest first. */
    static ByteBuffer encodeManifest(final Map<String, ?> runs) {
        return encode(runs.keySet().stream().map(Optional::of).toList());
    }

    static List<String> decodeManifest(final String name, final ByteBuffer file) throws IOException {
        return decode(name, file).stream().flatMap(Optional::stream).toList();
    }

    private static ByteBuffer encode(final List<Optional<String>> texts) {
        final List<byte[]> encoded = new ArrayList<>();
        int length = Integer.BYTES;
        for (final Optional<String> text : texts) {
            encoded.add(text.orElse("").getBytes(StandardCharsets.UTF_8));
            length += Integer.BYTES + encoded.get(encoded.size() - 1).length;
        }
        final ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < texts.size(); i++) {
            file.putInt(texts.get(i).isPresent() ? encoded.get(i).length : NO_TEXT);
            file.put(encoded.get(i));
        }
        return file.putInt(checksum(file)).flip();
    }

    private static List<Optional<String>> decode(final String name, final ByteBuffer file) throws IOException {
        final int end = file.limit() - Integer.BYTES;
        if (end < 0 || file.getInt(end) != checksum(file.duplicate().position(end))) {
            throw new IOException("file is damaged, its checksum is wrong: file=" + name);
        }
        final List<Optional<String>> texts = new ArrayList<>();
        while (file.position() < end) {
            final int length = file.getInt();
            if (length == NO_TEXT) {
                texts.add(Optional.empty());
            } else {
                final byte[] encoded = new byte[length];
                file.get(encoded);
                texts.add(Optional.of(new String(encoded, StandardCharsets.UTF_8)));
            }
        }
        return texts;
    }

    /** Of everything before the position. */
    private static int checksum(final ByteBuffer file) {
        final CRC32C checksum = new CRC32C();
        checksum.update(file.duplicate().flip());
        return (int) checksum.getValue();
    }
}
