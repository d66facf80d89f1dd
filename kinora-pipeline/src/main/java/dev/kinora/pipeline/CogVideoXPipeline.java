package dev.kinora.pipeline;

import dev.kinora.diffusion.CogVideoXScheduler;
import dev.kinora.diffusion.Denoiser;
import dev.kinora.diffusion.Guidance;
import dev.kinora.diffusion.Sampler;
import dev.kinora.diffusion.Scheduler;
import dev.kinora.diffusion.Solver;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.cogvideox.RotaryEmbedding;
import dev.kinora.models.lora.Lora;
import dev.kinora.models.lora.LoraFile;
import dev.kinora.models.lora.LoraReport;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * CogVideoX (arXiv 2408.06072), all released kinds: text, image or video to video. Draws, orders and rounds as
 * diffusers 0.42.1 does ({@code pipelines/cogvideo}), so the same checkpoint and seed give the same video.
 *
 * <p>The stages: {@link TextStage} and {@link LatentStart} before, the transformer with its conditions as a
 * {@link Denoiser}, {@link LatentLayout} for time, {@link LatentCodec} after. Each frees its weights before the next
 * reads its own.
 */
final class CogVideoXPipeline implements VideoPipeline {
    private static final double OFS = 2.0; // the only value 1.5 image to video was trained with

    private final CheckpointFolder checkpoint;
    private final String variant;
    private final CogVideoXConfig transformer;
    private final AutoencoderKLCogVideoXConfig vae;
    private final Scheduler scheduler;
    private final ModelFacts facts;

    CogVideoXPipeline(CheckpointFolder checkpoint, String variant) throws IOException {
        this.checkpoint = checkpoint;
        this.variant = variant;
        this.transformer =
                CogVideoXConfig.of(checkpoint.component("transformer").config());
        this.vae = AutoencoderKLCogVideoXConfig.of(checkpoint.component("vae").config());
        this.scheduler = Scheduler.of(checkpoint.component("scheduler").config());
        this.facts = ModelFacts.read(checkpoint);
    }

    @Override
    public GenerateRequest resolve(GenerateRequest request) {
        return CogVideoXRequests.resolve(checkpoint.path().toString(), transformer, vae, facts, request);
    }

    @Override
    public MemoryPlan plan(GenerateRequest request, long budget) throws IOException {
        return CogVideoXMemory.plan(checkpoint, variant, transformer, vae, resolve(request), budget);
    }

    @Override
    public double frameRate() {
        Double known = facts.fps();
        return known != null ? known : transformer.framesPerPatch() > 1 ? 16 : 8;
    }

    @Override
    public ModelFacts facts() {
        return facts;
    }

    @Override
    public Generation generate(GenerateRequest asked, MemoryPlan plan, GenerateListener listener) throws IOException {
        GenerateRequest request = resolve(asked);
        Timings timings = new Timings(listener);
        Scheduler chosen = scheduler(request);
        LatentLayout layout = LatentLayout.of(request, transformer, vae);
        warnOfUnknownWords(request, listener);
        warnOfOtherLength(layout, listener);
        checkLoras(request, listener);
        return TensorScope.compute(() -> {
            try (Rng rng = new Rng(request.seed());
                    LatentCodec codec = new LatentCodec(checkpoint, variant, request.dtype(), plan.vaeTiling())) {
                timings.stage("text");
                Tensor text = encodeText(request, listener).to(runType(request));

                LatentStart begin = LatentStart.of(request);
                timings.stage(begin.encodes() ? "encode" : "noise");
                LatentStart.Started started = begin.start(layout, codec, chosen, request.steps(), text.dtype(), rng);
                codec.close(); // the transformer needs the room

                timings.stage("denoise");
                Tensor latents = denoise(request, chosen, layout, text, started, rng, listener);

                timings.stage("decode");
                Tensor frames = codec.decode(latents.narrow(1, layout.added(), layout.latentFrames() - layout.added()));
                timings.end();
                return new Generation(
                        latents.to(DType.FP32),
                        frames,
                        CogVideoXProvenance.of(
                                checkpoint, variant, request, chosen, frameRate(), plan, timings.seconds()));
            }
        });
    }

    /** The type that latents and conditions have: what was asked for, else what the transformer is stored in. */
    private DType runType(GenerateRequest request) throws IOException {
        DType asked = request.dtype();
        if (asked != null) {
            return asked;
        }
        try (Arena arena = Arena.ofConfined()) {
            DType stored = checkpoint
                    .component("transformer")
                    .weights(variant, arena)
                    .info("proj_out.weight")
                    .type()
                    .dtype();
            return stored == null ? DType.FP32 : stored;
        }
    }

