// SPDX-License-Identifier: Apache-2.0
package io.tidemark.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.journal.format.CountersLayout;
import io.tidemark.journal.format.DurableLag;
import io.tidemark.journal.format.FileNames;
import io.tidemark.journal.format.FrameLayout;
import io.tidemark.journal.format.FrameVerdict;
import io.tidemark.journal.format.IndexBlockLayout;
import io.tidemark.journal.format.IndexLayout;
import io.tidemark.journal.format.MarkLayout;
import io.tidemark.journal.format.MetaLayout;
import io.tidemark.journal.format.PositionLayout;
import io.tidemark.journal.format.RecordType;
import io.tidemark.journal.format.SeededChecksum;
import io.tidemark.journal.format.SegmentLayout;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds {@code docs/format.md} and the code together: whichever of the two says something else than the other, this test
 * fails. Tables are found by the comment in front of them.
 */
class FormatDocTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "docs", "format.md");
    private static final List<Class<?>> LAYOUTS = List.of(
            FrameLayout.class,
            SegmentLayout.class,
            MetaLayout.class,
            MarkLayout.class,
            CountersLayout.class,
            PositionLayout.class,
            IndexLayout.class,
            IndexBlockLayout.class);
    private static final List<Class<?>> WITH_CONSTANTS = List.of(
            FrameLayout.class,
            SegmentLayout.class,
            MetaLayout.class,
            MarkLayout.class,
            CountersLayout.class,
            PositionLayout.class,
            IndexLayout.class,
            IndexBlockLayout.class,
            RecordType.class,
            DurableLag.class,
            FileNames.class);
    private static final String OFFSET = "_OFFSET";

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    /** The cells of a table, row by row, without its head. */
    private static List<List<String>> table(final String page, final String mark) {
        final String comment = "<!-- " + mark + " -->";
        final int begin = page.indexOf(comment);
        assertTrue(begin >= 0, "no table is marked: " + comment);
        final List<List<String>> rows = new ArrayList<>();
        for (final String line :
                page.substring(begin + comment.length()).strip().lines().toList()) {
            if (!line.startsWith("|")) {
                break;
            }
            final String[] cells = line.split("\\|", -1);
            rows.add(Arrays.stream(cells, 1, cells.length - 1)
                    .map(cell -> cell.strip().replace("`", ""))
                    .toList());
        }
        assertTrue(rows.size() > 2, "table is empty: " + comment);
        return rows.subList(2, rows.size());
    }

    /** All constants of a class that others see, by name. */
    private static Map<String, Object> constants(final Class<?> type) {
        final Map<String, Object> constants = new TreeMap<>();
        for (final Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers())) {
                try {
                    constants.put(field.getName(), field.get(null));
                } catch (final IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return constants;
    }

    private static void requireSameFields(final String page, final Class<?> layout) {
        final Map<String, Integer> documented = new TreeMap<>();
        int end = 0;
        for (final List<String> row : table(page, "fields: " + layout.getSimpleName())) {
            final int offset = Integer.parseInt(row.get(0));
            assertEquals(end, offset, layout.getSimpleName() + " has a gap in front of: " + row);
            end = offset + Integer.parseInt(row.get(1));
            documented.put(row.get(2).toUpperCase(Locale.ROOT).replace(' ', '_') + OFFSET, offset);
        }
        final Map<String, Object> coded = constants(layout);
        coded.keySet().removeIf(name -> !name.endsWith(OFFSET));
        assertEquals(coded.toString(), documented.toString(), layout.getSimpleName());
        if (layout == FrameLayout.class) {
            assertEquals(FrameLayout.HEADER_LENGTH, end, "length of the header");
        }
        if (layout == IndexBlockLayout.class) {
            assertEquals(IndexBlockLayout.HEADER_LENGTH, end, "length in front of the entries");
        }
        if (layout == CountersLayout.class) {
            assertEquals(CountersLayout.SLOT_LENGTH, end, "length of a slot");
        }
        final boolean isPage =
                layout != FrameLayout.class && layout != IndexBlockLayout.class && layout != CountersLayout.class;
        final Matcher rest =
                Pattern.compile("\\| +zero up to (\\d+) +\\| +" + end + "\\n").matcher(page);
        assertEquals(isPage, rest.find(), layout + " ends at " + end);
    }

    private static void requireSameConstants(final String page) {
        final Map<String, String> documented = new TreeMap<>();
        for (final List<String> row : table(page, "constants")) {
            documented.put(row.get(0), normalized(row.get(1)));
        }
        final Map<String, String> coded = new TreeMap<>();
        for (final Class<?> type : WITH_CONSTANTS) {
            constants(type).forEach((name, value) -> {
                if (!name.endsWith(OFFSET) && !isOwnType(type, value)) {
                    coded.put(type.getSimpleName() + "." + name, value.toString());
                }
            });
        }
        assertEquals(coded.toString(), documented.toString());
    }

    private static boolean isOwnType(final Class<?> type, final Object value) {
        return type == RecordType.class && (int) value < 0;
    }

    private static String normalized(final String cell) {
        return cell.startsWith("0x") ? String.valueOf(Long.parseLong(cell.substring(2), 16)) : cell;
    }

    private static void requireSameTypes(final String page) {
        final TreeSet<String> documented = new TreeSet<>();
        for (final List<String> row : table(page, "types")) {
            final int type = (short) Integer.decode(row.get(0)).intValue();
            documented.add(row.get(1) + "=" + type);
            assertEquals(RecordType.takesSequence(type) ? "yes" : "no", row.get(2), row.toString());
            // What an older reader does with it, which does not know it: the bit decides.
            assertEquals((type & 0x4000) == 0 ? "stops it" : "skipped", row.get(3), row.toString());
        }
        final TreeSet<String> coded = new TreeSet<>();
        constants(RecordType.class).forEach((name, value) -> {
            if ((int) value < 0) {
                coded.add(name + "=" + value);
            }
        });
        assertEquals(coded, documented);
    }

    private static void requireSameVerdicts(final String page) {
        final Map<String, String> documented = new TreeMap<>();
        for (final List<String> row : table(page, "verdicts")) {
            documented.put(row.get(0), row.get(2));
        }
        final Map<String, String> coded = new TreeMap<>();
        for (final FrameVerdict verdict : FrameVerdict.values()) {
            if (verdict != FrameVerdict.WHOLE && verdict != FrameVerdict.MORE_NEEDED) {
                coded.put(verdict.name(), RecoveryCase.Tail.of(verdict).name());
            }
        }
        assertEquals(coded, documented);
    }

    private static void requireSameDecisions(final String page) {
        final TreeSet<String> names = new TreeSet<>();
        for (final List<String> row : table(page, "decisions")) {
            names.add(row.get(0));
            final RecoveryCase found = RecoveryCase.valueOf(row.get(0));
            assertEquals(row.get(5), found.decision().name(), row.toString());
            for (final RecoveryCase.Tail tail : RecoveryCase.Tail.values()) {
                for (int bits = 0; bits < 8; bits++) {
                    final boolean proven = (bits & 1) != 0;
                    final boolean behind = (bits & 2) != 0;
                    final boolean batch = (bits & 4) != 0;
                    final boolean documented = tail.name().equals(row.get(1))
                            && matches(row.get(2), proven)
                            && matches(row.get(3), behind)
                            && matches(row.get(4), batch);
                    assertEquals(found.matches(tail, proven, behind, batch), documented, row + ": " + tail + bits);
                }
            }
        }
        final TreeSet<String> coded = new TreeSet<>();
        for (final RecoveryCase row : RecoveryCase.values()) {
            coded.add(row.name());
        }
        assertEquals(coded, names);
    }

    private static boolean matches(final String cell, final boolean value) {
        return switch (cell) {
            case "yes" -> value;
            case "no" -> !value;
            case "–" -> true;
            default -> throw new AssertionError("neither yes nor no nor –: " + cell);
        };
    }

    private static void requireSameLags(final String page) {
        final Matcher rows =
                Pattern.compile("\\n\\| (\\d+) \\| `0x([0-9A-F]{4})` \\|").matcher(page);
        int count = 0;
        while (rows.find()) {
            final long lag = Long.parseLong(rows.group(1));
            assertEquals(Integer.parseInt(rows.group(2), 16), DurableLag.encode(lag), "lag=" + lag);
            count++;
        }
        assertTrue(count >= 8, "examples of lags: " + count);
    }

    private static void requireSameExample(final String page) throws IOException {
        final byte[] segment = GoldenJournal.CLOSED.kept().get(FileNames.segment(1));
        final Matcher block =
                Pattern.compile("```hex\\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertTrue(block.find(), "no block of hex");
        int begin = -1;
        int end = -1;
        for (final String line : block.group(1).lines().toList()) {
            final int offset = Integer.parseInt(line.substring(0, 4), 16);
            final byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(line.substring(6));
            assertEquals(end < 0 ? offset : end, offset, "gap in the example");
            begin = begin < 0 ? offset : begin;
            end = offset + bytes.length;
            assertEquals(
                    HexFormat.of().formatHex(segment, offset, end),
                    HexFormat.of().formatHex(bytes),
                    "offset=" + offset);
        }
        final SeededChecksum checksum = new SeededChecksum();
        final ByteBuffer buffer = ByteBuffer.wrap(segment);
        final int plain = checksum.of(buffer, begin + Integer.BYTES, end - begin - Integer.BYTES);
        final Matcher id = Pattern.compile("seed: CRC-32C of `([0-9a-f ]+)` \\| `([0-9a-f]{8})`")
                .matcher(page);
        assertTrue(id.find(), "the seed of the example");
        final byte[] idBytes = HexFormat.ofDelimiter(" ").parseHex(id.group(1));
        final int seed = checksum.of(ByteBuffer.wrap(idBytes), 0, idBytes.length);
        assertEquals(id.group(2), HexFormat.of().toHexDigits(seed));
        assertEquals(
                valueOf(page, "CRC-32C of offsets 1024 to 1067"), HexFormat.of().toHexDigits(plain));
        assertEquals(valueOf(page, "checksum: the exclusive or"), HexFormat.of().toHexDigits(plain ^ seed));
        assertEquals(
                valueOf(page, "checksum: the exclusive or"),
                HexFormat.of().toHexDigits(Integer.reverseBytes(buffer.clear().getInt(begin))));
    }

    private static String valueOf(final String page, final String what) {
        final Matcher row = Pattern.compile("\\| " + Pattern.quote(what) + "[^|]*\\| `([0-9a-f]{8})` \\|")
                .matcher(page);
        assertTrue(row.find(), what);
        return row.group(1);
    }

    private static void requireSame(final String page) throws IOException {
        for (final Class<?> layout : LAYOUTS) {
            requireSameFields(page, layout);
        }
        requireSameConstants(page);
        requireSameTypes(page);
        requireSameVerdicts(page);
        requireSameDecisions(page);
        requireSameLags(page);
        requireSameExample(page);
    }

    @Test
    void pageShouldSayWhatTheCodeSays() throws IOException {
        requireSame(page());
    }

    /** Changes one thing at a time in each of the tables, and sees that every change is noticed. */
    @Test
    void changeShouldBeNoticedWhenOnlyThePageChanges() throws IOException {
        final String page = page();
        requireSame(page);
        final Pattern table =
                Pattern.compile("<!-- (fields: \\w+|constants|types|verdicts|decisions) -->\\n+((\\|.*\\n)+)");
        final Matcher tables = table.matcher(page);
        int changes = 0;
        while (tables.find()) {
            final int begin = tables.start(2);
            final Matcher cells = Pattern.compile(cellsOf(tables.group(1))).matcher(tables.group(2));
            while (cells.find()) {
                final String cell = cells.group(1);
                final String changed = page.substring(0, begin + cells.start(1))
                        + changed(cell)
                        + page.substring(begin + cells.end(1));
                assertThrows(Throwable.class, () -> requireSame(changed), () -> tables.group(1) + ": " + cell);
                changes++;
            }
        }
        assertTrue(changes > 120, "changes=" + changes);
    }

    /** What in the rows of a table is compared; names in prose are not. */
    private static String cellsOf(final String mark) {
        return switch (mark) {
            case "constants" -> "\\n\\| `\\w+\\.\\w+` \\| `?([^`|]+?)`? \\|";
            case "types" -> "(?<=[|`] ?)(0x[0-9A-F]+|yes|no)(?=[` ])";
            case "verdicts" -> "(?<=\\| )(NOTHING|BAD|STALE|TOO_NEW)(?= \\|\\n)";
            case "decisions" -> "(?<=\\| )(–|yes|no|[A-Z_]+)(?= \\|)";
            default -> "(?<=\\| )(\\d+)(?= \\|)";
        };
    }

    private static String changed(final String cell) {
        return switch (cell) {
            case "yes" -> "no";
            case "no", "–" -> "yes";
            default -> {
                final char last = cell.charAt(cell.length() - 1);
                yield cell.substring(0, cell.length() - 1)
                        + (Character.isDigit(last) ? (char) ('0' + (last - '0' + 1) % 10) : last == 'x' ? "y" : "x");
            }
        };
    }

    @Test
    void changeShouldBeNoticedWhenTheExampleChanges() throws IOException {
        final String page = page();
        requireSame(page);
        for (final String part : List.of("1030: b8", "09b491d2", "f08b18f5", "f93f8927", "| 2048 | `0x0C00`")) {
            assertTrue(page.contains(part), part);
            final String changed = page.replace(part, changed(part.replace("`", "")) + (part.endsWith("`") ? "`" : ""));
            assertThrows(Throwable.class, () -> requireSame(changed), part);
        }
    }
}
