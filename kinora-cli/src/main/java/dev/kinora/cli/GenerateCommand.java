package dev.kinora.cli;

import dev.kinora.diffusion.Guidance;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.prompt.PromptExpander;
import dev.kinora.media.FrameSelection;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Video;
import dev.kinora.media.VideoReader;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.LoraRequest;
import dev.kinora.pipeline.Provenance;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a video. */
@Command(
        name = "generate",
        header = "Make a video from a prompt, and from an image or a video if given.",
        description = {
            "",
            "What is not given comes from the checkpoint. The same checkpoint, request and seed give the same "
                    + "video. The file carries from what it was made; kinora replay makes it again."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora generate \"a red ball bounces on a green meadow\"",
            "  kinora generate \"a fox in the snow\" --seed 7 --steps 30 --size 96x64 --out fox.mp4",
            "  kinora generate \"the boat leaves\" --model checkpoints/CogVideoX-5b-I2V --image boat.png",
            "  kinora generate \"at night\" --model zai-org/CogVideoX-2b --video day.mp4 --strength 0.6",
            "  kinora generate \"a cat\" --lora style.safetensors:0.8 --lora motion.safetensors",
            "  kinora generate --prompt-file scene.txt --out frames --contact-sheet sheet.png --json"
        })
final class GenerateCommand extends Action {
    @ArgGroup(multiplicity = "1")
    private Prompt prompt = new Prompt();

    /** The prompt, given in one of two ways. */
    static final class Prompt {
        @Parameters(paramLabel = "PROMPT", description = "What the video shows, in quotes.")
        private @Nullable String text;

        @Option(
                names = "--prompt-file",
                paramLabel = "FILE",
                required = true,
                description = "Read the prompt from a UTF-8 text file; - for standard input.")
        private @Nullable Path file;
    }

