package dev.kinora.train.dit;

import dev.kinora.diffusion.CogVideoXScheduler;
import dev.kinora.diffusion.FlowMatchEulerScheduler;
import dev.kinora.diffusion.NoiseSchedule;
import dev.kinora.diffusion.Prediction;
import dev.kinora.diffusion.RectifiedFlow;
import dev.kinora.diffusion.SchedulerConfig;
import dev.kinora.diffusion.Solver;
import dev.kinora.diffusion.Timesteps;
import dev.kinora.models.cogvideox.CogVideoXCheckpointing;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Config;
import java.util.Arrays;
import java.util.List;

/** The objective of a run at work: noise levels, noisy inputs, targets, the error between. */
final class DitLoss {
    private final DitObjective objective;
    private final boolean bf16;
    private final CogVideoXScheduler velocity;
    private final FlowMatchEulerScheduler flow;
    private final NoiseSchedule schedule;
    private final RectifiedFlow line;

    /** With the schedule of a checkpoint. */
    DitLoss(DitObjective objective, CogVideoXScheduler velocity, boolean bf16) {
        this.objective = objective;
        this.bf16 = bf16;
        double shift = isFlow() ? objective.shift() : 1;
        this.velocity = velocity;
        this.schedule = velocity.schedule();
        this.flow = new FlowMatchEulerScheduler(schedule.timesteps(), shift);
        this.line = new RectifiedFlow(shift);
    }

    /** With CogVideoX's schedule. */
    static DitLoss of(DitObjective objective, boolean bf16) {
        SchedulerConfig config =
                SchedulerConfig.cogVideoX(objective.target() == DitObjective.Target.VELOCITY ? objective.shift() : 1);
        return new DitLoss(objective, new CogVideoXScheduler(CogVideoXScheduler.Kind.DDIM, config), bf16);
    }

    private boolean isFlow() {
        return objective.target() == DitObjective.Target.FLOW;
    }

    /**
     * The noise level of each clip: timesteps 0 … 999 of a velocity, 1000 t of a flow.
     *
     * @param rank this process of {@code ranks}
     */
    double[] levels(Rng rng, int clips, int rank, int ranks) {
        int fine = 1 << 20; // a flow's times are continuous: cut finely enough for fp32
        int trained = isFlow() ? fine : schedule.timesteps();
        long[] drawn = switch (objective.timesteps()) {
            case UNIFORM -> Timesteps.uniform(rng, clips, trained);
            case EXPLICIT_UNIFORM -> Timesteps.explicitUniform(rng, clips, trained, rank, ranks);
            case LOGIT_NORMAL -> new long[0];
        };
        if (objective.timesteps() == DitObjective.Timestep.LOGIT_NORMAL) {
            return Arrays.stream(Timesteps.logitNormal(rng, clips, 0, 1))
                    .map(t -> RectifiedFlow.TIMESTEP_SCALE * line.shifted(t))
                    .toArray();
        }
        return Arrays.stream(drawn)
                .mapToDouble(t -> isFlow() ? RectifiedFlow.TIMESTEP_SCALE * line.shifted((t + 0.5) / fine) : (double) t)
                .toArray();
    }

    /** Levels at which validation is done: everywhere from little noise to nearly nothing else. */
    double[] validationLevels() {
        return new double[] {99, 299, 499, 699, 899};
    }

    /**
     * The noisy latents of a batch, and all that is needed to judge a prediction.
     *
     * @param input [B, F, C, H, W], with the condition's channels where there is one
     * @param target [B, F, C, H, W]
     * @param weights [B, 1 or F, 1, 1 or H, 1 or W], or a scalar 1
     * @param signal the clean latents' factor in the noisy ones, fp32 [B, 1, 1, 1, 1]
     * @param timesteps fp32 [B]
     */
    record Problem(Tensor input, Tensor target, Tensor weights, Tensor signal, Tensor timesteps) {
        /** A stretch of the batch. */
        Problem part(int from, int count) {
            return new Problem(
                    input.narrow(0, from, count),
                    target.narrow(0, from, count),
                    weights.dim() == 0 ? weights : weights.narrow(0, from, count),
                    signal.narrow(0, from, count),
                    timesteps.narrow(0, from, count));
        }

        /**
         * The same, with errors weighted by where they are; the mean weight stays. Weights fade with the signal: where noise
         * hides what is where, a weight that knows would have the model draw the foreground everywhere.
         *
         * @param shares how much of each latent is foreground, [B, F, 1, H, W]
         * @param weight of the foreground in clips without noise, beside 1
         */
        Problem weighted(Tensor shares, double weight) {
            Tensor w = shares.mul(signal).mul(weight - 1).add(1);
            return new Problem(input, target, weights.mul(w.div(w.mean())), signal, timesteps);
        }

        /** The squared error of a prediction in the foreground alone, a scalar. */
        Tensor errorIn(Tensor shares, Tensor predicted) {
            Tensor squares = predicted.to(DType.FP32).sub(target).square().mean(true, 2); // [B, F, 1, H, W]
            return squares.mul(shares).sum().div(shares.sum());
        }

        /** The weighted squared error of a prediction, a scalar. */
        Tensor error(Tensor predicted) {
            if (weights.dim() == 0) {
                return F.mseLoss(predicted.to(DType.FP32), target);
            }
            return predicted.to(DType.FP32).sub(target).square().mul(weights).mean();
        }
    }

