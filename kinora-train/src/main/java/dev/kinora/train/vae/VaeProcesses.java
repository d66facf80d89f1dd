package dev.kinora.train.vae;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.CogVideoXContextParallel;
import dev.kinora.models.cogvideox.CogVideoXContextParallel.Part;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.run.RunFolder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * A VAE's step on several processes. Phases over whole clips split the time axis (context parallel); the others split
 * the batch (data parallel). Either way all processes end with the gradient and the metrics that one would have.
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
        Checks.require(
                size == 1 || config.losses().gan() == null,
                "vae training",
                "gan",
                String.valueOf(config.losses().gan()),
                "none on several processes: the discriminator sees whole clips");
        Checks.require(
                size == 1 || config.decoderOf() == null,
                "vae training",
                "decoder of",
                String.valueOf(config.decoderOf()),
                "none on several processes");
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
     * @return each term's value, the same on every process
     */
    Map<String, Tensor> step(Tensor video, Tensor noise, int step, Supplier<Tensor> gradients) {
        Map<String, Tensor> terms =
                config.phase(step).wholeClip() ? inTime(video, noise, step) : inBatch(video, noise, step);
        if (config.phase(step).wholeClip()) {
            group.allReduce(gradients.get()); // each has the gradient of its part of the loss
        } else {
            group.averageGradients(List.of(gradients.get()));
        }
        Tensor values = Tensors.stack(0, terms.values().toArray(Tensor[]::new));
        group.allReduce(values);
        Map<String, Tensor> shared = new LinkedHashMap<>();
        terms.keySet().forEach(name -> shared.put(name, values.select(0, shared.size())));
        return shared;
    }

    private Map<String, Tensor> inBatch(Tensor video, Tensor noise, int step) {
        long own = video.size(0) / group.size();
        long from = own * group.rank();
        VaeObjective.Outcome outcome = objective.of(
                video.narrow(0, from, own).contiguous(),
                noise.narrow(0, from, own).contiguous(),
                step);
        outcome.total().backward();
        Map<String, Tensor> terms = new LinkedHashMap<>();
        outcome.terms().forEach((name, t) -> terms.put(name, t.to(DType.FP32).div(group.size())));
        return terms;
    }

    private Map<String, Tensor> inTime(Tensor video, Tensor noise, int step) {
        Part part = Part.of(video.size(2), group.rank(), group.size());
        double frames = (double) part.frames() / video.size(2);
        double latents = (double) part.latents() / noise.size(2);
        Tensor ownVideo = part.framesOf(video);
        Tensor ownNoise = part.latentsOf(noise);
        DType type = config.precision().ofNetworks(video.device());
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tape tape = new Tape();
        return objective.precision(() -> {
            Tape.Value moments = parallel.encode(tape, tape.constant(ownVideo.to(type)), part);
            Tape.Value kl =
                    tape.segment(in -> VaeObjective.divergence(in.getFirst()).mul(latents), moments);
            Tape.Value drawn = tape.segment(
                    in -> VaeObjective.sample(in.getFirst(), ownNoise).to(type), moments);
            Tape.Value decoded = parallel.decode(tape, drawn, part);
            List<String> names = new ArrayList<>();
            Tape.Value all = tape.segment( // the weighted sum, then each term
                    in -> {
                        Map<String, Tensor> each = new LinkedHashMap<>();
                        Tensor sum = objective.pictures(ownVideo, in.getFirst().to(DType.FP32), step, each);
                        names.addAll(each.keySet());
                        List<Tensor> values = new ArrayList<>(List.of(sum));
                        values.addAll(each.values());
                        return Tensors.stack(0, values.toArray(Tensor[]::new)).mul(frames);
                    },
                    decoded);
            Tape.Value seen = tape.segment(in -> in.getFirst().select(0, 0), all);
            names.forEach(name -> terms.put(name, all.tensor().select(0, terms.size() + 1L)));
            Tape.Value weighted =
                    tape.segment(in -> in.getFirst().mul(config.losses().kl()), kl);
            terms.put("kl", kl.tensor());
            terms.put("loss", seen.tensor().add(weighted.tensor()));
            tape.backward(List.of(seen, weighted));
            return terms;
        });
    }
}
