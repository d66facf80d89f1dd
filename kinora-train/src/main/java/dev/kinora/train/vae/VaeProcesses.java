package dev.kinora.train.vae;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.CogVideoXContextParallel;
import dev.kinora.models.cogvideox.CogVideoXContextParallel.Part;
import dev.kinora.tensor.Autograd;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.loss.HingeGan;
import dev.kinora.train.run.RunFolder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * A VAE's step on several processes. Phases over whole clips split the time axis (context parallel); the others split
 * the batch (data parallel). Either way all processes end with the gradient and the metrics that one would have. Where the
 * time axis is split, reconstructions are gathered, and a discriminator looks on each process at a window of them.
 */
final class VaeProcesses {
    private final VaeTrainConfig config;
    private final VaeObjective objective;
    private final ProcessGroup group;
    private final CogVideoXContextParallel parallel;

    VaeProcesses(VaeTrainConfig config, AutoencoderKLCogVideoX vae, VaeObjective objective, ProcessGroup group) {
        this.config = config;
        this.objective = objective;
        this.group = group;
        this.parallel = new CogVideoXContextParallel(vae, group);
    }

    /**
     * Whether a config can be trained by a group, and is the same on all of it.
     *
     * @throws IllegalArgumentException if not
     */
    static void require(VaeTrainConfig config, ProcessGroup group) {
        int size = group.size();
        CRC32 sum = new CRC32();
        sum.update(RunFolder.tree(config).toString().getBytes(StandardCharsets.UTF_8));
        try (TensorScope ignored = TensorScope.open("compare")) {
            Tensor own = Tensors.zeros(DType.FP64, group.device(), 1).add((double) sum.getValue());
            Tensor all = group.allGather(own);
            Checks.require(
                    all.eq(own).all().item() > 0, "vae training", "config", "different", "the same on every process");
        }
        for (VaeTrainConfig.Phase phase : config.phases()) {
            for (BatchShape s : phase.shapes()) {
                if (phase.wholeClip()) {
                    Part.of(s.frames(), 0, size);
                } else {
                    Checks.require(
                            s.batch() % size == 0,
                            "vae training",
                            "batch",
                            s,
                            "a multiple of the " + size + " processes");
                }
            }
        }
    }

    /**
     * Forward and backward of a step; gradients lie in {@code gradients} then.
     *
     * @param video of the whole batch
     * @param noise of the whole batch
     * @param gradients all in one piece, asked for after backward
     * @return each term's value, the same on every process, and the clips that a discriminator learns from: this
     *     process's part of the batch, or all of it where time is split
     */
    VaeObjective.Outcome step(Tensor video, Tensor noise, int step, Supplier<Tensor> gradients) {
        boolean whole = config.phase(step).wholeClip();
        VaeObjective.Outcome own = whole ? inTime(video, noise, step) : inBatch(video, noise, step);
        if (whole) {
            group.allReduce(gradients.get()); // each has the gradient of its part of the loss
        } else {
            group.averageGradients(List.of(gradients.get()));
        }
        Tensor values = Tensors.stack(0, own.terms().values().toArray(Tensor[]::new));
        group.allReduce(values);
        Map<String, Tensor> shared = new LinkedHashMap<>();
        own.terms().keySet().forEach(name -> shared.put(name, values.select(0, shared.size())));
        return new VaeObjective.Outcome(own.total(), shared, own.video(), own.decoded());
    }

    private VaeObjective.Outcome inBatch(Tensor video, Tensor noise, int step) {
        long own = video.size(0) / group.size();
        long from = own * group.rank();
        VaeObjective.Outcome outcome = objective.of(
                video.narrow(0, from, own).contiguous(),
                noise.narrow(0, from, own).contiguous(),
                step);
        outcome.total().backward();
        Map<String, Tensor> terms = new LinkedHashMap<>();
        outcome.terms().forEach((name, t) -> terms.put(name, t.to(DType.FP32).div(group.size())));
        return new VaeObjective.Outcome(outcome.total().detach(), terms, outcome.video(), outcome.decoded());
    }

