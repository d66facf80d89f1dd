package dev.kinora.train.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A run that is open: a new one, or one that was stopped. */
public interface Trainer extends AutoCloseable {
    /** Number of trained weights. */
    long numel();

    /** Trains to the last step of the config, or until the listener asks for the end. */
    void train(TrainListener listener) throws IOException;

    /**
     * Writes the averaged weights, and what they were made from.
     *
     * @param target what is written depends on what is trained: a new or empty folder, or a file's name
     * @param provenance further facts to be kept beside the weights: version, commit
     */
    void export(Path target, Map<String, String> provenance) throws IOException;

    @Override
    void close() throws IOException;
}
