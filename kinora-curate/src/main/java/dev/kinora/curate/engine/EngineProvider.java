package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Plan;

/** A kind of engine, found on the class path as a {@link java.util.ServiceLoader service}. */
public interface EngineProvider {
    /** What the command line calls it. */
    String name();

    /**
     * An engine that works by this plan; nothing is started yet.
     *
     * @throws IllegalArgumentException if the settings are not such an engine's
     */
    Engine create(Plan plan, WorkerLimits limits, EngineSettings settings, CurateListener listener);
}
