package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;

import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rendezvous;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One of the processes of {@link ContextParallelTest}: its part, and on the first one the whole by itself. */
final class ContextParallelWorker {
    private static final long SEED = 11;
    private static final double KL = 0.01;

    private ContextParallelWorker() {}

    /** Arguments: rank, size, rendezvous file, frames. */
    public static void main(String[] args) {
        int rank = Integer.parseInt(args[0]);
        int size = Integer.parseInt(args[1]);
        Rendezvous.Seat seat =
                new Rendezvous.Seat(Rendezvous.file(Path.of(args[2])), rank, size, Duration.ofMinutes(5));
        try (TensorScope ignored = TensorScope.open("worker");
                ProcessGroup group = ProcessGroup.join(seat, Device.CPU);
                AutoencoderKLCogVideoX vae = model()) {
            for (String frames : args[3].split(",", -1)) {
                TensorScope.run("compare", () -> compare(group, vae, Long.parseLong(frames)));
            }
        }
        System.out.println("done");
    }

    private static AutoencoderKLCogVideoX model() {
        AutoencoderKLCogVideoXConfig config = new AutoencoderKLCogVideoXConfig(
                3, 3, List.of(8, 12, 8), 4, 1, "silu", 1e-6, 4, 4, 16, 16, 1, null, null, null, true, false);
        AutoencoderKLCogVideoX vae = new AutoencoderKLCogVideoX(config, Names.root());
        try (Rng rng = new Rng(SEED)) {
            vae.initialize(rng);
        }
        vae.parameters().all().forEach(p -> p.value().requiresGrad_(true));
        return vae;
    }

    private static void compare(ProcessGroup group, AutoencoderKLCogVideoX vae, long frames) {
        Tensor video;
        Tensor noise;
        CogVideoXContextParallel.Part part = CogVideoXContextParallel.Part.of(frames, group.rank(), group.size());
        try (Rng rng = new Rng(SEED + frames)) {
            video = rng.randn(DType.FP32, 2, 3, frames, 16, 8);
            long latents = frames % 2 == 1 ? (frames - 1) / 4 + 1 : frames / 4;
            noise = rng.randn(DType.FP32, 2, 4, latents, 4, 2);
        }
        CogVideoXContextParallel parallel = new CogVideoXContextParallel(vae, group);
        Tape tape = new Tape();
        Tensor ownVideo = part.framesOf(video);
        Tensor ownNoise = part.latentsOf(noise);
        Tape.Value moments = parallel.encode(tape, tape.constant(ownVideo), part);
        Tape.Value kl = tape.segment(in -> kl(in.getFirst()).mul(KL / noise.numel()), moments);
        Tape.Value latents = tape.segment(in -> sample(in.getFirst(), ownNoise), moments);
        Tape.Value decoded = parallel.decode(tape, latents, part);
        Tape.Value error =
                tape.segment(in -> in.getFirst().sub(ownVideo).square().sum().div((double) video.numel()), decoded);
        tape.backward(List.of(kl, error));
        Tensor loss = group.allReduce(kl.tensor().add(error.tensor()));
        List<Tensor> gradients = new ArrayList<>();
        for (Parameter p : vae.parameters().all()) {
            gradients.add(group.allReduce(
                    Objects.requireNonNull(p.value().grad(), p.key()).copy()));
            p.value().clearGrad();
        }
        Tensor padded = Tensors.zeros(DType.FP32, 2, 3, frames, 16, 8);
        padded.narrow(2, part.firstFrame(), part.frames()).copy_(decoded.tensor());
        Tensor output = group.allReduce(padded);
        if (group.rank() != 0) {
            return;
        }
        Tensor wholeMoments = vae.encode(video, VaeOptions.WHOLE_CLIP).parameters();
        Tensor wholeOutput = vae.decode(sample(wholeMoments, noise), VaeOptions.WHOLE_CLIP);
        Tensor wholeLoss =
                wholeOutput.sub(video).square().mean().add(kl(wholeMoments).mul(KL / noise.numel()));
        wholeLoss.backward();
        assertClose("loss of " + frames, loss, wholeLoss, 1e-5);
        assertClose("output of " + frames, output, wholeOutput, 1e-5);
        List<Tensor> one = new ArrayList<>();
        List<Tensor> several = new ArrayList<>();
        for (Parameter p : vae.parameters().all()) {
            Tensor expected = Objects.requireNonNull(p.value().grad(), p.key());
            // what a bias before a norm gets all but cancels: the rounding left weighs more there
            if (expected.norm().item() > 1e-6) {
                assertClose(frames + " " + p.key(), gradients.get(one.size()), expected, 5e-5);
            }
            several.add(gradients.get(one.size()).flatten(0, -1));
            one.add(expected.copy().flatten(0, -1));
            p.value().clearGrad();
        }
        assertClose("gradient of " + frames, Tensors.cat(0, several), Tensors.cat(0, one), 1e-5);
    }

    private static Tensor kl(Tensor moments) {
        DiagonalGaussianDistribution d = DiagonalGaussianDistribution.of(moments);
        return d.kl().sum();
    }

    private static Tensor sample(Tensor moments, Tensor noise) {
        DiagonalGaussianDistribution d = DiagonalGaussianDistribution.of(moments);
        return d.mean().add(d.std().mul(noise));
    }
}
