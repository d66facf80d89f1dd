package dev.kinora.pipeline;

import dev.kinora.diffusion.Scheduler;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Torch;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Gathers the record of a finished generation. */
final class CogVideoXProvenance {
    private CogVideoXProvenance() {}

    static Provenance of(
            CheckpointFolder checkpoint,
            String variant,
            GenerateRequest r,
            Scheduler scheduler,
            double frameRate,
            MemoryPlan plan,
            Map<String, Double> seconds)
            throws IOException {
        DType dtype = r.dtype();
        Provenance.Resolved resolved = new Provenance.Resolved(
                name(r.task()),
                r.prompt(),
                r.negativePrompt(),
                r.video() == null ? null : r.strength(),
                Objects.requireNonNull(r.frames(), "frames"),
                Objects.requireNonNull(r.height(), "height"),
                Objects.requireNonNull(r.width(), "width"),
                frameRate,
                r.steps(),
                r.guidance().scale(),
                name(r.guidance().dynamic()),
                r.seed(),
                dtype == null ? "stored" : name(dtype),
                scheduler.name(),
                plan.vaeTiling());
        List<Provenance.Lora> loras = new ArrayList<>();
        for (LoraRequest lora : r.loras()) {
            loras.add(new Provenance.Lora(
                    lora.file().toString(), Hashes.sha256(lora.file(), (done, total) -> {}), lora.scale()));
        }
        return new Provenance(
                Provenance.FORMAT,
                version(),
                checkpoint.path().toString(),
                checkpoint.index().className(),
                weights(checkpoint, variant),
                resolved,
                List.of(),
                loras,
                environment(),
                seconds,
                null);
    }

    private static Map<String, String> weights(CheckpointFolder checkpoint, String variant) throws IOException {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (CheckpointFolder.Component c : checkpoint.components()) {
            Hashes.sha256(c.weightFiles(variant), (done, total) -> {})
                    .forEach((file, hash) -> hashes.put(c.name() + "/" + file, hash));
        }
        return hashes;
    }

    private static Map<String, String> environment() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("java", System.getProperty("java.version", "unknown"));
        facts.put("libtorch", Torch.version());
        facts.put("device", "cpu");
        facts.put("cpu", Torch.cpuCapability());
        facts.put("os", System.getProperty("os.name", "unknown") + " " + System.getProperty("os.arch", "unknown"));
        facts.put("threads", String.valueOf(Torch.threads()));
        return facts;
    }

    private static String version() {
        String version = CogVideoXProvenance.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** An enum's name as users write it: {@code TEXT_TO_VIDEO} is {@code text-to-video}. */
    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