    private VaeObjective.Outcome inTime(Tensor video, Tensor noise, int step) {
        Part part = Part.of(video.size(2), group.rank(), group.size());
        double latents = (double) part.latents() / noise.size(2);
        Tensor ownVideo = part.framesOf(video);
        Tensor ownNoise = part.latentsOf(noise);
        DType type = config.precision().ofNetworks(video.device());
        Tape tape = new Tape();
        boolean encoderLearns = !config.decoderOnly();
        return objective.precision(() -> {
            Tape encoding = encoderLearns ? tape : Tape.ofValues();
            Tape.Value moments = parallel.encode(encoding, encoding.constant(ownVideo.to(type)), part);
            Tape.Value kl =
                    tape.segment(in -> VaeObjective.divergence(in.getFirst()).mul(latents), moments);
            List<Tape.Value> ends = new ArrayList<>();
            Map<String, Tensor> terms = new LinkedHashMap<>();
            LatentAnchor held = objective.anchor();
            if (held != null) {
                Tensor before = before(held, ownVideo.to(type), part);
                Tape.Value away =
                        tape.segment(in -> held.distance(in.getFirst(), before).mul(latents), moments);
                double weight = Objects.requireNonNull(config.start()).anchor();
                ends.add(tape.segment(in -> in.getFirst().mul(weight), away));
                terms.put("anchor", away.tensor());
            }
            Tape.Value drawn = tape.segment(
                    in -> VaeObjective.sample(in.getFirst(), ownNoise).to(type), moments);
            Tape.Value decoded = parallel.decode(tape, drawn, part);
            Seen seen = look(tape, decoded, ownVideo, part, video.size(2), step);
            Tape.Value pictures = tape.segment( // a scalar whose gradient is the one that was found
                    in -> in.getFirst().to(DType.FP32).mul(seen.gradient()).sum(), decoded);
            Tape.Value weighted =
                    tape.segment(in -> in.getFirst().mul(config.losses().kl()), kl);
            terms.putAll(seen.terms());
            terms.put("kl", kl.tensor());
            Tensor total = seen.value().add(weighted.tensor());
            for (Tape.Value end : ends) {
                total = total.add(end.tensor());
            }
            terms.put("loss", total);
            ends.add(pictures);
            if (encoderLearns) {
                ends.add(weighted);
            }
            tape.backward(ends);
            return new VaeObjective.Outcome(total, terms, video, seen.whole());
        });
    }

    /** The moments of a part's frames as they were before the run. */
    private Tensor before(LatentAnchor anchor, Tensor video, Part part) {
        Tape values = Tape.ofValues();
        return new CogVideoXContextParallel(anchor.vae(), group)
                .encode(values, values.constant(video), part)
                .tensor();
    }

    /**
     * What is seen of a part's frames.
     *
     * @param value this process's share of the weighted sum
     * @param gradient of it by the part's frames
     * @param terms this process's share of each
     * @param whole the reconstructions of all frames where there is a discriminator to learn from them, else the part's
     */
    private record Seen(Tensor value, Tensor gradient, Map<String, Tensor> terms, Tensor whole) {}

    private Seen look(Tape tape, Tape.Value decoded, Tensor clips, Part part, long frames, int step) {
        double share = (double) part.frames() / frames;
        Tensor own = decoded.tensor().to(DType.FP32).detach().requiresGrad_(true);
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tensor sum = objective.pictures(clips, own, step, terms).mul(share);
        terms.replaceAll((name, t) -> t.detach().mul(share));
        Tensor value = sum.detach();
        Tensor gradient = Autograd.gradients(sum, List.of(own), false, false).getFirst();
        VaeLossConfig.Gan gan = config.losses().gan();
        if (gan == null || !gan.learns(step)) {
            if (gan != null) {
                terms.put("generator", Tensors.zerosLike(value));
            }
            return new Seen(value, gradient, terms, own.detach());
        }
        Tensor whole = gathered(own.detach(), frames).requiresGrad_(gan.isHeard(step));
        if (!gan.isHeard(step)) {
            terms.put("generator", Tensors.zerosLike(value));
            return new Seen(value, gradient, terms, whole);
        }
        Tensor generator = Objects.requireNonNull(objective.adversary()).generator(whole, true);
        Tensor pushes =
                Autograd.gradients(generator, List.of(whole), false, false).getFirst();
        Tensor push = part.framesOf(group.allReduce(pushes.contiguous().copy())); // what each saw pulls at all frames
        Tensor once = generator.detach();
        terms.put("generator", once);
        Tensor weight = Tensors.scalar(gan.weight(), DType.FP32).to(value.device());
        if (gan.adaptive()) {
            Tensor balance = HingeGan.balance(atLastLayer(tape, decoded, gradient), atLastLayer(tape, decoded, push));
            terms.put("balance", balance.div(group.size()));
            weight = weight.mul(balance);
        }
        return new Seen(value.add(once.mul(weight)), gradient.add(push.mul(weight)), terms, whole.detach());
    }

    /** The gradient of the decoder's last weight over all processes, from that of each part's frames. */
    private Tensor atLastLayer(Tape tape, Tape.Value decoded, Tensor gradient) {
        return group.allReduce(tape.gradientOf(decoded, gradient, objective.lastWeight())
                .contiguous()
                .copy());
    }

    /** The frames of all processes: [B, C, all, H, W]. */
    private Tensor gathered(Tensor own, long frames) {
        List<Part> parts = new ArrayList<>();
        for (int rank = 0; rank < group.size(); rank++) {
            parts.add(Part.of(frames, rank, group.size()));
        }
        long most = parts.stream().mapToLong(Part::frames).max().orElseThrow();
        long[] missing = own.shape();
        missing[2] = most - own.size(2);
        Tensor padded = missing[2] == 0 ? own : Tensors.cat(2, own, Tensors.zeros(own.dtype(), own.device(), missing));
        Tensor all = group.allGather(padded.contiguous()); // [ranks, B, C, most, H, W]
        Tensor[] each = new Tensor[parts.size()];
        for (int rank = 0; rank < each.length; rank++) {
            each[rank] = all.select(0, rank).narrow(2, 0, parts.get(rank).frames());
        }
        return Tensors.cat(2, each);
    }
}
