// SPDX-License-Identifier: Apache-2.0
package io.tidemark.benchmarks;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws percentile curves as a PNG, for pages that can't hold a picture of their own. */
final class PercentilePng {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final double NS_PER_US = 1_000;

    private PercentilePng() {}

    static void write(final Path file, final String title, final List<PercentileCurve> curves) throws IOException {
        final XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("1 in N appends is slower (10: p90, 100: p99, 1000: p99.9)")
                .yAxisTitle("µs")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        for (int i = 0; i < curves.size(); i++) {
            final PercentileCurve curve = curves.get(i);
            final XYSeries series = chart.addSeries(
                    curve.name(),
                    curve.nines(),
                    curve.valuesNs().stream().map(value -> value / NS_PER_US).toList());
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(Color.decode(PercentileSvg.COLOURS.get(i % PercentileSvg.COLOURS.size())));
        }
        final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        final Graphics2D graphics = image.createGraphics();
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        try (OutputStream stream = Files.newOutputStream(file)) {
            ImageIO.write(image, "png", stream);
        }
    }
}
