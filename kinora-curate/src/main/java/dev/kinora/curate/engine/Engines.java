package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Plan;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** The engines there are on the class path. */
public final class Engines {
    private Engines() {}

    /**
     * The engine of this name.
     *
     * @throws IllegalArgumentException if there is none, or the settings are not its
     */
    public static Engine create(
            String name, Plan plan, WorkerLimits limits, EngineSettings settings, CurateListener listener) {
        TreeSet<String> names = new TreeSet<>();
        for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
            if (provider.name().equals(name)) {
                return provider.create(plan, limits, settings, listener);
            }
            names.add(provider.name());
        }
        String hint = name.equals("spark")
                ? "; ./kinora builds that one in where its words are --engine spark, Maven with -Dkinora.spark"
                : "";
        throw new IllegalArgumentException(
                "curate: engine = " + name + " (expected: " + String.join(" or ", names) + hint + ")");
    }
}