    @Option(
            names = {"-n", "--negative"},
            paramLabel = "TEXT",
            description = "What the video should not show. Default: empty.")
    private String negative = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "First frame, for a checkpoint of image to video; resized to the video's size.")
    private @Nullable Path image;

    @Option(names = "--video", paramLabel = "FILE", description = "Video to change: a file or a folder of PNGs.")
    private @Nullable Path video;

    @Option(
            names = "--strength",
            paramLabel = "S",
            description = "How much of --video is replaced, above 0, at most 1. Default: 0.8.")
    private @Nullable Double strength;

    @Option(names = "--frames", paramLabel = "N", description = "Frames. Default: the checkpoint's.")
    private @Nullable Integer frames;

    @Option(names = "--size", paramLabel = "WIDTHxHEIGHT", description = "Size in pixels. Default: the checkpoint's.")
    private @Nullable Size size;

    @Option(names = "--steps", paramLabel = "N", description = "Denoise steps. Default: the checkpoint's, else 50.")
    private @Nullable Integer steps;

    @Option(
            names = {"-g", "--guidance"},
            paramLabel = "G",
            description = "How strictly to follow the prompt; 1 asks the model once a step, not twice."
                    + " Default: the checkpoint's, else 6.")
    private @Nullable Double guidance;

    @Option(
            names = "--dynamic-guidance",
            paramLabel = "off|compat|index",
            description = "How guidance varies over the steps: not; as diffusers has it; falling with the step."
                    + " Default: off.")
    private Guidance.Dynamic dynamic = Guidance.Dynamic.OFF;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Seed of all randomness. Default: drawn, and told.")
    private @Nullable Long seed;

    @Option(
            names = "--scheduler",
            paramLabel = "ddim|dpm",
            description =
                    "The way through the noise, where the checkpoint predicts a velocity. Default: the checkpoint's.")
    private @Nullable String scheduler;

    @Option(
            names = "--lora",
            paramLabel = "FILE[:SCALE]",
            description = "A LoRA file and how strongly it acts; may be given several times.")
    private List<LoraRequest> loras = new ArrayList<>();

    @Option(
            names = "--expand",
            description = "Let a language model make the prompt a full description first; needs --base-url and"
                    + " --expand-model. Both prompts go into the video's record.")
    private boolean expand;

    @Option(names = "--expand-model", paramLabel = "NAME", description = "The language model, as its server calls it.")
    private @Nullable String expandModel;

    @Mixin
    private EndpointOptions endpoint = new EndpointOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    Report run() throws IOException {
        model.applyThreads();
        String text = promptText();
        if (strength != null && video == null) {
            throw refuse("--strength", strength, "--video with it");
        }
        VideoPipeline pipeline = VideoPipeline.open(model.folder(), model.variant());
        PromptExpander.Expanded richer = expand ? expanded(text) : null;
        GenerateRequest.Builder request = pipeline.request(richer == null ? text : richer.expanded())
                .steps(steps)
                .guidanceScale(guidance)
                .dynamicGuidance(dynamic)
                .negativePrompt(negative)
                .frames(frames)
                .seed(seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed)
                .dtype(model.dtype())
                .loras(loras)
                .scheduler(scheduler);
        if (size != null) {
            request.size(size.width(), size.height());
        }
        if (strength != null) {
            request.strength(strength);
        }
        List<Provenance.Input> inputs = new ArrayList<>();
        request.image(readImage(inputs)).video(readVideo(inputs));
        GenerateRequest asked = request.build();
        return new GenerationJob(console(), interrupts())
                .run(
                        pipeline,
                        asked,
                        inputs,
                        expansion(richer),
                        model,
                        output,
                        Path.of(slug(text) + "-" + asked.seed() + ".mp4"));
    }

    private PromptExpander.Expanded expanded(String text) throws IOException {
        try (ChatClient client = new ChatClient(endpoint.settings(console(), "--expand-model", expandModel))) {
            interrupts().onStop(client::cancel);
            PromptExpander.Expanded richer = new PromptExpander(client).expand(text, image != null);
            console().err().println("prompt: " + richer.expanded());
            return richer;
        }
    }

    private static Provenance.@Nullable Expansion expansion(PromptExpander.@Nullable Expanded e) {
        return e == null ? null : new Provenance.Expansion(e.original(), e.model(), e.prompt(), e.promptSha256());
    }

    private String promptText() throws IOException {
        String text = prompt.text;
        if (text == null && prompt.file != null) {
            try {
                text = prompt.file.toString().equals("-")
                        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                        : Files.readString(prompt.file);
            } catch (MalformedInputException e) {
                throw refuse("--prompt-file", prompt.file, "UTF-8 text");
            }
        }
        if (text == null || text.isBlank()) {
            throw refuse("prompt", text == null ? "none" : "empty", "words that say what the video shows");
        }
        return text.strip();
    }

    private @Nullable Image readImage(List<Provenance.Input> inputs) throws IOException {
        if (image == null) {
            return null;
        }
        Image read = Images.read(image);
        inputs.add(new Provenance.Input("image", absolute(image), Hashes.sha256(image, (done, total) -> {})));
        return read;
    }

    private @Nullable Video readVideo(List<Provenance.Input> inputs) throws IOException {
        if (video == null) {
            return null;
        }
        FrameSelection selection = frames == null ? FrameSelection.ALL : FrameSelection.first(Math.max(1, frames));
        Video read = VideoReader.read(video, selection);
        inputs.add(new Provenance.Input(
                "video", absolute(video), Files.isDirectory(video) ? null : Hashes.sha256(video, (done, total) -> {})));
        return read;
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /** A file name that reads like the prompt. */
    static String slug(String prompt) {
        String words = prompt.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", "-")
                .replaceAll("^-|-$", "");
        String cut = words.codePointCount(0, words.length()) <= 48
                ? words
                : words.substring(0, words.offsetByCodePoints(0, 48)).replaceAll("-[^-]*$", "");
        return cut.isEmpty() ? "video" : cut;
    }
}
