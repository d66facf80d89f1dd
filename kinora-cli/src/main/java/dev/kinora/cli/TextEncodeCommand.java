package dev.kinora.cli;

import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.pipeline.TextStage;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prompts to embeddings. */
@Command(
        name = "encode",
        header = "Turn prompts into embeddings.",
        description = {
            "",
            "Writes one float32 tensor \"prompt_embeds\" [prompts, length, width]: what the transformer reads, "
                    + "padded and cut to the checkpoint's text length."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {"", "Example:", "  kinora text encode \"a red ball\" \"a blue cube\" --out prompts.safetensors"})
final class TextEncodeCommand extends Action {
    @Parameters(arity = "1..*", paramLabel = "PROMPT", description = "One or more texts, each in quotes.")
    private List<String> prompts = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The embeddings, .safetensors.")
    private Path out = Path.of("");

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--length", paramLabel = "N", description = "Tokens per prompt. Default: the checkpoint's.")
    private @Nullable Integer length;

    @Override
    Report run() throws IOException {
        model.applyThreads();
        if (!out.toString().endsWith(".safetensors")) {
            throw refuse("--out", out, "a name ending in .safetensors");
        }
        if (length != null && (length < 1 || length > 65_536)) {
            throw refuse("--length", length, "1 to 65536");
        }
        CheckpointFolder checkpoint = CheckpointFolder.open(model.folder());
        Progress progress = new Progress(console());
        ProgressListener listener = new ProgressListener(progress, interrupts());
        try (Staging staging = new Staging(interrupts());
                TensorScope scope = TensorScope.open("text encode")) {
            Path staged = staging.stage("--out", out);
            progress.stage("text", 0);
            int tokens = length != null
                    ? length
                    : CogVideoXConfig.of(checkpoint.component("transformer").config())
                            .maxTextSeqLength();
            Tensor embeddings = new TextStage(checkpoint, model.variant())
                    .encode(prompts, tokens, model.dtype(), listener)
                    .to(DType.FP32)
                    .contiguous();
            new SafetensorsWriter().add("prompt_embeds", embeddings).write(staged);
            interrupts().check();
            staging.commit();
            progress.end();
            return new Encoded(out, VaeEncodeCommand.shape(embeddings), listener.notices());
        }
    }

    /** The written file, the tensor's shape, and what was cut off. */
    record Encoded(Path out, List<Long> shape, List<String> notices) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(out + ": prompt_embeds float32 " + shape);
        }
    }
}
