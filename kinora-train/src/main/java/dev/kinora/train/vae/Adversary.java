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

    /** What the decoder lowers; the discriminator itself gets no gradients from it. A scalar. */
    Tensor generator(Tensor decoded) {
        watch(false);
        try {
            return HingeGan.generator(discriminator.forward(decoded));
        } finally {
            watch(true);
        }
    }

    /**
     * One step of the discriminator.
     *
     * @param precision runs the forward pass in the run's precision
     * @return its loss, a scalar outside the graph
     */
    Tensor learn(Tensor clips, Tensor decoded, int step, UnaryOperator<Tensor> precision) {
        return TensorScope.compute(() -> {
            boolean slope = config.slopePenalty() > 0;
            Tensor real = slope ? clips.detach().copy().requiresGrad_(true) : clips;
            Tensor onClips = precision.apply(real);
            Tensor onFakes = precision.apply(decoded.detach());
            Tensor loss = HingeGan.discriminator(onClips, onFakes);
            Tensor all = slope ? loss.add(HingeGan.slope(onClips, real).mul(config.slopePenalty() / 2)) : loss;
            all.backward();
            Tensor value = loss.detach();
            ProcessGroup together = group;
            if (together != null) {
                together.averageGradients(List.of(updater.gradients()));
                value = together.allReduce(value.copy()).div(together.size());
            }
            updater.apply(0, step); // a loss that is not finite shows in the gradients' norm
            return value;
        });
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
