package dev.kinora.curate.face;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.VideoReader;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceDetectorTest {
    private static Path asset(String name) {
        Optional<Path> there = Goldens.asset(name);
        assumeTrue(there.isPresent(), "SKIPPED: ../shared/assets/" + name + " is not on this machine");
        return there.get();
    }

    private static double[] largest(FaceDetector detector, Path picture, Path folder) throws IOException {
        Path alone = Files.createDirectories(folder.resolve("frames"));
        Files.copy(picture, alone.resolve("0001.png"));
        try (VideoReader in = VideoReader.open(alone);
                Look look = new Look(Objects.requireNonNull(in.decodeNext()))) {
            return detector.largest(look);
        }
    }

    /** The astronaut's face takes up 0.33 to 0.55 of the width and 0.14 to 0.43 of the height, measured by eye. */
    private static void requireAstronaut(double[] face) {
        assertThat(face).hasSize(4);
        assertThat(face[0] + face[2] / 2).isBetween(0.38, 0.48);
        assertThat(face[1] + face[3] / 2).isBetween(0.18, 0.32);
        assertThat(face[2]).isBetween(0.12, 0.32);
    }

    @Test
    void yuNetSeesTheAstronaut(@TempDir Path folder) throws IOException {
        Path picture = asset("images/astronaut.png");
        try (FaceDetector yunet = new YuNetFaces(asset("weights/face/yunet_n_320_320.onnx"))) {
            requireAstronaut(largest(yunet, picture, folder));
        }
    }

    @Test
    void yuNetSeesNoFaceInBricks(@TempDir Path folder) throws IOException {
        Path picture = asset("images/tex_brick.png");
        try (FaceDetector yunet = new YuNetFaces(asset("weights/face/yunet_n_320_320.onnx"))) {
            assertThat(largest(yunet, picture, folder)).isEmpty();
        }
    }

    @Test
    void theCascadeSeesTheAstronaut(@TempDir Path folder) throws IOException {
        Path picture = asset("images/astronaut.png");
        try (FaceDetector cascade = new CascadeFaces()) {
            requireAstronaut(largest(cascade, picture, folder));
        }
    }

    @Test
    void aFaceInACornerLiesAside() {
        assertThat(FaceStage.aside(new double[] {0.4, 0.4, 0.2, 0.2})).isCloseTo(0, within(1e-9));
        assertThat(FaceStage.aside(new double[] {0.8, 0.45, 0.1, 0.1})).isCloseTo(0.7, within(1e-9));
        assertThat(FaceStage.aside(new double[0])).isNaN();
    }

    @Test
    void refusesWhatIsNotYuNet(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("faces.onnx"), "no network");
        assertThatThrownBy(() -> FaceStage.require(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(expected: an ONNX file of YuNet's)");
    }
}