    private void warnOfUnknownWords(GenerateRequest request, GenerateListener listener) {
        List<String> unknown = facts.unknownWords(request.prompt());
        if (!unknown.isEmpty()) {
            Path name = checkpoint.path().toAbsolutePath().normalize().getFileName();
            listener.notice(name + " has never seen: " + String.join(", ", unknown) + " (it knows "
                    + facts.vocabulary().size() + " words; kinora models show " + name + " lists them)");
        }
    }

    private void warnOfOtherLength(LatentLayout layout, GenerateListener listener) {
        int decoded = layout.decodedFrames(vae.temporalCompressionRatio());
        if (decoded != layout.frames()) {
            listener.notice("request: frames = " + layout.frames() + " (expected: 8 k or 8 k + 1; the VAE gives "
                    + decoded + ")");
        }
    }

    private Tensor encodeText(GenerateRequest request, GenerateListener listener) throws IOException {
        List<String> texts = request.guidance().active()
                ? List.of(request.negativePrompt(), request.prompt())
                : List.of(request.prompt());
        return new TextStage(checkpoint, variant)
                .encode(texts, transformer.maxTextSeqLength(), request.dtype(), listener);
    }

    private Tensor denoise(
            GenerateRequest request,
            Scheduler chosen,
            LatentLayout layout,
            Tensor text,
            LatentStart.Started started,
            Rng rng,
            GenerateListener listener)
            throws IOException {
        Solver solver = request.video() == null
                ? chosen.solver(request.steps())
                : chosen.solver(request.steps(), request.strength());
        DType dtype = request.dtype();
        StrictLoader loader = dtype == null ? StrictLoader.asStored() : StrictLoader.as(dtype);
        try (CogVideoXTransformer3DModel model = CogVideoXTransformer3DModel.load(
                        checkpoint.component("transformer").folder(), variant, loader);
                Lora loras = Lora.attach(model.parameters(), "transformer", loraFiles(request))) {
            Guidance guidance = request.guidance();
            Denoiser denoiser = guidance.batched(conditioned(model, layout, text, started.image()));
            return Sampler.sample(denoiser, solver, started.latents(), rng, (at, sample, x0) -> {
                listener.progress(at.index() + 1, at.steps());
                if (listener.cancelled()) {
                    throw new CancellationException("cancelled at step " + (at.index() + 1) + " of " + at.steps());
                }
            });
        }
    }

    private static List<Lora.Scaled> loraFiles(GenerateRequest request) throws IOException {
        List<Lora.Scaled> files = new ArrayList<>();
        for (LoraRequest lora : request.loras()) {
            files.add(new Lora.Scaled(LoraFile.open(lora.file()), lora.scale()));
        }
        return files;
    }

    /** Says what of the LoRA files is applied, or refuses them, before any work. */
    private void checkLoras(GenerateRequest request, GenerateListener listener) throws IOException {
        if (request.loras().isEmpty()) {
            return;
        }
        try (CogVideoXTransformer3DModel empty = new CogVideoXTransformer3DModel(transformer, Names.root())) {
            for (LoraReport report : Lora.check(empty.parameters(), "transformer", loraFiles(request))) {
                listener.notice(report.toString());
            }
        }
    }

    /** The network with its conditions bound: text, first frame, positions. */
    private static Denoiser conditioned(
            CogVideoXTransformer3DModel model, LatentLayout layout, Tensor text, @Nullable Tensor image) {
        RotaryEmbedding rope = model.rotaryEmbedding(layout.latentFrames(), layout.height(), layout.width());
        Tensor ofs = model.config().ofsEmbedDim() == null ? null : Tensors.full(OFS, text.dtype(), 1);
        return (x, at) -> {
            Tensor input = image == null ? x : Tensors.cat(2, x, image.expand(x.size(0), -1, -1, -1, -1));
            Tensor timestep = Tensors.full(at.timestep(), DType.FP32, x.size(0)); // a flow's are no integers
            return model.forward(input, text, timestep, ofs, rope);
        };
    }

    private Scheduler scheduler(GenerateRequest request) {
        String name = request.scheduler();
        if (name == null || name.equals(scheduler.name())) {
            return scheduler;
        }
        if (scheduler instanceof CogVideoXScheduler own && !name.equals("flow-euler")) {
            return own.with(name.equals("ddim") ? CogVideoXScheduler.Kind.DDIM : CogVideoXScheduler.Kind.DPM);
        }
        throw new RequestException(
                "request", "scheduler", name, scheduler.name() + ", which the checkpoint was trained for");
    }
}
