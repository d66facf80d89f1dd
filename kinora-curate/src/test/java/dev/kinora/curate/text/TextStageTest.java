package dev.kinora.curate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.curate.Footage;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.frames.Look;
import dev.kinora.curate.worker.FileCurator;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text that is laid over a moving scene, and text that is part of it. */
class TextStageTest {
    private static final int W = 320;
    private static final int H = 192;
    private static final int FRAMES = 25;

    @TempDir
    private Path folder = Path.of("");

    private static Image lettered(Image on, int x, int y) {
        BufferedImage b = new BufferedImage(on.width(), on.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < on.width() * on.height(); i++) {
            b.setRGB(i % on.width(), i / on.width(), on.pixel(i % on.width(), i / on.width()));
        }
        Graphics2D g = b.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.BLACK);
        g.fillRect(x - 8, y - 34, 216, 44);
        g.setColor(Color.WHITE);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 32));
        g.drawString("SUBSCRIBE", x, y);
        g.dispose();
        byte[] rgb = new byte[on.width() * on.height() * 3];
        for (int i = 0; i < on.width() * on.height(); i++) {
            int p = b.getRGB(i % on.width(), i / on.width());
            rgb[3 * i] = (byte) (p >> 16);
            rgb[3 * i + 1] = (byte) (p >> 8);
            rgb[3 * i + 2] = (byte) p;
        }
        return Image.of(on.width(), on.height(), rgb);
    }

    private Map<String, Double> scores(boolean overlay) throws IOException {
        Image ground = Footage.texture(8, W + 3 * FRAMES, H);
        Image scene = overlay ? ground : lettered(ground, 90, 110);
        Path file = folder.resolve(overlay + ".mp4");
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(W, H, Rational.of(8)))) {
            for (int i = 0; i < FRAMES; i++) {
                Image view = Footage.pan(scene, W, H, 3, 0, i);
                out.write(overlay ? lettered(view, 60, 110) : view);
            }
            out.finish();
        }
        Recipe recipe = new Recipe(CutMode.COPY, 0.5, 20, Recipe.WHOLE, "", List.of("motion", "text"), 1 << 20);
        try (FileCurator curator = new FileCurator(recipe, java.util.Map.of())) {
            Path clips = Files.createDirectory(folder.resolve("clips" + overlay));
            return curator.run(file, "0".repeat(64), clips, (frames, pts, seconds) -> {})
                    .clips()
                    .getFirst()
                    .scores();
        }
    }

    @Test
    void textThatStandsWhileTheSceneMovesIsAnOverlay() throws IOException {
        Map<String, Double> s = scores(true);
        // 200 x 24 of 320 x 192 pixels, and what the detector leaves around it.
        assertThat(s.get("text_area")).isCloseTo(0.11, within(0.05));
        assertThat(s.get("text_overlay_area")).isCloseTo(s.get("text_area"), within(0.01));
        assertThat(s.get("text_static_area")).isZero();
        assertThat(s.get("camera_pan")).isCloseTo(3.0 / H * 8, within(0.03));
    }

    @Test
    void textThatMovesWithTheSceneIsNone() throws IOException {
        Map<String, Double> s = scores(false);
        assertThat(s.get("text_area")).isGreaterThan(0.05);
        assertThat(s.get("text_overlay_area")).isZero();
        assertThat(s.get("text_static_area")).isZero();
    }

    /** A red beaker before a plain ground: rim, band and foot are outlines such as letters have. */
    private static Image beakers() {
        BufferedImage b = new BufferedImage(W, H, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D g = b.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(new Color(225, 222, 215));
        g.fillRect(0, 0, W, H);
        for (int x = 30; x < W - 60; x += 90) {
            g.setColor(new Color(200, 25, 45));
            g.fillRect(x, 70, 54, 60);
            g.fillOval(x, 118, 54, 24);
            g.setColor(new Color(235, 120, 130));
            g.fillOval(x, 58, 54, 24);
            g.setColor(new Color(150, 10, 30));
            g.drawOval(x, 58, 54, 24);
            g.drawOval(x + 4, 61, 46, 18);
        }
        g.dispose();
        byte[] bgr = ((DataBufferByte) b.getRaster().getDataBuffer()).getData();
        byte[] rgb = new byte[bgr.length];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = bgr[i + 2];
            rgb[i + 1] = bgr[i + 1];
            rgb[i + 2] = bgr[i];
        }
        return Image.of(W, H, rgb);
    }

    @Test
    void whatIsShownForLongEnoughIsHeld() {
        assertThat(TextStage.held(new ArrayList<>(List.of(0.0, 0.01, 0.1, 0.1, 0.1, 0.0))))
                .isEqualTo(0.1);
        assertThat(TextStage.held(new ArrayList<>(List.of(0.0, 0.3, 0.3, 0.0, 0.0))))
                .as("two pictures of five")
                .isZero();
        assertThat(TextStage.held(new ArrayList<>(List.of(0.2, 0.1)))).isEqualTo(0.1);
        assertThat(TextStage.held(new ArrayList<>())).isNaN();
    }

    @Test
    void edgesUnderTextAreAShareOfAll() {
        byte[] luma = new byte[40 * 20];
        for (int x = 4; x < 16; x += 2) {
            luma[10 * 40 + x] = (byte) 200;
        }
        TextBox left = new TextBox(new float[] {0, 0, 0.5f, 0, 0.5f, 1, 0, 1}, 1);
        assertThat(Coverage.ofEdges(List.of(left), luma, 40, 20)).isEqualTo(1);
        luma[5 * 40 + 30] = (byte) 200;
        assertThat(Coverage.ofEdges(List.of(left), luma, 40, 20)).isCloseTo(6.0 / 7, within(0.03));
        assertThat(Coverage.ofEdges(List.of(left), new byte[40 * 20], 40, 20)).isNaN();
    }

    @Test
    void onlyWhatReadsAsLettersIsALine() {
        float[] box = {0.2f, 0.4f, 0.86f, 0.4f, 0.86f, 0.6f, 0.2f, 0.6f};
        float[] rim = {0.08f, 0.28f, 0.28f, 0.28f, 0.28f, 0.46f, 0.08f, 0.46f};
        Image letters = lettered(Footage.texture(9, W, H), 70, 112);
        try (TextReader reader = new TextReader();
                Mat a = Look.mat(letters);
                Mat b = Look.mat(beakers());
                Mat c = Look.mat(Footage.texture(9, W, H))) {
            List<Mat> lines = List.of(
                    TextReader.level(a, new TextBox(box, 1)),
                    TextReader.level(b, new TextBox(rim, 1)),
                    TextReader.level(c, new TextBox(box, 1)));
            assertThat(reader.read(lines)).containsExactly(true, false, false);
            lines.forEach(Mat::close);
        }
    }

    @Test
    void aLineThatRunsDownwardsIsTurned() {
        Image level = lettered(Footage.texture(9, W, H), 70, 112);
        byte[] turned = new byte[W * H * 3];
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                System.arraycopy(level.rgb(), 3 * (y * W + x), turned, 3 * (x * H + H - 1 - y), 3);
            }
        }
        float[] box = {0.4f, 0.2f, 0.6f, 0.2f, 0.6f, 0.86f, 0.4f, 0.86f};
        try (TextReader reader = new TextReader();
                Mat a = Look.mat(Image.of(H, W, turned));
                Mat line = TextReader.level(a, new TextBox(box, 1))) {
            assertThat(line.cols()).isGreaterThan(line.rows());
            assertThat(reader.read(List.of(line))).containsExactly(true);
        }
    }
}
