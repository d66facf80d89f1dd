package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import java.util.SplittableRandom;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

class PixelRowTest {
    /** Every pair of largest and least sample, with the third one drawn, each of the six ways round. */
    @Test
    void hsvIsThatOfOpenCv() {
        SplittableRandom random = new SplittableRandom(5);
        int width = 256 * 6;
        byte[] rgb = new byte[width * 256 * 3];
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        for (int i = 0; i < rgb.length / 3; i++) {
            int most = i / width;
            int least = (i % width) / 6 * most / 255;
            int[] order = orders[i % 6];
            rgb[3 * i + order[0]] = (byte) most;
            rgb[3 * i + order[1]] = (byte) random.nextInt(least, most + 1);
            rgb[3 * i + order[2]] = (byte) least;
        }
        int[] ours = new int[width * 256];
        PixelRow row = new PixelRow(width);
        for (int y = 0; y < 256; y++) {
            row.read(rgb, y);
            row.hsv(ours, y * width);
        }
        byte[] packed = new byte[rgb.length];
        for (int i = 0; i < ours.length; i++) {
            packed[3 * i] = (byte) (ours[i] >> 16);
            packed[3 * i + 1] = (byte) (ours[i] >> 8);
            packed[3 * i + 2] = (byte) ours[i];
        }
        try (Mat from = Look.mat(Image.of(width, 256, rgb));
                Mat to = new Mat()) {
            opencv_imgproc.cvtColor(from, to, opencv_imgproc.COLOR_RGB2HSV);
            assertThat(packed).isEqualTo(Look.bytes(to));
        }
    }
}
