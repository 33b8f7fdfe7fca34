// SPDX-License-Identifier: Apache-2.0
package io.tidemark.docs.drawings;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A drawing of boxes, arrows and words, as SVG. It is 640 wide, so that its words can be read on a telephone, has a ground of
 * its own, so that it can be read on any page, and is dark where the reader's system is. A word that would run out of its
 * box, out of the drawing or over another is refused.
 */
final class Drawing {

    private static final int WIDTH = 640;

    /** The mean width of a letter is less, in each of the fonts that may be taken. */
    private static final double LETTER_WIDTH = 0.56;

    private static final String STYLE = """
            <style>
            .ground{fill:#fff;stroke:#d0d7de} text{fill:#1f2933;font:15px system-ui,'Segoe UI',Roboto,Arial,sans-serif}
            .small{font-size:13px} .faint{fill:#52606d} .strong{font-weight:600} .box{stroke:#52606d;stroke-width:1.2}
            .line{fill:none;stroke:#52606d;stroke-width:1.6} .head{fill:#52606d} .dashed{stroke-dasharray:5 4}
            .none{fill:none} .plain{fill:#fff} .durable{fill:#bfe5d1} .written{fill:#cfe2ff} .accepted{fill:#fde6bd} .gone{fill:#e4e7eb} .bad{fill:#f9cbc7}
            @media (prefers-color-scheme:dark){.ground{fill:#161b22;stroke:#30363d} text{fill:#e6edf3} .faint{fill:#a9b4c0}
            .box,.line{stroke:#a9b4c0} .head{fill:#a9b4c0} .plain{fill:#161b22} .durable{fill:#1d5b41} .written{fill:#1d4478}
            .accepted{fill:#6d4e10} .gone{fill:#30363d} .bad{fill:#7d2b28}}
            </style>
            """;

    private final List<Rectangle2D> words = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();
    private final String title;
    private final int height;

    Drawing(final int height, final String title) {
        this.height = height;
        this.title = title;
    }

    private void add(final String format, final Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escaped(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static double widthOf(final String text, final String style) {
        return text.length() * LETTER_WIDTH * (style.contains("small") ? 13 : 15);
    }

    /** A box with lines of words in its middle; each must fit. */
    Drawing box(
            final int x, final int y, final int width, final int boxHeight, final String style, final String... lines) {
        add(
                "<rect class=\"box %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>",
                style, x, y, width, boxHeight);
        final int first = y + boxHeight / 2 + 5 - (lines.length - 1) * 9;
        for (int i = 0; i < lines.length; i++) {
            if (widthOf(lines[i], style) > width - 6) {
                throw new IllegalArgumentException("does not fit into its box: " + lines[i]);
            }
            text(x + width / 2, first + 18 * i, "middle " + (style.contains("small") ? "small" : ""), lines[i]);
        }
        return this;
    }

    /** A ground of a part of a box. */
    Drawing fill(final int x, final int y, final int width, final int fillHeight, final String style) {
        add("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", style, x, y, width, fillHeight);
        return this;
    }

    /** Words at a place: behind it, in front of it with {@code end}, or around it with {@code middle}. */
    Drawing text(final int x, final int y, final String style, final String text) {
        final double width = widthOf(text, style);
        final boolean middle = style.contains("middle");
        final boolean end = style.contains("end");
        final double left = middle ? x - width / 2 : end ? x - width : x;
        if (left < 4 || left + width > WIDTH - 4 || y > height - 6) {
            throw new IllegalArgumentException("runs out of the drawing: " + text);
        }
        final Rectangle2D place = new Rectangle2D.Double(left, y - 12, width, 15);
        if (words.stream().anyMatch(place::intersects)) {
            throw new IllegalArgumentException("lies upon other words: " + text);
        }
        words.add(place);
        add(
                "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                style.replaceAll("\\b(middle|end)\\b", "").strip(),
                x,
                y,
                middle ? "middle" : end ? "end" : "start",
                escaped(text));
        return this;
    }

    /** A line through points, x and y in turn. */
    Drawing line(final String style, final int... points) {
        add("<path class=\"line %s\" d=\"%s\"/>", style, path(points));
        return this;
    }

    /** A line through points, with a head at its end; its last piece must be level or upright. */
    Drawing arrow(final int... points) {
        final int x = points[points.length - 2];
        final int y = points[points.length - 1];
        final int dx = Integer.signum(x - points[points.length - 4]);
        final int dy = Integer.signum(y - points[points.length - 3]);
        if (dx != 0 && dy != 0) {
            throw new IllegalArgumentException("an arrow must end level or upright");
        }
        final int[] body = points.clone();
        body[points.length - 2] -= 6 * dx;
        body[points.length - 1] -= 6 * dy;
        line("", body);
        add(
                "<path class=\"head\" d=\"M%d %dL%d %dL%d %dZ\"/>",
                x, y, x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx, x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx);
        return this;
    }

    private static String path(final int... points) {
        final StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            path.append(i == 0 ? "M" : "L").append(points[i]).append(' ').append(points[i + 1]);
        }
        return path.toString();
    }

    /** The whole file. */
    String toSvg() {
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">%n"
                                + "<title>%s</title>%n",
                        WIDTH,
                        height,
                        WIDTH,
                        escaped(title))
                + STYLE
                + String.format(
                        Locale.ROOT,
                        "<rect class=\"ground\" x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n",
                        WIDTH - 1,
                        height - 1)
                + svg
                + "</svg>\n";
    }
}
