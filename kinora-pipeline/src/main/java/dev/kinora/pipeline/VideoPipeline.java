package dev.kinora.pipeline;

import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.nio.file.Path;

/** A checkpoint that can make videos. Holds no weights between calls; one call at a time. */
public interface VideoPipeline {
    /**
     * The request with the checkpoint's defaults filled in, checked against what the checkpoint can do.
     *
     * @throws RequestException if it cannot be carried out
     */
    GenerateRequest resolve(GenerateRequest request) throws IOException;

    /**
     * What a request needs.
     *
     * @param budget bytes that may be used
     * @throws RequestException if it cannot be carried out, or not within the budget
     */
    MemoryPlan plan(GenerateRequest request, long budget) throws IOException;

    /**
     * Carries a request out within a plan. The result's tensors belong to the scope open on this thread.
     *
     * @throws RequestException before any work, if the request cannot be carried out
     * @throws java.util.concurrent.CancellationException if the listener asked for it
     */
    Generation generate(GenerateRequest request, MemoryPlan plan, GenerateListener listener) throws IOException;

    /** Frames per second that suit the checkpoint's videos. */
    double frameRate();

    /** What the checkpoint says of itself: best steps and guidance, what it was trained at, the words it knows. */
    ModelFacts facts();

    /** A request with the steps and guidance at which the checkpoint is best, where it says so, else diffusers' defaults. */
    default GenerateRequest.Builder request(String prompt) {
        return GenerateRequest.of(prompt).steps(facts().steps()).guidanceScale(facts().guidance());
    }

    /**
     * Opens a checkpoint folder in the diffusers layout.
     *
     * @param variant of the weight files, such as {@code fp16}; empty for the plain ones
     * @throws RequestException if its pipeline is none that Kinora has
     */
    static VideoPipeline open(Path folder, String variant) throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.open(folder);
        String name = checkpoint.index().className();
        return switch (name) {
            case "CogVideoXPipeline", "CogVideoXImageToVideoPipeline", "CogVideoXVideoToVideoPipeline" ->
                new CogVideoXPipeline(checkpoint, variant);
            default ->
                throw new RequestException(
                        folder.toString(), "pipeline", name, "CogVideoXPipeline or CogVideoXImageToVideoPipeline");
        };
    }
}
