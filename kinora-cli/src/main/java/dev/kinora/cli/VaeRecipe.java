package dev.kinora.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.Precision;
import dev.kinora.train.vae.VaeLossConfig;
import dev.kinora.train.vae.VaeTrainConfig;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an autoencoder is trained on and against: changes to a config, by command line. */
final class VaeRecipe {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern SHAPE =
            Pattern.compile("(?:(\\d{1,5})x(\\d{1,5})x)?(\\d{1,4})x(\\d{1,5})(w?)(?:/(\\d{1,5})x(\\d{1,5}))?");

    @Option(
            names = "--phase",
            paramLabel = "STEPS@SHAPE[,SHAPE]",
            description = {
                "A stretch of training on clips of these shapes, WIDTHxHEIGHTxFRAMESxBATCH or, at 96x64, FRAMESxBATCH;"
                        + " every step draws one. Frames are 1, 8 k or 8 k + 1. May be given several times: pictures"
                        + " first, then clips. A w at the end normalises over whole clips, for long ones last; several"
                        + " processes then share their time axis. /WIDTHxHEIGHT at the end cuts the shape out of clips"
                        + " of that size, where something moves: cheaper than the whole."
            })
    private List<String> phases = new ArrayList<>();

    @Option(
            names = "--reconstruction",
            paramLabel = "l1|l2",
            description = "How colours are compared: by their difference, or by its square.")
    private VaeLossConfig.@Nullable Reconstruction reconstruction;

    @Option(
            names = "--edge",
            paramLabel = "WEIGHT",
            description = "Weight of the distance of edges at three scales, the perceptual term that needs no weights.")
    private @Nullable Double edge;

    @Option(
            names = "--kl",
            paramLabel = "WEIGHT",
            description = "Weight of the KL divergence a latent: higher makes latents smoother, pictures softer.")
    private @Nullable Double kl;

    @Option(
            names = "--lpips",
            paramLabel = "FILE",
            description =
                    "LPIPS weights (AlexNet or VGG16 with heads, safetensors): a term, and a measure of validation.")
    private @Nullable Path lpips;

    @Option(
            names = "--lpips-weight",
            paramLabel = "WEIGHT",
            description = "Weight of the LPIPS distance; 0 only measures. Default: 0.1.")
    private @Nullable Double lpipsWeight;

    @Option(names = "--lpips-every-frame", description = "Compare all frames of a clip, not one drawn anew every step.")
    private boolean lpipsEveryFrame;

    @Option(
            names = "--gan-start",
            paramLabel = "STEP",
            description =
                    "Train against a 3D discriminator (hinge loss) from this step on; late, when colours are right.")
    private @Nullable Integer ganStart;

    @Option(
            names = "--gan-weight",
            paramLabel = "WEIGHT",
            description =
                    "The discriminator's share of the other terms' pull at the decoder's last layer. Default: 0.1.")
    private @Nullable Double ganWeight;

    @Option(names = "--gan-fixed", description = "Take --gan-weight as it is, without bringing it to that scale.")
    private boolean ganFixed;

    @Option(
            names = "--vae",
            paramLabel = "FOLDER",
            description = "Go on with this trained autoencoder, and its architecture, in place of fresh weights.")
    private @Nullable Path vae;

    @Option(names = "--decoder-only", description = "The encoder of --vae, and so its latents, stay as they are.")
    private boolean decoderOnly;

    @Option(
            names = "--anchor",
            paramLabel = "WEIGHT",
            description =
                    "Hold latents near those of --vae, by their squared distance: a transformer that was trained on"
                            + " those has less to learn anew.")
    private @Nullable Double anchor;

    @Mixin
    private OptimizerOptions optimizer = new OptimizerOptions();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any field of config.json, such as groups=4 or layersPerBlock=2.")
    private List<String> set = new ArrayList<>();

    /** Whether anything is asked to be other than a config says. */
    boolean given() {
        return !phases.isEmpty()
                || reconstruction != null
                || edge != null
                || kl != null
                || lpips != null
                || lpipsWeight != null
                || lpipsEveryFrame
                || ganStart != null
                || ganWeight != null
                || ganFixed
                || vae != null
                || decoderOnly
                || anchor != null
                || optimizer.given()
                || !set.isEmpty();
    }

    /** The config with everything that was asked for. */
    VaeTrainConfig apply(VaeTrainConfig base) throws IOException {
        ObjectNode tree = JSON.valueToTree(base);
        if (!phases.isEmpty()) {
            phased(tree, base.optimizer().rate());
        }
        begin(tree);
        optimizer.applyTo(tree);
        Boolean bf16 = optimizer.bf16();
        RecipeOptions.set(tree, "precision", bf16 == null ? null : bf16 ? Precision.BF16 : Precision.FP32);
        ObjectNode losses = (ObjectNode) tree.get("losses");
        RecipeOptions.set(losses, "reconstruction", reconstruction);
        RecipeOptions.set(losses, "edge", edge);
        RecipeOptions.set(losses, "kl", kl);
        RecipeOptions.set(losses, "lpips", perceptual());
        RecipeOptions.set(losses, "gan", adversary());
        set.forEach(change -> edit(tree, change));
        try {
            return TrainingRun.read(
                    JSON.writeValueAsString(tree), VaeTrainConfig.class, set.isEmpty() ? "config" : "--set");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("--set", e);
        }
    }

