package dev.kinora.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.nn.Init;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.tensor.Torch;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.TensorTest;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@TensorTest
final class OptimizersTest {
    @Test
    void adamWTakesTheStepsOfItsFormula() {
        Names names = Names.root();
        Parameter p = names.parameter("w", Init.ONES, 2, 1);
        try (Rng rng = new Rng(0);
                var set = names.parameters()) {
            set.initialize(rng);
            try (FlatWeights all =
                            new FlatWeights(Map.of("m", set), Parameter::isTrainable, matrix -> false, DType.FP32);
                    AdamW adam = new AdamW(all, 0.9, 0.95, 1e-8, 0.1)) {
                double w = 1;
                double m = 0;
                double v = 0;
                for (int t = 1; t <= 5; t++) {
                    double g = 2 * w;
                    try (TensorScope ignored = TensorScope.open("step")) {
                        p.value().square().sum().backward();
                        adam.step(0.01);
                        all.gradients().zero_();
                    }
                    w *= 1 - 0.01 * 0.1;
                    m = 0.9 * m + 0.1 * g;
                    v = 0.95 * v + 0.05 * g * g;
                    w -= 0.01 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.95, t))) + 1e-8);
                    assertThat(p.value().toDoubles()[0]).isEqualTo(w, within(1e-6));
                }
            }
        }
    }

    @Test
    void adamWInPiecesIsAdamWOfTheWhole() {
        Names names = Names.root();
        Parameter w = names.parameter("w", Init.normal(1), 600, 500); // decays, more than two pieces
        Parameter b = names.parameter("b", Init.normal(1), 200_000); // does not
        try (Rng rng = new Rng(4);
                var set = names.parameters()) {
            set.initialize(rng);
            try (FlatWeights all =
                            new FlatWeights(Map.of("m", set), Parameter::isTrainable, matrix -> false, DType.FP32);
                    AdamW adam = new AdamW(all, 0.9, 0.95, 1e-8, 0.1)) {
                Tensor matrix = w.value().detach().copy();
                Tensor vector = b.value().detach().copy();
                w.value().square().sum().add(b.value().square().sum()).backward();
                adam.step(0.01);
                // the first step is the gradient's sign, 2 w over its own size
                for (Tensor[] t : new Tensor[][] {
                    {w.value(), matrix.mul(1 - 0.01 * 0.1), matrix.mul(2)}, {b.value(), vector, vector.mul(2)}
                }) {
                    Tensor expected =
                            t[1].sub(t[2].div(t[2].square().sqrt().add(1e-8)).mul(0.01));
                    assertThat(Closeness.relativeError(t[0].detach(), expected)).isLessThan(1e-6);
                }
            }
        }
    }

    @Test
    void muonBringsSingularValuesNearOne() {
        try (Rng rng = new Rng(1)) {
            for (long[] shape : new long[][] {{16, 40}, {40, 16}, {24, 24}}) {
                Tensor o = Muon.orthogonal(rng.randn(DType.FP32, 1, shape[0], shape[1]))
                        .to(DType.FP32)
                        .squeeze(0);
                assertThat(o.shape()).isEqualTo(shape);
                // the squares of the singular values sum to the squared norm: one each, roughly
                double meanSquare = Math.pow(o.norm().item(), 2) / Math.min(shape[0], shape[1]);
                assertThat(meanSquare).isBetween(0.5, 1.5);
            }
        }
    }

    @Test
    void muonUpdatesMatricesOfOneShapeTogetherAsEachByItself() {
        Names names = Names.root();
        Parameter a = names.parameter("a", Init.normal(1), 10, 9);
        Parameter b = names.parameter("b", Init.normal(1), 10, 9);
        Parameter c = names.parameter("c", Init.normal(1), 9, 16);
        try (Rng rng = new Rng(3);
                var set = names.parameters()) {
            set.initialize(rng);
            try (FlatWeights all =
                            new FlatWeights(Map.of("m", set), Parameter::isTrainable, matrix -> true, DType.FP32);
                    Muon muon = new Muon(all, 0.95, 0)) {
                assertThat(all.matrices()).hasSize(2);
                assertThat(all.numel()).isEqualTo(90 + 90 + 144);
                for (Parameter p : new Parameter[] {a, b, c}) {
                    Tensor before = p.value().detach().copy();
                    all.gradients().zero_();
                    p.value().square().sum().backward();
                    muon.step(0.01);
                    Tensor g = before.mul(2).unsqueeze(0);
                    double scale = 0.2 * Math.sqrt(Math.max(p.shape()[0], p.shape()[1])) * 0.01;
                    Tensor expected = before.sub(Muon.orthogonal(g.mul(1.95))
                            .to(DType.FP32)
                            .squeeze(0)
                            .mul(scale));
                    if (p == a) { // the others' momenta are no longer fresh
                        assertThat(expected.sub(p.value().detach()).abs().max().item())
                                .isLessThan(1e-6);
                    }
                }
            }
        }
    }

    @Test
    void averagesFollowTheWeightsAndStandInForThem() {
        Names names = Names.root();
        Parameter p = names.parameter("w", Init.ONES, 3);
        try (Rng rng = new Rng(0);
                var set = names.parameters()) {
            set.initialize(rng);
            try (FlatWeights all =
                            new FlatWeights(Map.of("m", set), Parameter::isTrainable, matrix -> false, DType.FP32);
                    Ema ema = new Ema(all, 0.5)) {
                p.value().detach().fill_(3);
                ema.update(1000);
                ema.during(() -> assertThat(p.value().toDoubles()).containsExactly(2, 2, 2));
                assertThat(p.value().toDoubles()).containsExactly(3, 3, 3);
            }
        }
    }

    @Test
    void gradientsThatAreNotFiniteDoNotReachTheWeights() {
        Names names = Names.root();
        Parameter p = names.parameter("w", Init.ONES, 4);
        OptimizerConfig config = new OptimizerConfig(new LearningRate(0.1, 0, 100, 1), false, 0.9, 0.95, 0, 1, 0.9);
        try (Rng rng = new Rng(0);
                var set = names.parameters()) {
            set.initialize(rng);
            try (Updater updater = new Updater(Map.of("m", set), config)) {
                assertThatThrownBy(() -> {
                            for (int step = 1; step < 20; step++) {
                                try (TensorScope ignored = TensorScope.open("step")) {
                                    p.value()
                                            .mul(Tensors.full(Double.NaN, DType.FP32, 4))
                                            .sum()
                                            .backward();
                                    updater.apply(1, step);
                                }
                            }
                        })
                        .isInstanceOf(ArithmeticException.class)
                        .hasMessageContaining("at step 8");
                assertThat(p.value().toDoubles()).containsExactly(1, 1, 1, 1);
            }
        }
    }

    @Test
    void networksMayComputeInAnotherTypeThanTheWeightsHave() {
        Names names = Names.root();
        Parameter p = names.parameter("w", Init.ONES, 3);
        OptimizerConfig config = new OptimizerConfig(new LearningRate(1e-4, 0, 100, 1), false, 0.9, 0.95, 0, 1e9, 0.5);
        try (Rng rng = new Rng(0);
                var set = names.parameters()) {
            set.initialize(rng);
            try (Updater updater = new Updater(Map.of("m", set), config, DType.BF16)) {
                assertThat(p.value().dtype()).isEqualTo(DType.BF16);
                for (int step = 1; step <= 40; step++) {
                    try (TensorScope ignored = TensorScope.open("step")) {
                        p.value().sum().backward();
                        p.value().sum().backward();
                        assertThat(updater.gradients().toDoubles()).startsWith(2, 2, 2);
                        updater.apply(0, step);
                    }
                }
                // one step of 1e-4 is lost in bf16; forty are not, for they add up in fp32
                assertThat(p.value().toDoubles()).containsOnly(0.99609375);
                updater.ema().during(() -> assertThat(p.value().toDoubles()).containsOnly(0.99609375));
            }
        }
    }

    @Test
    void theRateRisesAndFalls() {
        LearningRate rate = new LearningRate(1, 10, 110, 0.1);
        assertThat(rate.at(5)).isEqualTo(0.5, within(1e-12));
        assertThat(rate.at(10)).isEqualTo(1, within(1e-12));
        assertThat(rate.at(60)).isEqualTo(0.55, within(1e-12));
        assertThat(rate.at(110)).isEqualTo(0.1, within(1e-12));
        assertThat(rate.at(500)).isEqualTo(0.1, within(1e-12));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LearningRate(1, 10, 5, 0.1))
                .withMessage("learning rate: steps = 5 (expected: more than the 10 of the warm-up)");
    }

    @Test
    void openBlasRestsWhileAnUpdaterIsOpen() throws Throwable {
        int before = Torch.threads();
        Torch.setThreads(2);
        try (Rng rng = new Rng(0)) {
            Optional<MemorySegment> symbol = SymbolLookup.loaderLookup().find("openblas_get_num_threads");
            assumeTrue(symbol.isPresent(), "libtorch brought no OpenBLAS");
            MethodHandle threads = Linker.nativeLinker()
                    .downcallHandle(symbol.orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT));
            Names names = Names.root();
            names.parameter("w", Init.ONES, 2, 2);
            try (var set = names.parameters()) {
                set.initialize(rng);
                OptimizerConfig config =
                        new OptimizerConfig(new LearningRate(1e-3, 0, 4, 1), false, 0.9, 0.95, 0, 1, 0.5);
                assertThat((int) threads.invokeExact()).isEqualTo(2);
                try (Updater updater = new Updater(Map.of("m", set), config)) {
                    assertThat(updater.numel()).isEqualTo(4);
                    assertThat((int) threads.invokeExact()).isEqualTo(1);
                }
                assertThat((int) threads.invokeExact()).isEqualTo(2);
            }
        } finally {
            Torch.setThreads(before);
        }
    }
}