    /**
     * Noises a batch's latents, beside the condition that the objective has.
     *
     * @param levels one a clip
     * @param training whether that condition is noised and left out at times, and the foreground counts more
     * @param rng draws on the latents' device
     */
    Problem problem(DitBatches.Batch b, double[] levels, boolean training, Rng rng) {
        Problem problem = objective.firstFrame()
                ? problem(
                        b.clips(),
                        levels,
                        rng,
                        DitBatches.condition(b.clips(), objective.imageDropout(), training, rng))
                : problem(b.clips(), levels, rng);
        Tensor shares = b.foreground();
        double weight = objective.foreground();
        return training && shares != null && weight > 1 ? problem.weighted(shares, weight) : problem;
    }

    /**
     * Noises clean latents.
     *
     * @param x0 fp32 [B, F, C, H, W]
     * @param condition latents of the first frames, like x0, or an empty array
     * @param levels one a clip
     * @param rng draws on the latents' device
     */
    Problem problem(Tensor x0, double[] levels, Rng rng, Tensor... condition) {
        Tensor noise = rng.randn(DType.FP32, x0.shape());
        Tensor noisy;
        Tensor target;
        Tensor signal;
        Tensor weights = Tensors.scalar(1, DType.FP32);
        if (isFlow()) {
            double[] times = Arrays.stream(levels)
                    .map(l -> l / RectifiedFlow.TIMESTEP_SCALE)
                    .toArray();
            noisy = RectifiedFlow.addNoise(x0, noise, times);
            target = RectifiedFlow.velocity(x0, noise);
            double[] signals = Arrays.stream(times).map(t -> 1 - t).toArray();
            signal = Tensors.of(signals, levels.length, 1, 1, 1, 1)
                    .to(DType.FP32)
                    .to(x0.device());
        } else {
            long[] timesteps = Arrays.stream(levels).mapToLong(l -> (long) l).toArray();
            NoiseSchedule.Shares shares = schedule.shares(x0, timesteps);
            signal = shares.signal();
            noisy = signal.mul(x0).add(shares.noise().mul(noise));
            target = Prediction.V.target(x0, noise, shares);
            if (objective.minSnr() > 0) {
                weights = Prediction.V
                        .minSnrWeights(schedule, objective.minSnr(), timesteps)
                        .to(x0.device())
                        .reshape(-1, 1, 1, 1, 1);
            }
        }
        Tensor input = condition.length == 0 ? noisy : Tensors.cat(2, noisy, condition[0]);
        Tensor t = Tensors.of(levels, levels.length).to(DType.FP32).to(x0.device());
        return new Problem(input, target, weights, signal, t);
    }

    /** The loss of a batch, with its graph where one is recorded. */
    Tensor of(DitModel model, Tensor text, Problem problem) {
        return problem.error(predicted(model, text, problem));
    }

    /** What the model makes of a batch, [B, F, C, H, W], with its graph where one is recorded. */
    Tensor predicted(DitModel model, Tensor text, Problem problem) {
        return precision(() -> model.forward(problem.input(), model.states(text), problem.timesteps()));
    }

    /**
     * The loss of a batch, its gradients added to the parameters'.
     *
     * @param text what {@link DitBatches.Texts} gives
     * @param share of this batch in the step's loss
     * @param checkpointing whether blocks are computed twice to need less memory
     * @return the loss times the share, without a graph
     */
    Tensor backward(DitModel model, Tensor text, Problem problem, double share, boolean checkpointing) {
        if (!checkpointing) {
            Tensor loss = of(model, text, problem).mul(share);
            loss.backward();
            return loss.detach();
        }
        return precision(() -> CogVideoXCheckpointing.backward(
                model.transformer(),
                model.cast(problem.input()),
                model.states(text),
                problem.timesteps(),
                model.ofs(),
                model.positions(problem.input()),
                predicted -> problem.error(predicted).mul(share)));
    }

    /**
     * The loss of clips of several shapes in one sequence, its gradients added to the parameters'.
     *
     * @param texts of each shape, as {@link DitBatches.Texts} gives them
     * @param problems of each shape; every latent counts alike
     * @param share of this sequence in the step's loss
     * @return the loss times the share, without a graph
     */
    Tensor backward(DitModel model, List<Tensor> texts, List<Problem> problems, double share) {
        List<Tensor> predicted =
                precision(() -> new All(model.packed(problems, texts))).tensors();
        double total = problems.stream().mapToLong(p -> p.target().numel()).sum();
        Tensor loss = Tensors.zeros(DType.FP32, predicted.getFirst().device());
        for (int i = 0; i < predicted.size(); i++) {
            Problem p = problems.get(i);
            loss = loss.add(p.error(predicted.get(i)).mul(share * p.target().numel() / total));
        }
        loss.backward();
        return loss.detach();
    }

    private record All(List<Tensor> tensors) implements TensorBundle {}

    <T> T precision(TensorScope.Body<T, RuntimeException> body) {
        return bf16 ? Grad.autocast(DType.BF16, body) : body.run();
    }

    /** The solver of a run of so many steps. */
    Solver solver(int steps) {
        return isFlow() ? flow.solver(steps) : velocity.solver(steps);
    }

    /** The diffusers class of the scheduler. */
    String schedulerClass() {
        return isFlow() ? FlowMatchEulerScheduler.CLASS_NAME : velocity.kind().className();
    }

    /** The scheduler's config as diffusers reads it. */
    Config schedulerConfig() {
        return isFlow() ? flow.toConfig() : velocity.config().toConfig(velocity.kind());
    }
}
