package dev.kinora.train.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.TensorTest;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

@TensorTest(threads = 1)
final class Discriminator3dTest {
    @Test
    void aWindowGivesTheNumbersOfTheWholeClip() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 12; trial++) {
            int levels = 1 + random.nextInt(2);
            int frames = 1 + random.nextInt(60);
            String what = "trial " + trial + " of seed 5: " + levels + " levels, " + frames + " frames";
            try (Discriminator3d discriminator = new Discriminator3d(4, levels);
                    Rng rng = new Rng(trial)) {
                discriminator.parameters().initialize(rng);
                Tensor clip = rng.randn(DType.FP32, 1, 3, frames, 8, 8);
                Tensor whole = discriminator.forward(clip);
                assertThat(whole.size(2)).as(what).isEqualTo(discriminator.numbers(frames));
                int from = random.nextInt((int) whole.size(2));
                int to = from + 1 + random.nextInt((int) whole.size(2) - from);
                Discriminator3d.Window window = discriminator.window(frames, from, to);
                assertThat(window.frames())
                        .as(what)
                        .isLessThanOrEqualTo((to - from + 2 * Discriminator3d.REACH) * discriminator.stride());
                Tensor part = window.numbersOf(discriminator.forward(window.framesOf(clip)));
                assertThat(Closeness.relativeError(part, whole.narrow(2, from, to - from)))
                        .as(what + ", numbers " + from + " to " + to)
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void sharesOfTheSlopeAddUp() {
        try (Discriminator3d discriminator = new Discriminator3d(4, 1);
                Rng rng = new Rng(2)) {
            discriminator.parameters().initialize(rng);
            long frames = 45;
            Tensor clip = rng.randn(DType.FP32, 1, 3, frames, 8, 8).requiresGrad_(true);
            double whole =
                    HingeGan.slope(discriminator.forward(clip), clip, 0, frames).item();
            double sum = 0;
            long all = discriminator.numbers(frames);
            for (int rank = 0; rank < 3; rank++) {
                long from = all * rank / 3;
                long to = all * (rank + 1) / 3;
                long before = Math.max(0, from - Discriminator3d.REACH);
                long after = Math.min(all, to + Discriminator3d.REACH);
                Discriminator3d.Window wide = discriminator.window(frames, before, after);
                assertThat(wide.frames()).isLessThan(frames);
                Tensor real = wide.framesOf(clip).detach().copy().requiresGrad_(true);
                long first = from * discriminator.stride();
                long last = Math.min(frames, to * discriminator.stride());
                sum += HingeGan.slope(
                                wide.numbersOf(discriminator.forward(real)),
                                real,
                                first - wide.firstFrame(),
                                last - first)
                        .item();
            }
            assertThat(sum).isCloseTo(whole, within(1e-5 * whole));
        }
    }
}
