// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.drawings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The drawings of {@code docs/concepts.md}. */
public final class Drawings {

    private Drawings() {}

    /**
     * Makes all of them anew.
     *
     * @param arguments the directory to put them in
     * @throws IOException if a file can't be written
     */
    public static void main(final String[] arguments) throws IOException {
        for (final Map.Entry<String, String> drawing : all().entrySet()) {
            Files.writeString(Path.of(arguments[0]).resolve(drawing.getKey()), drawing.getValue());
        }
    }

    /** The files by name. */
    static Map<String, String> all() {
        return Map.of(
                "way.svg", way().toSvg(),
                "sequences.svg", sequences().toSvg(),
                "segments.svg", segments().toSvg(),
                "evidence.svg", evidence().toSvg(),
                "checkpoint.svg", checkpoint().toSvg(),
                "tailers.svg", tailers().toSvg());
    }

    private static Drawing way() {
        final Drawing drawing = new Drawing(312, "The way of a record from an appender to those who wait for it");
        drawing.text(80, 32, "middle small faint", "your threads");
        for (int i = 0; i < 3; i++) {
            drawing.box(20, 46 + 42 * i, 120, 32, "plain", "Appender").arrow(140, 62 + 42 * i, 184, 62 + 42 * i);
        }
        drawing.box(184, 46, 100, 116, "accepted", "append", "queue");
        drawing.text(330, 92, "middle small faint", "writer").arrow(284, 104, 376, 104);
        drawing.box(376, 46, 128, 116, "written", "segment,", "mapped");
        drawing.arrow(504, 104, 540, 104).box(540, 46, 84, 116, "plain", "Tailer");
        drawing.text(430, 196, "end small faint", "sync thread").text(430, 213, "end small faint", "forces");
        drawing.arrow(440, 162, 440, 240).box(376, 240, 128, 52, "durable", "durable", "mark");
        drawing.arrow(376, 266, 260, 266).text(318, 258, "middle small faint", "wakes");
        drawing.box(20, 240, 240, 52, "plain", "awaitDurable, flush,", "DurabilityListener");
        drawing.box(512, 240, 112, 52, "plain dashed small", "standby,", "by the keeper");
        return drawing.arrow(568, 240, 568, 200, 474, 200, 474, 162).text(528, 192, "middle small faint", "roll");
    }

    private static Drawing sequences() {
        final Drawing drawing = new Drawing(214, "Head, durable, written and last sequence on the row of records");
        final int width = 30;
        for (int i = 0; i < 20; i++) {
            final String style = i < 4 ? "gone" : i < 12 ? "durable" : i < 16 ? "written" : "accepted";
            drawing.box(20 + width * i, 88, width, 40, style + " small", Integer.toString(i + 1));
        }
        drawing.text(80, 152, "middle small", "truncated");
        drawing.text(260, 152, "middle small", "survives a power cut");
        drawing.text(440, 152, "middle small", "survives").text(440, 168, "middle small", "the process");
        drawing.text(560, 152, "middle small", "in memory");
        mark(drawing, 20 + width * 4 + 15, 52, "headSequence()");
        mark(drawing, 20 + width * 11 + 15, 52, "durableSequence()");
        mark(drawing, 20 + width * 15 + 15, 30, "writtenSequence()");
        drawing.text(628, 52, "end strong small", "lastSequence()").arrow(605, 58, 605, 86);
        drawing.text(20, 198, "small faint", "Tailers read to here:");
        drawing.text(365, 198, "middle small faint", "DURABLE").line("dashed", 380, 88, 380, 184);
        return drawing.text(500, 198, "middle small faint", "WRITTEN").line("dashed", 500, 88, 500, 184);
    }

    private static void mark(final Drawing drawing, final int x, final int y, final String name) {
        drawing.text(x, y, "middle strong small", name).arrow(x, y + 6, x, 86);
    }

    private static Drawing segments() {
        final Drawing drawing =
                new Drawing(208, "Segments of a journal: a spare, full ones, one in hand, and a standby");
        segment(drawing, 20, "gone dashed", "1.spare", "truncated");
        segment(drawing, 148, "durable", "2.segment", "full, sealed");
        segment(drawing, 272, "durable", "3.segment", "full, sealed");
        drawing.box(396, 48, 108, 56, "plain").fill(397, 49, 50, 54, "written");
        segment(drawing, 396, "none", "4.segment", "in hand");
        segment(drawing, 520, "plain dashed", "5.segment", "standby");
        drawing.text(202, 22, "middle strong small", "head").arrow(202, 28, 202, 46);
        drawing.text(448, 22, "middle strong small", "written").arrow(448, 28, 448, 46);
        drawing.arrow(480, 104, 480, 128, 556, 128, 556, 106).text(518, 146, "middle small", "roll: no system call");
        drawing.arrow(74, 104, 74, 172, 606, 172, 606, 106);
        return drawing.text(340, 192, "middle small", "recycled by the keeper: two pages written, a new name");
    }

