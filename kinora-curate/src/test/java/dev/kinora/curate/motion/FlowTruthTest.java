package dev.kinora.curate.motion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.curate.Footage;
import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.MediaLimits;
import dev.kinora.media.Resample;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipInputStream;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

/** Flow and camera against displacements that are known. */
class FlowTruthTest {
    private static Mat gray(Image image, int side) {
        try (Mat rgb = Look.mat(image);
                Mat gray = new Mat()) {
            opencv_imgproc.cvtColor(rgb, gray, opencv_imgproc.COLOR_RGB2GRAY);
            return Look.shrink(gray, side);
        }
    }

    private static double[] reading(Image from, Image to, double seconds) {
        try (Mat a = gray(from, Look.SMALL);
                Mat b = gray(to, Look.SMALL);
                DenseFlow flow = new DenseFlow(DenseFlow.Kind.DIS)) {
            return FlowReading.of(a, b, flow, seconds, 0, 4);
        }
    }

    private static Path asset(String name) {
        Optional<Path> file = Goldens.asset("flow/" + name);
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/flow/" + name + " is not on this machine");
        return file.orElseThrow();
    }

    @Test
    void aPanIsMeasuredInShortSidesASecondWhateverTheSize() {
        Image texture = Footage.texture(3, 400, 300);
        for (int scale : new int[] {1, 2}) {
            Image large = scale == 1 ? texture : texture.resize(800, 600, Resample.BICUBIC);
            // The window goes 3 right and 2 down of 150 in an eighth of a second: the picture goes left and up.
            Image from = Footage.pan(large, 200 * scale, 150 * scale, 0, 0, 0);
            Image to = Footage.pan(large, 200 * scale, 150 * scale, 3 * scale, 2 * scale, 1);
            double[] r = reading(from, to, 0.125);
            assertThat(r[FlowReading.CAMERA_X]).isCloseTo(-3 / 150.0 * 8, within(0.006));
            assertThat(r[FlowReading.CAMERA_Y]).isCloseTo(-2 / 150.0 * 8, within(0.006));
            assertThat(r[FlowReading.MEAN]).isCloseTo(Math.hypot(3, 2) / 150 * 8, within(0.02));
            assertThat(r[FlowReading.OBJECT]).isLessThan(0.02);
            assertThat(r[FlowReading.AGREEMENT]).isGreaterThan(0.9);
        }
    }

    @Test
    void aZoomIsNoObjectThatMoves() {
        Image texture = Footage.texture(4, 400, 300);
        Image from = texture.centerCrop(200, 150);
        Image to = texture.centerCrop(190, 142).resize(200, 150, Resample.BICUBIC);
        double[] r = reading(from, to, 0.125);
        assertThat(r[FlowReading.ZOOM]).isCloseTo(Math.log(200 / 190.0) * 8, within(0.05));
        assertThat(Math.abs(r[FlowReading.CAMERA_X])).isLessThan(0.02);
        assertThat(r[FlowReading.OBJECT]).isLessThan(0.05);
    }

    @Test
    void anObjectMovesBesideAStillCamera() {
        Image ground = Footage.texture(5, 200, 150);
        Image thing = Footage.texture(6, 60, 60);
        double[] r = reading(with(ground, thing, 60), with(ground, thing, 66), 0.125);
        assertThat(Math.abs(r[FlowReading.CAMERA_X])).isLessThan(0.01);
        // 3,600 of 30,000 pixels, 6 of 150 in an eighth of a second.
        assertThat(r[FlowReading.OBJECT]).isCloseTo(0.12 * 6 / 150 * 8, within(0.02));
    }

    @Test
    void aSmallThingBeforeAPlainSkyIsNoCamera() {
        Image sky = dimmed(Image.black(200, 150), 1, 180);
        Image thing = Footage.texture(6, 24, 24);
        double[] r = reading(with(sky, thing, 60), with(sky, thing, 66), 0.125);
        assertThat(r[FlowReading.AGREEMENT]).isNaN();
        assertThat(r[FlowReading.CAMERA_X]).isZero();
    }

