package dev.kinora.pipeline;

import dev.kinora.diffusion.Guidance;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Video;
import dev.kinora.media.VideoReader;
import dev.kinora.tensor.DType;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the record of a video back into the request that made it. */
public final class Replay {
    private Replay() {}

    /**
     * The request, its image, video and LoRA files read again.
     *
     * @throws RequestException if a file is gone or is another than it was
     */
    public static GenerateRequest request(Provenance p) throws IOException {
        Provenance.Resolved r = p.request();
        Image image = null;
        Video video = null;
        for (Provenance.Input input : p.inputs()) {
            Path file = same(input.role(), input.path(), input.sha256());
            if (input.role().equals("image")) {
                image = Images.read(file);
            } else {
                video = VideoReader.read(file);
            }
        }
        List<LoraRequest> loras = new ArrayList<>();
        for (Provenance.Lora lora : p.loras()) {
            loras.add(new LoraRequest(same("lora", lora.path(), lora.sha256()), lora.scale()));
        }
        Double strength = r.strength();
        return GenerateRequest.of(r.prompt())
                .negativePrompt(r.negativePrompt())
                .image(image)
                .video(video)
                .strength(strength == null ? 1 : strength)
                .frames(r.frames())
                .size(r.width(), r.height())
                .steps(r.steps())
                .guidance(new Guidance(
                        r.guidance(),
                        Guidance.Dynamic.valueOf(r.dynamicGuidance().toUpperCase(Locale.ROOT))))
                .seed(r.seed())
                .dtype(r.dtype().equals("stored") ? null : DType.parse(r.dtype()))
                .loras(loras)
                .scheduler(r.scheduler())
                .build();
    }

    /** Every weight file whose hash is not what it was, as {@code file: hash = … (expected: …)}; empty if none. */
    public static List<String> differences(Provenance then, Map<String, String> weightsNow) {
        List<String> differences = new ArrayList<>();
        then.weights().forEach((file, hash) -> {
            String now = weightsNow.getOrDefault(file, "missing");
            if (!now.equals(hash)) {
                differences.add(file + ": sha256 = " + now + " (expected: " + hash + ")");
            }
        });
        return differences;
    }

    private static Path same(String role, String path, @Nullable String sha256) throws IOException {
        Path file = Path.of(path);
        if (!Files.exists(file)) {
            throw new RequestException("replay", role, path, "the file the video was made from");
        }
        if (sha256 != null && !Hashes.sha256(file, (done, total) -> {}).equals(sha256)) {
            throw new RequestException("replay", role, path + " (changed)", "contents with sha256 " + sha256);
        }
        return file;
    }
}
