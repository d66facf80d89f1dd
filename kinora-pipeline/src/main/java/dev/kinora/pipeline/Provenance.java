package dev.kinora.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From what a video was made, complete enough to make it again. Written into the container's metadata under
 * {@link #METADATA_KEY}.
 *
 * @param format version of this record, {@value #FORMAT}
 * @param kinora version of the program
 * @param model the checkpoint as the user named it
 * @param pipeline the checkpoint's {@code _class_name}
 * @param weights SHA-256 of every weight file, by its path inside the checkpoint
 * @param request what was asked, all defaults resolved
 * @param inputs image and video the request started from
 * @param loras applied files and scales
 * @param environment versions, device, processor, threads
 * @param seconds wall time by stage
 * @param expansion how the prompt became what it is; null where it is the user's own
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Provenance(
        int format,
        String kinora,
        String model,
        String pipeline,
        Map<String, String> weights,
        Resolved request,
        List<Input> inputs,
        List<Lora> loras,
        Map<String, String> environment,
        Map<String, Double> seconds,
        @Nullable Expansion expansion) {

    /** The current version of the record. */
    public static final int FORMAT = 1;

    /** Name of the metadata entry that carries the record. */
    public static final String METADATA_KEY = "kinora";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * The request with every default resolved.
     *
     * @param task {@code text-to-video}, {@code image-to-video} or {@code video-to-video}
     * @param prompt as given
     * @param negativePrompt as given
     * @param strength of video to video, else null
     * @param frames video frames asked for
     * @param height pixels
     * @param width pixels
     * @param fps frames per second of the file
     * @param steps denoise steps
     * @param guidance scale
     * @param dynamicGuidance {@code off}, {@code compat} or {@code index}
     * @param seed of the generator
     * @param dtype of transformer and text encoder
     * @param scheduler {@code ddim} or {@code dpm}
     * @param vaeTiling whether the VAE worked in tiles, which changes pixels slightly
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Resolved(
            String task,
            String prompt,
            String negativePrompt,
            @Nullable Double strength,
            int frames,
            int height,
            int width,
            double fps,
            int steps,
            double guidance,
            String dynamicGuidance,
            long seed,
            String dtype,
            String scheduler,
            boolean vaeTiling) {}

    /**
     * A file the request started from.
     *
     * @param role {@code image} or {@code video}
     * @param path where it was
     * @param sha256 of its bytes; null for a folder
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Input(String role, String path, @Nullable String sha256) {}

    /**
     * An applied LoRA.
     *
     * @param path where it was
     * @param sha256 of the file
     * @param scale as applied
     */
    public record Lora(String path, String sha256, double scale) {}

    /**
     * A prompt that a language model made richer; what it made of it is the request's prompt.
     *
     * @param original as the user wrote it
     * @param model that wrote it
     * @param prompt id and version of the words it was asked with
     * @param promptSha256 of those words
     */
    public record Expansion(String original, String model, String prompt, String promptSha256) {}

    /** The same with what only the caller knows. */
    public Provenance with(Resolved resolved, List<Input> files, @Nullable Expansion how) {
        return new Provenance(
                format, kinora, model, pipeline, weights, resolved, files, loras, environment, seconds, how);
    }

    /** One line of JSON. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("provenance cannot be written as JSON", e);
        }
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param where the file it came from, for messages
     * @throws RequestException if it is not a provenance record of this format
     */
    public static Provenance parse(String where, String json) {
        try {
            Provenance p = JSON.readValue(json, Provenance.class);
            if (p == null || p.format() != FORMAT || p.request() == null) {
                throw new RequestException(where, "provenance format", p == null ? "none" : p.format(), FORMAT + "");
            }
            return p;
        } catch (JsonProcessingException e) {
            throw new RequestException(where, "provenance", "unreadable", "the JSON record Kinora writes");
        }
    }
}