    private static Image dimmed(Image image, double gain, int offset) {
        byte[] rgb = image.rgb().clone();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((rgb[i] & 255) * gain + offset);
        }
        return Image.of(image.width(), image.height(), rgb);
    }

    @Test
    void aFadeIsNoJumpAndACutIs() {
        Image scene = Footage.texture(7, 220, 160);
        Image from = Footage.pan(scene, 200, 150, 3, 1, 0);
        Image to = Footage.pan(scene, 200, 150, 3, 1, 1);
        Image black = Image.black(200, 150);
        Image other = Footage.texture(8, 50, 40).resize(200, 150, Resample.BICUBIC);
        assertThat(reading(black, dimmed(to, 0.3, 0), 0.125)[FlowReading.JUMPED])
                .isZero();
        assertThat(reading(dimmed(from, 0.3, 0), dimmed(to, 0.6, 0), 0.125)[FlowReading.JUMPED])
                .isZero();
        assertThat(reading(dimmed(from, 0.8, 51), dimmed(to, 0.4, 153), 0.125)[FlowReading.JUMPED])
                .as("towards white")
                .isZero();
        assertThat(reading(from, other, 0.125)[FlowReading.JUMPED])
                .as("to another scene")
                .isEqualTo(1);
        assertThat(reading(from, dimmed(other, 0.5, 0), 0.125)[FlowReading.JUMPED])
                .as("to a darker one")
                .isEqualTo(1);
    }

    private static Image with(Image ground, Image thing, int x) {
        byte[] rgb = ground.rgb().clone();
        for (int y = 0; y < thing.height(); y++) {
            System.arraycopy(
                    thing.rgb(), y * thing.width() * 3, rgb, ((y + 40) * ground.width() + x) * 3, thing.width() * 3);
        }
        return Image.of(ground.width(), ground.height(), rgb);
    }

    @Test
    void aKnownShiftOf75PixelsIsFound() throws IOException {
        Image from = Images.read(asset("skimage_OriginalX75Y75.png"), MediaLimits.DEFAULT);
        Image to = Images.read(asset("skimage_TransformedX75Y75.png"), MediaLimits.DEFAULT);
        double side = Math.min(from.width(), from.height());
        double[] r = reading(from, to, 1);
        assertThat(r[FlowReading.CAMERA_X] * side).isCloseTo(75, within(1.0));
        assertThat(r[FlowReading.CAMERA_Y] * side).isCloseTo(-75, within(1.0));
    }

    /** Error of each vector against the disparity of a stereo pair, in pixels of the full picture. */
    @Test
    void disparityOfAStereoPairIsMetWithin4Pixels() throws IOException {
        Image left = Images.read(asset("skimage_motorcycle_left.png"), MediaLimits.DEFAULT);
        Image right = Images.read(asset("skimage_motorcycle_right.png"), MediaLimits.DEFAULT);
        float[] truth = numpy(asset("skimage_motorcycle_disp.npz"));
        try (Mat a = gray(left, Look.SMALL);
                Mat b = gray(right, Look.SMALL);
                DenseFlow engine = new DenseFlow(DenseFlow.Kind.DIS)) {
            float[] flow = engine.between(a, b);
            double scale = (double) left.width() / a.cols();
            double error = 0;
            int n = 0;
            for (int y = 0; y < a.rows(); y++) {
                for (int x = 0; x < a.cols(); x++) {
                    int row = (int) ((y + 0.5) * scale);
                    int at = row * left.width() + (int) ((x + 0.5) * scale);
                    if (at < truth.length && Float.isFinite(truth[at])) {
                        int i = 2 * (y * a.cols() + x);
                        error += Math.hypot(flow[i] * scale + truth[at], flow[i + 1] * scale);
                        n++;
                    }
                }
            }
            System.out.printf("end-point error %.2f of 741 pixels, mean disparity 34.4%n", error / n);
            assertThat(error / n).isLessThan(4);
        }
    }

    /** The one array of an .npz file, float32. */
    private static float[] numpy(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(in)) {
            zip.getNextEntry();
            ByteBuffer b = ByteBuffer.wrap(zip.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            b.position(10 + b.getShort(8));
            float[] out = new float[b.remaining() / 4];
            b.asFloatBuffer().get(out);
            return out;
        }
    }
}