    private static void segment(
            final Drawing drawing, final int x, final String style, final String name, final String state) {
        final int width = x == 520 ? 104 : 108;
        drawing.box(x, 48, width, 56, style).text(x + width / 2, 72, "middle", name);
        drawing.text(x + width / 2, 93, "middle small faint", state);
    }

    private static Drawing evidence() {
        final Drawing drawing =
                new Drawing(286, "A torn tail beside corruption: what stands behind the bad frame decides");
        drawing.text(20, 34, "strong", "Torn tail: cut");
        frames(drawing, 48, 5);
        drawing.text(20, 112, "small faint", "durable is 3")
                .text(200, 112, "small faint", "written, not forced: nobody was told that they are safe");
        drawing.text(510, 78, "small faint", "nothing whole");
        drawing.text(20, 164, "strong", "Corruption: refused");
        frames(drawing, 178, 2);
        drawing.arrow(459, 218, 459, 236, 219, 236, 219, 220);
        drawing.text(334, 256, "middle small", "frame 6 is whole, and says: up to 3 was durable when I was written");
        return drawing.text(
                334, 274, "middle small faint", "so record 3 is not a torn one: file, offset and sequence are told");
    }

    /** Six frames, of which one is bad, and none is whole behind it if it is the fifth. */
    private static void frames(final Drawing drawing, final int y, final int bad) {
        final int width = 78;
        for (int i = 0; i < 6; i++) {
            final boolean isBad = bad == 5 ? i == 4 : i == bad;
            if (bad == 5 && i == 5) {
                drawing.box(20 + (width + 2) * i, y, width, 40, "plain dashed");
            } else {
                drawing.box(
                        20 + (width + 2) * i,
                        y,
                        width,
                        40,
                        isBad ? "bad" : i < 3 ? "durable" : "written",
                        isBad ? (i + 1) + " bad" : Integer.toString(i + 1));
            }
        }
    }

    private static Drawing checkpoint() {
        final Drawing drawing = new Drawing(262, "The order of a checkpoint between journal and data files");
        drawing.text(20, 34, "strong", "journal").text(20, 164, "strong", "your data");
        drawing.box(110, 14, 150, 52, "durable", "1  records", "are durable");
        drawing.arrow(185, 66, 185, 138);
        drawing.box(110, 138, 150, 52, "written small", "2  changes are", "written to files");
        drawing.arrow(260, 164, 300, 164).box(300, 138, 150, 52, "durable", "3  files are", "forced");
        drawing.arrow(375, 138, 375, 66)
                .box(300, 14, 150, 52, "durable small", "4  record of the", "checkpoint, forced");
        drawing.arrow(450, 40, 484, 40).box(484, 14, 140, 52, "durable", "5  head moves,", "durably");
        drawing.arrow(554, 66, 554, 138).box(484, 138, 140, 52, "gone", "6  segments go,", "oldest first");
        return drawing.text(
                        320,
                        222,
                        "middle small",
                        "A crash between any two steps: replay from behind the last checkpoint.")
                .text(
                        320,
                        242,
                        "middle small faint",
                        "Some records are applied once more, so applying must be idempotent.");
    }

    private static Drawing tailers() {
        final Drawing drawing = new Drawing(304, "Tailers inside and outside of the writing process");
        drawing.box(20, 18, 290, 150, "plain dashed").text(34, 40, "small faint", "the writing process");
        drawing.box(34, 56, 262, 40, "plain", "Journal.tailer, WRITTEN");
        drawing.box(34, 112, 262, 40, "plain", "Journal.tailer, DURABLE");
        drawing.box(330, 18, 294, 150, "plain dashed").text(344, 40, "small faint", "any other process");
        drawing.box(344, 56, 266, 40, "plain", "JournalReader.tailer");
        drawing.box(344, 112, 266, 40, "plain", "NamedReader, durable alone");
        drawing.box(20, 226, 300, 52, "durable", "segments: mapped, read-only,", "held by a lock while mapped");
        drawing.box(336, 226, 130, 52, "written", "journal.mark:", "durable");
        drawing.box(482, 226, 142, 52, "accepted small", "its position:", "holds the head");
        drawing.arrow(165, 226, 165, 170).arrow(400, 226, 400, 170).arrow(553, 168, 553, 224);
        drawing.arrow(280, 226, 280, 196, 370, 196, 370, 170);
        drawing.text(110, 202, "middle small faint", "records").text(450, 202, "middle small faint", "how far");
        return drawing.text(600, 202, "middle small faint", "commit");
    }
}