    private void begin(ObjectNode tree) throws IOException {
        if (vae == null) {
            if (decoderOnly || anchor != null) {
                throw new CommandException(
                        "--vae = none (expected: a folder, where --decoder-only or --anchor is given)");
            }
            return;
        }
        RecipeOptions.set(
                tree, "start", new VaeTrainConfig.Start(absolute(vae), decoderOnly, anchor == null ? 0 : anchor));
        AutoencoderKLCogVideoXConfig own = AutoencoderKLCogVideoXConfig.of(Config.read(vae.resolve("config.json")));
        RecipeOptions.set(tree, "blockOutChannels", own.blockOutChannels());
        RecipeOptions.set(tree, "layersPerBlock", own.layersPerBlock());
        RecipeOptions.set(tree, "latentChannels", own.latentChannels());
        RecipeOptions.set(tree, "groups", own.normNumGroups());
    }

    private VaeLossConfig.@Nullable Perceptual perceptual() {
        if (lpips != null) {
            return new VaeLossConfig.Perceptual(
                    lpipsWeight == null ? 0.1 : lpipsWeight, absolute(lpips), lpipsEveryFrame);
        }
        if (lpipsWeight != null || lpipsEveryFrame) {
            throw new CommandException(
                    "--lpips = none (expected: a file, where --lpips-weight or --lpips-every-frame is given)");
        }
        return null;
    }

    private VaeLossConfig.@Nullable Gan adversary() {
        if (ganStart != null) {
            return new VaeLossConfig.Gan(
                    ganWeight == null ? 0.1 : ganWeight,
                    ganStart,
                    Math.min(200, Math.max(0, ganStart - 1)),
                    !ganFixed,
                    32,
                    3,
                    2e-4,
                    0);
        }
        if (ganWeight != null || ganFixed) {
            throw new CommandException(
                    "--gan-start = none (expected: a step, where --gan-weight or --gan-fixed is given)");
        }
        return null;
    }

    /**
     * The config with the size that the checkpoint names as its own, and is validated at, among those of its last phase:
     * a folder of videos has no others.
     */
    static VaeTrainConfig sized(VaeTrainConfig config) {
        List<ClipShape> seen = config.phases().getLast().shapes().stream()
                .map(BatchShape::drawn)
                .toList();
        ToyboxMix own = config.mix();
        if (seen.contains(new ClipShape(own.width(), own.height(), own.frames()))) {
            return config;
        }
        ClipShape longest = Collections.max(
                seen, Comparator.comparingInt(ClipShape::frames).thenComparingInt(s -> s.width() * s.height()));
        ObjectNode tree = JSON.valueToTree(config);
        ObjectNode mix = (ObjectNode) tree.get("mix");
        RecipeOptions.set(mix, "width", longest.width());
        RecipeOptions.set(mix, "height", longest.height());
        RecipeOptions.set(mix, "frames", longest.frames());
        try {
            return TrainingRun.read(JSON.writeValueAsString(tree), VaeTrainConfig.class, "config");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("config", e);
        }
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().toString();
    }

    /** Other phases, with a schedule of their length. */
    private void phased(ObjectNode tree, LearningRate rate) {
        List<VaeTrainConfig.Phase> parsed =
                phases.stream().map(VaeRecipe::phase).toList();
        int steps = parsed.stream().mapToInt(VaeTrainConfig.Phase::steps).sum();
        RecipeOptions.set(tree, "phases", parsed);
        ObjectNode schedule = (ObjectNode) tree.at("/optimizer/rate");
        RecipeOptions.set(schedule, "steps", steps);
        RecipeOptions.set(schedule, "warmup", Math.min(rate.warmup(), steps / 10));
    }

    private static VaeTrainConfig.Phase phase(String text) {
        int at = text.indexOf('@');
        List<BatchShape> shapes = new ArrayList<>();
        boolean whole = false;
        for (String part : text.substring(at + 1).split(",", -1)) {
            Matcher m = SHAPE.matcher(part);
            if (at < 1 || at > 8 || !text.substring(0, at).matches("\\d+") || !m.matches()) {
                throw new CommandException("--phase = " + text
                        + " (expected: STEPS@SHAPE[,SHAPE], such as 500@1x64 or 4000@96x64x17x16,64x96x17x16)");
            }
            whole |= !m.group(5).isEmpty();
            ClipShape clip = new ClipShape(
                    m.group(1) == null ? 96 : Integer.parseInt(m.group(1)),
                    m.group(2) == null ? 64 : Integer.parseInt(m.group(2)),
                    Integer.parseInt(m.group(3)));
            ClipShape of = m.group(6) == null
                    ? null
                    : new ClipShape(Integer.parseInt(m.group(6)), Integer.parseInt(m.group(7)), clip.frames());
            shapes.add(new BatchShape(clip, Integer.parseInt(m.group(4)), of));
        }
        return new VaeTrainConfig.Phase(Integer.parseInt(text.substring(0, at)), shapes, whole);
    }

    private static void edit(ObjectNode tree, String change) {
        int at = change.indexOf('=');
        String key = at < 0 ? change : change.substring(0, at);
        int dot = key.lastIndexOf('.');
        JsonNode parent = dot < 0 ? tree : tree.at("/" + key.substring(0, dot).replace('.', '/'));
        String name = key.substring(dot + 1);
        if (at < 1 || !(parent instanceof ObjectNode object) || !object.has(name)) {
            throw new CommandException("--set = " + change + " (expected: KEY=VALUE, KEY a field of config.json)");
        }
        object.set(name, value(change.substring(at + 1)));
    }

    /** JSON where it is JSON, else text. */
    private static JsonNode value(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(text);
        }
    }
}
