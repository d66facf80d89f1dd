package dev.kinora.train.optim;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.BlasThreads;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.train.run.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** What happens between backward and the next forward: clip, look for non-finite values, update, average. */
public final class Updater implements AutoCloseable {
    /** So many steps in a row without a finite gradient end the run. */
    private static final int PATIENCE = 8;

    private final FlatWeights all;
    private final OptimizerConfig config;
    private final AdamW adamW;
    private final Muon muon;
    private final Ema ema;
    private final BlasThreads.Rest blas;
    private int skipped;

    /**
     * The weights of {@code models} in fp32, by the name that each model has in the checkpoint.
     *
     * @param models initialised or loaded, all on one device
     */
    public Updater(Map<String, ParameterSet> models, OptimizerConfig config) {
        this(models, config, DType.FP32);
    }

    /**
     * The weights of {@code models} in fp32, with a copy for the models to compute with.
     *
     * @param models initialised or loaded, all on one device
     * @param compute the type that the models compute in from now on
     */
    public Updater(Map<String, ParameterSet> models, OptimizerConfig config, DType compute) {
        this(models, config, compute, Parameter::isTrainable);
    }

    /**
     * The weights of {@code models} in fp32, of which some stay as they are.
     *
     * @param models initialised or loaded, all on one device
     * @param compute the type that the models compute in from now on
     * @param trained which parameters are updated
     */
    public Updater(
            Map<String, ParameterSet> models, OptimizerConfig config, DType compute, Predicate<Parameter> trained) {
        this.config = config;
        this.all = new FlatWeights(models, trained, p -> config.muon() && Muon.suits(p), compute);
        this.adamW = new AdamW(all, config.beta1(), config.beta2(), 1e-8, config.weightDecay());
        this.muon = new Muon(all, 0.95, config.weightDecay());
        this.ema = new Ema(all, config.ema());
        this.blas = BlasThreads.rest();
    }

    /**
     * One update.
     *
     * @param loss the value whose gradients were computed
     * @param step of the schedule, from 1
     * @return the norm of the gradients before clipping
     * @throws ArithmeticException after several steps without finite gradients; weights are as before them
     */
    public double apply(double loss, int step) {
        all.collect();
        double norm = Grad.off(() -> {
            try (TensorScope ignored = TensorScope.open("clip")) {
                double n = all.gradients().norm().item();
                if (n > config.clip() && Double.isFinite(n)) {
                    all.gradients().mul_(config.clip() / (n + 1e-6));
                }
                return n;
            }
        });
        if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
            clearGradients();
            skipped++;
            if (skipped >= PATIENCE) {
                throw new ArithmeticException("train: loss = " + loss + ", gradient norm = " + norm + " at step " + step
                        + " and " + (PATIENCE - 1) + " before it (expected: finite; try a lower learning rate)");
            }
            return norm;
        }
        skipped = 0;
        adamW.step(config.rate().at(step));
        muon.step(config.rate().at(step));
        all.publish();
        clearGradients();
        ema.update(step);
        return norm;
    }

    /** All gradients in one tensor: fp32 [N]; what backward adds to, and what processes average. */
    public Tensor gradients() {
        all.collect();
        return all.gradients();
    }

    /** Takes in one of several backward passes of a step: in fp32, whatever the networks' type. */
    public void accumulate() {
        all.collect();
    }

    /** Forgets what backward has added up. */
    void clearGradients() {
        all.clearGradients();
    }

    /** The averages of the weights. */
    public Ema ema() {
        return ema;
    }

    /** Number of trained weights. */
    public long numel() {
        return all.numel();
    }

    /** Writes weights, moments and averages. */
    public void save(Path folder) throws IOException {
        try (TensorScope ignored = TensorScope.open("save")) {
            TensorFiles.write(folder.resolve("weights.safetensors"), weights(), DType.FP32, Map.of());
            TensorFiles.write(
                    folder.resolve("optimizer.safetensors"),
                    optimizerState(),
                    DType.FP32,
                    Map.of("step", Integer.toString(adamW.steps())));
            TensorFiles.write(folder.resolve("ema.safetensors"), ema.state(), DType.FP32, Map.of());
        }
    }

    /** Continues from what {@link #save} wrote. */
    public void restore(Path folder, int optimizerSteps) throws IOException {
        try (TensorScope ignored = TensorScope.open("restore")) {
            TensorFiles.restore("weights", weights(), TensorFiles.read(folder.resolve("weights.safetensors")));
            TensorFiles.restore(
                    "optimizer", optimizerState(), TensorFiles.read(folder.resolve("optimizer.safetensors")));
            TensorFiles.restore("ema", ema.state(), TensorFiles.read(folder.resolve("ema.safetensors")));
            adamW.continueFrom(optimizerSteps);
            all.publish();
        }
    }

    private Map<String, Tensor> weights() {
        return all.named("", all.weights(), 0);
    }

    private Map<String, Tensor> optimizerState() {
        Map<String, Tensor> state = new LinkedHashMap<>(adamW.state());
        state.putAll(muon.state());
        return state;
    }

    /** Updates made so far. */
    public int optimizerSteps() {
        return adamW.steps();
    }

    @Override
    public void close() {
        adamW.close();
        muon.close();
        ema.close();
        all.close();
        blas.close();
    }
}
