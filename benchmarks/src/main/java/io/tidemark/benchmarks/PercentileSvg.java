// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.util.List;
import java.util.Locale;

/** Draws percentile curves as a picture that lies in the page itself: both axes logarithmic, the horizontal one in nines. */
final class PercentileSvg {

    static final List<String> COLOURS =
            List.of("#0b6e99", "#d1495b", "#3a7d44", "#8f5aa8", "#c77d0a", "#5b6770", "#1b998b", "#a8325e");

    private static final int WIDTH = 760;
    private static final int HEIGHT = 340;
    private static final int LEFT = 70;
    private static final int RIGHT = 170;
    private static final int TOP = 16;
    private static final int BOTTOM = 40;
    private static final List<String> NINES =
            List.of("0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999");

    private final StringBuilder svg = new StringBuilder();
    private final List<PercentileCurve> curves;
    private final double decades;
    private final double lowest;
    private final double highest;

    private PercentileSvg(final List<PercentileCurve> curves) {
        this.curves = curves;
        this.decades = Math.max(
                1,
                curves.stream()
                        .flatMap(curve -> curve.nines().stream())
                        .mapToDouble(Math::log10)
                        .max()
                        .orElse(1));
        this.lowest = Math.floor(curves.stream()
                .flatMap(curve -> curve.valuesNs().stream())
                .mapToDouble(Math::log10)
                .min()
                .orElse(0));
        this.highest = Math.max(
                lowest + 1,
                Math.ceil(curves.stream()
                        .flatMap(curve -> curve.valuesNs().stream())
                        .mapToDouble(Math::log10)
                        .max()
                        .orElse(1)));
    }

    static String draw(final List<PercentileCurve> curves) {
        final PercentileSvg picture = new PercentileSvg(curves);
        picture.axes();
        for (int i = 0; i < curves.size(); i++) {
            picture.curve(i);
        }
        return picture.svg.append("</svg>").toString();
    }

    private double x(final double nines) {
        return LEFT + Math.log10(nines) / decades * (WIDTH - LEFT - RIGHT);
    }

    private double y(final double valueNs) {
        return TOP + (highest - Math.log10(valueNs)) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
    }

    private void axes() {
        append("<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">", WIDTH, HEIGHT, WIDTH, HEIGHT);
        for (int decade = 0; decade <= decades && decade < NINES.size(); decade++) {
            final double x = x(Math.pow(10, decade));
            append("<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, TOP, x, HEIGHT - BOTTOM);
            append(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s&#8239;%%</text>",
                    x, HEIGHT - BOTTOM + 18, NINES.get(decade));
        }
        for (int decade = (int) lowest; decade <= highest; decade++) {
            final double y = y(Math.pow(10, decade));
            append("<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>", LEFT, y, WIDTH - RIGHT, y);
            append(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8, y + 4, Tables.number(Math.pow(10, decade), "ns"));
        }
    }

    private void curve(final int index) {
        final PercentileCurve curve = curves.get(index);
        final String colour = COLOURS.get(index % COLOURS.size());
        append("<polyline fill=\"none\" stroke-width=\"1.8\" stroke=\"%s\" points=\"", colour);
        for (int i = 0; i < curve.nines().size(); i++) {
            append("%.1f,%.1f ", x(curve.nines().get(i)), y(curve.valuesNs().get(i)));
        }
        append("\"/>");
        final int y = TOP + 14 + index * 18;
        append(
                "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>",
                WIDTH - RIGHT + 12, y - 5, colour, WIDTH - RIGHT + 30, y, ReportPage.escaped(curve.name()));
    }

    private void append(final String format, final Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
