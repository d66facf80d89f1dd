package dev.kinora.pipeline;

/** Hears how a generation goes, on the thread that generates; throwing from it ends the generation. */
public interface GenerateListener {
    /** Hears nothing. */
    GenerateListener SILENT = new GenerateListener() {};

    /** A stage begins: {@code text}, {@code denoise}, {@code decode}, …. */
    default void stage(String name) {}

    /**
     * Part of the current stage is done.
     *
     * @param done parts finished, from 1
     * @param total parts in all
     */
    default void progress(int done, int total) {}

    /** Something the user should know: prompt words that were cut off, layers a LoRA file found. */
    default void notice(String message) {}

    /** Asked between parts; true ends the generation with {@link java.util.concurrent.CancellationException}. */
    default boolean cancelled() {
        return false;
    }
}
