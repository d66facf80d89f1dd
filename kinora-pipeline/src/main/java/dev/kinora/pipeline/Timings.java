package dev.kinora.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** Announces stages and measures how long each takes. */
final class Timings {
    private final GenerateListener listener;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private String stage = "";
    private long began;

    Timings(GenerateListener listener) {
        this.listener = listener;
    }

    /** Ends the current stage and begins the next, unless the listener wants to stop. */
    void stage(String name) {
        end();
        if (listener.cancelled()) {
            throw new CancellationException("cancelled before " + name);
        }
        stage = name;
        began = System.nanoTime();
        listener.stage(name);
    }

    /** Ends the current stage. */
    void end() {
        if (!stage.isEmpty()) {
            seconds.merge(stage, (System.nanoTime() - began) / 1e9, Double::sum);
            stage = "";
        }
    }

    /** Wall time by stage, in order. */
    Map<String, Double> seconds() {
        return seconds;
    }
}
