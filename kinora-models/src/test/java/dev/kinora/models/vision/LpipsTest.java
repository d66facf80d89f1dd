package dev.kinora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StoredType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The distances of the example pictures, as the reference implementation computes them with the same weights. */
@TensorTest
class LpipsTest {
    private static Path asset(String name) {
        Optional<Path> file = Goldens.asset(name);
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/" + name + " is not on this machine");
        return file.orElseThrow();
    }

    private static Tensor picture(String name) throws IOException {
        BufferedImage image =
                ImageIO.read(asset("images/lpips_ex_" + name + ".png").toFile());
        int w = image.getWidth();
        int h = image.getHeight();
        float[] values = new float[3 * h * w];
        for (int i = 0; i < h * w; i++) {
            int rgb = image.getRGB(i % w, i / w);
            for (int c = 0; c < 3; c++) {
                values[c * h * w + i] = ((rgb >> (16 - 8 * c)) & 255) / 127.5f - 1;
            }
        }
        return Tensors.of(values, 1, 3, h, w);
    }

    @ParameterizedTest
    @CsvSource({
        "lpips_alexnet.safetensors, ALEX, 0.7218807935714722, 0.13756562769412994, 1e-5",
        "lpips_vgg16_fp16.safetensors, VGG, 0.56859290599823, 0.4216553568840027, 5e-4"
    })
    void measuresAsTheReferenceDoes(String file, String network, double far, double near, double tolerance)
            throws IOException {
        try (Lpips lpips = Lpips.load(asset("weights/lpips/" + file))) {
            assertThat(lpips.network()).hasToString(network);
            Tensor reference = picture("ref");
            Tensor both = Tensors.cat(0, picture("p0"), picture("p1"));
            Tensor distances = lpips.forward(Tensors.cat(0, reference, reference), both);
            assertThat(distances.toDoubles()[0]).isCloseTo(far, within(tolerance));
            assertThat(distances.toDoubles()[1]).isCloseTo(near, within(tolerance));
            assertThat(lpips.forward(reference, reference).item()).isZero();
        }
    }

    @Test
    void leadsAPictureTowardsAnother() throws IOException {
        try (Lpips lpips = Lpips.load(asset("weights/lpips/lpips_alexnet.safetensors"));
                Rng rng = new Rng(3)) {
            Tensor target = rng.rand(DType.FP32, 1, 3, 40, 40).mul(2).sub(1);
            Tensor x = Tensors.zeros(DType.FP32, 1, 3, 40, 40).requiresGrad_(true); // a flat picture has dead features
            Tensor before = lpips.forward(x, target).mean();
            before.backward();
            Tensor gradient = Objects.requireNonNull(x.grad());
            assertThat(gradient.isFinite().all().item()).isOne();
            Tensor closer = x.detach().sub(gradient.mul(0.05 / gradient.norm().item()));
            assertThat(lpips.forward(closer, target).item()).isLessThan(before.item());
        }
    }

    @Test
    void refusesPicturesItCannotSee() throws IOException {
        try (Lpips lpips = Lpips.load(asset("weights/lpips/lpips_alexnet.safetensors"))) {
            Tensor small = Tensors.zeros(DType.FP32, 1, 3, 16, 40);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> lpips.forward(small, small))
                    .withMessageContaining("x = [1, 3, 16, 40] (expected: [N, 3, H, W]");
        }
    }

    @Test
    void namesEveryWeightAFileLacks(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("heads.safetensors");
        try (TensorScope ignored = TensorScope.open("write")) {
            Tensor head = Tensors.ones(DType.FP32, 1, 64, 1, 1);
            new SafetensorsWriter()
                    .add(
                            "lin0.model.1.weight",
                            StoredType.F32,
                            List.of(1L, 64L, 1L, 1L),
                            to -> to.accept(head.segment()))
                    .write(file);
        }
        Assertions.assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Lpips.load(file))
                .withMessageContaining("missing features.0.weight")
                .withMessageContaining("missing lin4.model.1.weight");
    }
}
