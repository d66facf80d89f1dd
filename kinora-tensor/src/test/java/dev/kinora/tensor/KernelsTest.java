package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
    private long before;

    @BeforeEach
    void count() {
        before = TensorScope.liveTensors();
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
        System.clearProperty("kinora.kernel.linear");
        System.clearProperty("kinora.kernel.attention");
        System.clearProperty("kinora.kernel.conv");
    }

    private static Tensor values(DType dtype, long... shape) {
        return Kernels.trialValues(dtype, shape);
    }

    /** Largest difference over the largest reference value. */
    private static double difference(Tensor a, Tensor reference) {
        Tensor r = reference.to(DType.FP64);
        return a.to(DType.FP64).sub(r).abs().max().item() / r.abs().max().item();
    }

    @ParameterizedTest
    @CsvSource({
        "widened,BF16",
        "brgemm,BF16",
        "libtorch,BF16",
        "widened,FP16",
        "libtorch,FP16",
        "libtorch,FP32",
        "onednn,FP32"
    })
    void everyLinearKernelAgreesWithDoublePrecision(String kernel, DType dtype) {
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor x = values(dtype, 2, 45, 70).mul_(0.3);
            Tensor w = values(dtype, 96, 70).mul_(0.2);
            Tensor b = values(dtype, 96);
            System.setProperty("kinora.kernel.linear", kernel);
            for (Tensor bias : new @Nullable Tensor[] {b, null}) {
                Tensor y = F.linear(x, w, bias);
                Tensor expected = x.to(DType.FP64)
                        .matmul(w.to(DType.FP64).transpose(0, 1))
                        .add(bias == null ? Tensors.zeros(DType.FP64, 96) : bias.to(DType.FP64));
                assertThat(y.dtype()).isEqualTo(dtype);
                assertThat(y.shape()).containsExactly(2, 45, 96);
                assertThat(difference(y, expected)).isLessThan(dtype == DType.FP32 ? 1e-6 : 5e-3);
            }
        }
    }

    @Test
    void aLayerLearnsTheSameWhetherOpenBlasRestsOrNot() {
        int threads = Torch.threads();
        Torch.setThreads(2);
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor x = values(DType.FP32, 3, 131, 520).mul_(0.1);
            Tensor w = values(DType.FP32, 384, 520).mul_(0.3);
            Tensor b = values(DType.FP32, 384);
            Tensor y = values(DType.FP32, 3, 131, 384);
            List<Tensor> leaves = List.of(x, w, b);
            leaves.forEach(t -> t.requiresGrad_(true));
            F.linear(x, w, b).sub(y).square().sum().backward();
            List<Tensor> expected = leaves.stream().map(t -> gradient(t).mul(1)).toList();
            leaves.forEach(Tensor::clearGrad);
            try (BlasThreads.Rest outer = BlasThreads.rest()) {
                BlasThreads.rest().close();
                assertThat(BlasThreads.areResting()).isTrue();
                F.linear(x, w, b).sub(y).square().sum().backward();
            }
            assertThat(BlasThreads.areResting()).isFalse();
            for (int i = 0; i < leaves.size(); i++) {
                assertThat(difference(gradient(leaves.get(i)), expected.get(i))).isLessThan(2e-6);
            }
        } finally {
            Torch.setThreads(threads);
        }
    }

    /** libtorch unfolds a lone clip of few rows; it goes as a batch of frames then. */
    @ParameterizedTest
    @CsvSource({"3,3", "1,1", "1,3"})
    void aLoneClipIsConvolvedFrameByFrame(int taps, int kernel) {
        long[] one = {1, 1, 1};
        long[] padding = {0, kernel / 2, kernel / 2};
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor x = values(DType.FP32, 1, 6, 7, 9, 10);
            Tensor w = values(DType.FP32, 5, 6, taps, kernel, kernel).mul_(0.3);
            Tensor b = values(DType.FP32, 5);
            assertThat(ConvKernels.byFrames(x, w, one, padding, one)).isTrue();
            List<List<Tensor>> found = new ArrayList<>();
            for (DType dtype : List.of(DType.FP32, DType.FP64)) {
                List<Tensor> leaves = Stream.of(x, w, b)
                        .map(t -> t.to(dtype).detach().mul(1).requiresGrad_(true))
                        .toList();
                Tensor y = F.conv3d(leaves.get(0), leaves.get(1), leaves.get(2), one, padding);
                y.square().sum().backward();
                found.add(
                        List.of(y.detach(), gradient(leaves.get(0)), gradient(leaves.get(1)), gradient(leaves.get(2))));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(found.get(0).get(i).shape())
                        .isEqualTo(found.get(1).get(i).shape());
                assertThat(difference(found.get(0).get(i), found.get(1).get(i))).isLessThan(2e-6);
            }
        }
    }

    private static Tensor gradient(Tensor leaf) {
        return Objects.requireNonNull(leaf.grad(), "gradient");
    }

    @Test
    void linearBlocksOfEverySizeFitTogether() {
        System.setProperty("kinora.kernel.linear", "brgemm");
        try (TensorScope scope = TensorScope.open("test")) {
            // more than one block of rows, of inputs and of outputs, none of them whole
            Tensor x = values(DType.BF16, 300, 518).mul_(0.1);
            Tensor w = values(DType.BF16, 352, 518).mul_(0.3);
            Tensor b = values(DType.BF16, 352);
            Tensor expected =
                    x.to(DType.FP64).matmul(w.to(DType.FP64).transpose(0, 1)).add(b.to(DType.FP64));
            assertThat(difference(F.linear(x, w, b), expected)).isLessThan(5e-3);
        }
    }

    @Test
    void linearTakesWeightsStoredInAnotherDtype() {
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor x = values(DType.FP32, 9, 16);
            Tensor w = values(DType.BF16, 8, 16);
            Tensor y = F.linear(x, w, values(DType.BF16, 8));
            assertThat(y.dtype()).isEqualTo(DType.FP32);
            Tensor expected =
                    F.linear(x, w.to(DType.FP32), values(DType.BF16, 8).to(DType.FP32));
            assertThat(difference(y, expected)).isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "chunked,FP32,64",
        "libtorch,FP32,64",
        "chunked,BF16,64",
        "chunked-fp32,BF16,64",
        "brgemm,BF16,64",
        "brgemm,BF16,128",
        "brgemm,BF16,34",
        "brgemm,FP32,64",
        "brgemm,FP32,40",
        "chunked-fp32,FP16,40",
        "libtorch,BF16,64"
    })
    void everyAttentionKernelAgreesWithDoublePrecision(String kernel, DType dtype, long dim) {
        try (TensorScope scope = TensorScope.open("test")) {
            // as models make it: heads cut out of a projection, so neither q nor k is contiguous
            Tensor q = values(dtype, 2, 333, 3, dim).mul_(3).transpose(1, 2);
            Tensor k = values(dtype, 2, 601, 3, dim).mul_(2).transpose(1, 2);
            Tensor v = values(dtype, 2, 601, 3, dim).transpose(1, 2);
            System.setProperty("kinora.kernel.attention", kernel);
            Tensor y = F.scaledDotProductAttention(q, k, v, null, null);
            assertThat(y.dtype()).isEqualTo(dtype);
            assertThat(y.shape()).containsExactly(2, 3, 333, dim);
            assertThat(difference(y, reference(q, k, v, null, 1 / Math.sqrt(dim))))
                    .isLessThan(dtype == DType.FP32 ? 1e-5 : 1e-2);
        }
    }

    @ParameterizedTest
    @CsvSource({"brgemm,1", "brgemm,20", "chunked,1", "chunked-fp32,1"})
    void averagesOfManyKeysKeepTheirDigits(String kernel, double size) {
        try (TensorScope scope = TensorScope.open("test");
                Rng rng = new Rng(7)) {
            Tensor q = rng.randn(DType.FP32, 1, 2, 300, 64).mul(size).to(DType.BF16);
            Tensor k = rng.randn(DType.FP32, 1, 2, 650, 64).to(DType.BF16);
            Tensor v = rng.randn(DType.FP32, 1, 2, 650, 64).to(DType.BF16);
            System.setProperty("kinora.kernel.attention", kernel);
            Tensor expected = reference(q, k, v, null, 0.125);
            Tensor error = F.scaledDotProductAttention(q, k, v, null, null)
                    .to(DType.FP64)
                    .sub(expected);
            // the values average out, so an error of the weights shows in full; bf16 itself gives 2e-3 to 4e-3
            assertThat(error.pow(2).mean().item() / expected.pow(2).mean().item())
                    .isLessThan(8e-3 * 8e-3);
        }
    }

    @Test
    void scoresFarApartNeitherOverflowNorVanish() {
        try (TensorScope scope = TensorScope.open("test")) {
            for (double size : new double[] {0, 20, 60, 400}) {
                Tensor q = values(DType.BF16, 1, 2, 96, 64).mul_(size);
                Tensor k = values(DType.BF16, 1, 2, 700, 64);
                Tensor v = values(DType.BF16, 1, 2, 700, 64);
                for (String kernel : List.of("brgemm", "chunked", "chunked-fp32")) {
                    System.setProperty("kinora.kernel.attention", kernel);
                    Tensor y = F.scaledDotProductAttention(q, k, v, null, 1.0);
                    // rounding the scores themselves to bf16 costs e^(2^-9 |score|): bounded here by the size
                    assertThat(difference(y, reference(q, k, v, null, 1.0)))
                            .as(kernel + " " + size)
                            .isLessThan(kernel.equals("chunked") ? 1e-2 + 2e-2 * size : 1e-2);
                }
            }
        }
    }

    @Test
    void scoresFarApartKeepTheirDigitsInFp32() {
        try (TensorScope scope = TensorScope.open("test")) {
            for (double size : new double[] {0, 20, 60, 400}) {
                Tensor q = values(DType.FP32, 1, 2, 96, 64).mul_(size);
                Tensor k = values(DType.FP32, 1, 2, 700, 64);
                Tensor v = values(DType.FP32, 1, 2, 700, 64);
                for (String kernel : List.of("brgemm", "chunked")) {
                    System.setProperty("kinora.kernel.attention", kernel);
                    Tensor y = F.scaledDotProductAttention(q, k, v, null, 1.0);
                    // a score of this size is known to 2^-22 of itself
                    assertThat(difference(y, reference(q, k, v, null, 1.0)))
                            .as(kernel + " " + size)
                            .isLessThan(1e-5 + 1e-6 * size);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "chunked-fp32", "libtorch", "brgemm"})
    void masksAndBiasesAreApplied(String kernel) {
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor q = values(DType.FP32, 2, 4, 40, 16);
            Tensor k = values(DType.FP32, 2, 4, 50, 16);
            Tensor v = values(DType.FP32, 2, 4, 50, 16);
            System.setProperty("kinora.kernel.attention", kernel);
            Tensor bias = values(DType.FP32, 1, 4, 40, 50);
            assertThat(difference(F.scaledDotProductAttention(q, k, v, bias, 1.0), reference(q, k, v, bias, 1.0)))
                    .isLessThan(1e-5);
            Tensor keep = Tensors.arange(0, 50, DType.FP32).lt(31).reshape(1, 1, 1, 50);
            Tensor dropped = keep.logicalNot().to(DType.FP32).mul(-1e9);
            assertThat(difference(F.scaledDotProductAttention(q, k, v, keep, null), reference(q, k, v, dropped, 0.25)))
                    .isLessThan(1e-5);
            Tensor none = Tensors.zeros(DType.BOOL, 1, 1, 40, 50);
            assertThat(F.scaledDotProductAttention(q, k, v, none, null)
                            .abs()
                            .max()
                            .item())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "libtorch"})
    void attentionIsDifferentiable(String kernel) {
        System.setProperty("kinora.kernel.attention", kernel);
        System.setProperty("kinora.kernel.linear", "widened");
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor q = values(DType.FP64, 1, 2, 5, 8).requiresGrad_(true);
            Tensor k = values(DType.FP64, 1, 2, 7, 8).mul(0.7).requiresGrad_(true);
            Tensor v = values(DType.FP64, 1, 2, 7, 8).add(0.1).requiresGrad_(true);
            Tensor g = values(DType.FP64, 1, 2, 5, 8).add(0.2);
            F.scaledDotProductAttention(q, k, v, null, 0.3).mul(g).sum().backward();
            Tensor got = q.grad();
            assertThat(got).isNotNull();
            Tensor q2 = q.detach().requiresGrad_(true);
            reference(q2, k, v, null, 0.3).mul(g).sum().backward();
            Tensor expected = q2.grad();
            assertThat(expected).isNotNull();
            assertThat(difference(got, expected)).isLessThan(1e-10);

            Tensor w = values(DType.BF16, 8, 8).requiresGrad_(true);
            F.linear(values(DType.BF16, 3, 8), w, null).sum().backward();
            assertThat(w.grad()).isNotNull();
        }
    }

    private static Tensor reference(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, double scale) {
        Tensor s = q.to(DType.FP64).matmul(k.to(DType.FP64).transpose(2, 3)).mul(scale);
        return (mask == null ? s : s.add(mask.to(DType.FP64))).softmax(-1).matmul(v.to(DType.FP64));
    }

    @ParameterizedTest
    @CsvSource({"direct,3,13,18", "winograd,3,13,18", "winograd,1,8,16", "winograd,3,401,6"})
    void everyConvolutionKernelAgreesWithDoublePrecision(String kernel, long taps, long h, long w) {
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor clip = values(DType.FP32, 3, h, w, 5); // [T, H, W, C]
            Tensor weight = values(DType.FP32, 7, 5, taps, 3, 3);
            Tensor bias = values(DType.FP32, 7);
            System.setProperty("kinora.kernel.conv", kernel);
            Tensor y = Tensors.empty(DType.FP32, 3, h, w, 7);
            F.convolveFrames(FrameRows.of(clip), weight, bias, y);

            Tensor x = clip.to(DType.FP64).permute(3, 0, 1, 2).unsqueeze(0); // [1, C, T, H, W]
            if (taps == 3) {
                Tensor first = x.narrow(2, 0, 1);
                x = Tensors.cat(2, first, first, x);
            }
            Tensor expected =
                    F.conv3d(x, weight.to(DType.FP64), bias.to(DType.FP64), new long[] {1, 1, 1}, new long[] {0, 1, 1});
            assertThat(difference(y, expected.squeeze(0).permute(1, 2, 3, 0))).isLessThan(1e-5);
        }
    }

    @Test
    void aConvolutionTallerThanItsStripsHasNoSeams() {
        try (TensorScope scope = TensorScope.open("test")) {
            // one row of input is 6 MB here, so that strips are 28 rows high
            Tensor clip = Tensors.zeros(DType.FP32, 1, 70, 1200, 400);
            clip.select(3, 7).add_(values(DType.FP32, 1, 70, 1200));
            Tensor weight = Tensors.zeros(DType.FP32, 2, 400, 3, 3, 3);
            weight.select(1, 7).add_(values(DType.FP32, 2, 3, 3, 3));
            Tensor y = Tensors.empty(DType.FP32, 1, 70, 1200, 2);
            F.convolveFrames(FrameRows.of(clip), weight, null, y);
            Tensor x = clip.narrow(3, 7, 1).permute(3, 0, 1, 2).unsqueeze(0);
            Tensor expected = F.conv3d(
                    Tensors.cat(2, x, x, x), weight.narrow(1, 7, 1), null, new long[] {1, 1, 1}, new long[] {0, 1, 1});
            assertThat(difference(y, expected.squeeze(0).permute(1, 2, 3, 0))).isLessThan(1e-5);
        }
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        try (TensorScope scope = TensorScope.open("test")) {
            Tensor q = values(DType.FP32, 1, 2, 4, 8);
            assertThatThrownBy(() -> F.scaledDotProductAttention(q, q, values(DType.FP32, 1, 2, 5, 8), null, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("v = float32[1, 2, 5, 8]")
                    .hasMessageContaining("expected: [B, heads, N, D]");
        }
    }

    @Test
    void choicesSurviveInTheirFileAndForeignFilesDoNotCount(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("deep").resolve("kernels.json");
        KernelStore store = new KernelStore(file, "cpu A");
        assertThat(store.load()).isEmpty();
        Kernels.Choice choice = new Kernels.Choice(
                "linear bf16", "widened", Kernels.Origin.MEASURED, Map.of("widened", 1.5, "libtorch", 9.0));
        store.save(List.of(choice));
        assertThat(store.load())
                .containsExactly(
                        new Kernels.Choice("linear bf16", "widened", Kernels.Origin.CACHED, choice.milliseconds()));
        assertThat(new KernelStore(file, "cpu B").load()).isEmpty();
        try (var left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
        Files.writeString(file, "{\"format\": \"kinora-kernels\", \"revi");
        assertThat(store.load()).isEmpty();
        Files.writeString(file, "[]");
        assertThat(store.load()).isEmpty();
    }

    @Test
    void theFastestCandidateIsKept() {
        try (TensorScope scope = TensorScope.open("test")) {
            Kernels.Choice choice = Kernels.measure("test", List.of("slow", "quick"), name -> () -> {
                if (name.equals("slow")) {
                    values(DType.FP32, 512, 512).matmul(values(DType.FP32, 512, 512));
                }
            });
            assertThat(choice.kernel()).isEqualTo("quick");
        }
    }
}
