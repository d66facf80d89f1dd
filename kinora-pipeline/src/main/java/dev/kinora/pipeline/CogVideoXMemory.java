package dev.kinora.pipeline;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.pipeline.MemoryPlan.Phase;
import dev.kinora.tensor.DType;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.StoredType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a CogVideoX generation needs, from shapes alone. The factors are tensors alive at once at the widest place of each
 * network, counted in the code and checked against measured peaks; they round up.
 */
final class CogVideoXMemory {
    /** JVM, libtorch and what they keep. */
    private static final long BASE = 450_000_000;

    /** Widths of D alive per token inside a transformer block: input, output, joint, q, k, v, rotated, feed-forward. */
    private static final int TOKEN_WIDTHS = 16;

    /** Bound on attention's score scratch; the kernel chunks its queries to stay below. */
    private static final long ATTENTION_SCRATCH = 700_000_000;

    /** Tensors of the widest full-resolution activation alive at once in the VAE; 2.1 measured at 480x720 and 240x360. */
    private static final double VAE_LIVE = 2.3;

    private CogVideoXMemory() {}

    static MemoryPlan plan(
            CheckpointFolder checkpoint,
            String variant,
            CogVideoXConfig transformer,
            AutoencoderKLCogVideoXConfig vae,
            GenerateRequest r,
            long budget)
            throws IOException {
        List<Phase> before = new ArrayList<>();
        before.add(new Phase("text", BASE + weights(checkpoint, "text_encoder", variant, r.dtype()), textWork(r)));
        LatentLayout layout = LatentLayout.of(r, transformer, vae);
        before.add(new Phase(
                "denoise",
                BASE + weights(checkpoint, "transformer", variant, r.dtype()),
                denoiseWork(checkpoint, variant, transformer, layout, r)));
        long vaeWeights = BASE + weights(checkpoint, "vae", variant, r.dtype());
        MemoryPlan exact = with(before, layout, vae, vaeWeights, budget, false);
        if (exact.fits()) {
            return exact;
        }
        MemoryPlan tiled = with(before, layout, vae, vaeWeights, budget, true);
        if (tiled.fits()) {
            return tiled;
        }
        throw refuse(r, tiled, layout, vae);
    }

    private static MemoryPlan with(
            List<Phase> before,
            LatentLayout layout,
            AutoencoderKLCogVideoXConfig vae,
            long weights,
            long budget,
            boolean tiling) {
        List<Phase> phases = new ArrayList<>(before);
        phases.add(new Phase("decode", weights, vaeWork(layout, vae, tiling)));
        return new MemoryPlan(phases, budget, tiling);
    }

    private static RequestException refuse(
            GenerateRequest r, MemoryPlan plan, LatentLayout layout, AutoencoderKLCogVideoXConfig vae) {
        Phase peak = plan.peak();
        double room = plan.budget() - peak.weights();
        String instead;
        if (room <= 0) {
            instead = "at least " + MemoryPlan.size(peak.bytes()) + ", since the weights of " + peak.name()
                    + " alone take " + MemoryPlan.size(peak.weights());
        } else {
            double shrink = Math.sqrt(room / peak.work());
            int grid = vae.spatialCompressionRatio() * 2;
            int h = Math.max(1, (int) (layout.height() * vae.spatialCompressionRatio() * shrink / grid)) * grid;
            int w = Math.max(1, (int) (layout.width() * vae.spatialCompressionRatio() * shrink / grid)) * grid;
            instead = "at least " + MemoryPlan.size(peak.bytes()) + ", or a request that fits: about " + w + "x" + h
                    + " at " + r.frames() + " frames, or fewer frames";
        }
        return new RequestException("memory", "budget", MemoryPlan.size(plan.budget()), instead);
    }

    private static long textWork(GenerateRequest r) {
        return r.guidance().active() ? 200_000_000 : 100_000_000;
    }

    private static long denoiseWork(
            CheckpointFolder checkpoint, String variant, CogVideoXConfig c, LatentLayout layout, GenerateRequest r)
            throws IOException {
        long tokens = c.maxTextSeqLength()
                + (long) layout.latentFrames()
                        / c.framesPerPatch()
                        * (layout.height() / c.patchSize())
                        * (layout.width() / c.patchSize());
        long batch = r.guidance().active() ? 2 : 1;
        DType dtype = r.dtype();
        int bytes = dtype == null ? storedBytes(checkpoint, variant) : dtype.bytes();
        long scratch =
                Math.min(ATTENTION_SCRATCH, Math.multiplyExact(4L * batch * c.numAttentionHeads(), tokens * tokens));
        return batch * tokens * c.innerDim() * bytes * TOKEN_WIDTHS + scratch;
    }

    private static int storedBytes(CheckpointFolder checkpoint, String variant) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Checkpoint weights = checkpoint.component("transformer").weights(variant, arena);
            return weights.elementsByType().keySet().stream()
                    .mapToInt(t -> t.bits() / 8)
                    .max()
                    .orElse(4);
        }
    }

    private static long vaeWork(LatentLayout layout, AutoencoderKLCogVideoXConfig vae, boolean tiling) {
        int bytes = DType.FP32.bytes(); // convolutions of narrower types compute in it
        long height = (long) layout.height() * vae.spatialCompressionRatio();
        long width = (long) layout.width() * vae.spatialCompressionRatio();
        long video = 3L * layout.latentFrames() * vae.temporalCompressionRatio() * height * width * (bytes + 4);
        if (tiling) {
            height = Math.min(height, vae.sampleHeight() / 2);
            width = Math.min(width, vae.sampleWidth() / 2);
        }
        int batch = Math.min(layout.latentFrames() - layout.added(), 3); // the first batch takes an odd frame too
        int ratio = vae.temporalCompressionRatio();
        int frames = batch % 2 == 0 ? batch * ratio : 1 + (batch - 1) * ratio;
        long widest = (long)
                vae.blockOutChannels().get(Math.min(1, vae.blockOutChannels().size() - 1));
        long unit = widest * frames * height * width * bytes;
        return (long) (VAE_LIVE * unit) + video;
    }

    /** Bytes of a component's weights in memory: mapped as they are, or converted. */
    private static long weights(CheckpointFolder checkpoint, String component, String variant, @Nullable DType dtype)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Checkpoint weights = checkpoint.component(component).weights(variant, arena);
            if (dtype == null) {
                return weights.bytes();
            }
            Map<StoredType, Long> stored = weights.elementsByType();
            boolean asStored = stored.keySet().stream().allMatch(t -> t.dtype() == dtype);
            return asStored ? weights.bytes() : weights.elements() * dtype.bytes();
        }
    }
}
