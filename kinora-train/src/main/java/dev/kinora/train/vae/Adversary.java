package dev.kinora.train.vae;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.train.loss.Discriminator3d;
import dev.kinora.train.loss.HingeGan;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Updater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The discriminator of a VAE's training, with an optimizer of its own: what the decoder plays against. */
final class Adversary implements AutoCloseable {
    private static final String FOLDER = "discriminator";

    private final VaeLossConfig.Gan config;
    private final Discriminator3d discriminator;
    private final Updater updater;
    private final @Nullable ProcessGroup group;

    /**
     * A fresh one.
     *
     * @param group the processes whose parts it learns from together; null for this one alone
     */
    Adversary(VaeLossConfig.Gan config, int steps, Rng rng, Device device, @Nullable ProcessGroup group) {
        this.group = group;
        this.config = config;
        this.discriminator = new Discriminator3d(config.channels(), config.levels());
        discriminator.parameters().initialize(rng);
        discriminator.parameters().to(device);
        this.updater = new Updater(
                Map.of("discriminator", discriminator.parameters()),
                new OptimizerConfig(new LearningRate(config.rate(), 0, steps, 1), false, 0.5, 0.9, 0, 1, 0));
    }

    /** What of the numbers that a clip gets in time falls to this process: all, or an even share where time is split. */
    private record Share(long from, long to, long all) {
        /** Of the whole batch of whole clips, for means. */
        double numbers(Tensor logits) {
            return (double) all * logits.numel() / logits.size(2);
        }
    }

    private Share share(long frames, boolean timeSplit) {
        long all = discriminator.numbers(frames);
        ProcessGroup together = timeSplit ? group : null;
        return together == null
                ? new Share(0, all, all)
                : new Share(
                        all * together.rank() / together.size(), all * (together.rank() + 1) / together.size(), all);
    }

    /**
     * What the decoder lowers; the discriminator itself gets no gradients from it. A scalar.
     *
     * @param decoded whole clips
     * @param timeSplit whether other processes look at other stretches of the same clips; then this one's share of the sum
     */
    Tensor generator(Tensor decoded, boolean timeSplit) {
        Share own = share(decoded.size(2), timeSplit);
        Discriminator3d.Window window = discriminator.window(decoded.size(2), own.from(), own.to());
        watch(false);
        try {
            Tensor logits = discriminator.forward(window.framesOf(decoded));
            return HingeGan.generator(window.numbersOf(logits), own.numbers(logits));
        } finally {
            watch(true);
        }
    }

    /**
     * One step of the discriminator.
     *
     * @param clips whole clips
     * @param decoded whole clips
     * @param timeSplit whether other processes look at other stretches of the same clips, not at clips of their own
     * @param precision runs the forward pass in the run's precision
     * @return its loss over all processes, a scalar outside the graph
     */
    Tensor learn(Tensor clips, Tensor decoded, int step, boolean timeSplit, UnaryOperator<Tensor> precision) {
        return TensorScope.compute(() -> {
            Tensor loss = loss(clips, decoded, timeSplit, precision);
            loss.backward();
            Tensor value = loss.detach();
            ProcessGroup together = group;
            if (together != null && timeSplit) {
                together.allReduce(updater.gradients());
                value = together.allReduce(value.copy());
            } else if (together != null) {
                together.averageGradients(List.of(updater.gradients()));
                value = together.allReduce(value.copy()).div(together.size());
            }
            updater.apply(0, step); // a loss that is not finite shows in the gradients' norm
            return value;
        });
    }

    private Tensor loss(Tensor clips, Tensor decoded, boolean timeSplit, UnaryOperator<Tensor> precision) {
        long frames = clips.size(2);
        Share own = share(frames, timeSplit);
        Discriminator3d.Window window = discriminator.window(frames, own.from(), own.to());
        Tensor onFakes = precision.apply(window.framesOf(decoded.detach()));
        double numbers = own.numbers(onFakes);
        if (config.slopePenalty() == 0) {
            Tensor onClips = precision.apply(window.framesOf(clips));
            return HingeGan.discriminator(window.numbersOf(onClips), window.numbersOf(onFakes), numbers);
        }
        // the slope at the share's frames takes all numbers that depend on them
        long from = Math.max(0, own.from() - Discriminator3d.REACH);
        long to = Math.min(own.all(), own.to() + Discriminator3d.REACH);
        Discriminator3d.Window wide = discriminator.window(frames, from, to);
        Tensor real = wide.framesOf(clips).detach().copy().requiresGrad_(true);
        Tensor around = wide.numbersOf(precision.apply(real));
        Tensor onClips = around.narrow(2, own.from() - from, own.to() - own.from());
        long first = own.from() * discriminator.stride();
        long last = Math.min(frames, own.to() * discriminator.stride());
        Tensor slope = HingeGan.slope(around, real, first - wide.firstFrame(), last - first);
        return HingeGan.discriminator(onClips, window.numbersOf(onFakes), numbers)
                .add(slope.mul(config.slopePenalty() / 2));
    }

    Tensor logits(Tensor video) {
        return discriminator.forward(video);
    }

    private void watch(boolean gradients) {
        for (Parameter p : discriminator.parameters().all()) {
            p.value().requiresGrad_(gradients);
        }
    }

    int optimizerSteps() {
        return updater.optimizerSteps();
    }

    void save(Path checkpoint) throws IOException {
        updater.save(Files.createDirectories(checkpoint.resolve(FOLDER)));
    }

    void restore(Path checkpoint, int optimizerSteps) throws IOException {
        updater.restore(checkpoint.resolve(FOLDER), optimizerSteps);
    }

    @Override
    public void close() {
        updater.close();
        discriminator.close();
    }
}
