package dev.kinora.spark;

import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.Curation;
import dev.kinora.curate.engine.Engine;
import dev.kinora.curate.engine.EngineProvider;
import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.Inputs;
import dev.kinora.curate.engine.WorkerLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * Curates on a Spark cluster. A task is a file, which lies on storage that all machines see under one path or in a bucket;
 * it leaves its result in the dataset's journal, or in the dataset's bucket where there is one, and this machine commits.
 */
public final class SparkEngine implements Engine {
    /** Its service. */
    public static final class Provider implements EngineProvider {
        @Override
        public String name() {
            return "spark";
        }

        @Override
        public Engine create(Plan plan, WorkerLimits limits, EngineSettings settings, CurateListener listener) {
            return new SparkEngine(plan, limits, settings, listener);
        }
    }

    private final Plan plan;
    private final WorkerLimits limits;
    private final CurateListener listener;
    private final Map<String, Path> models;
    private final Cluster cluster;
    private volatile boolean stopped;

    /**
     * An engine that works by this plan.
     *
     * @param limits of each worker; how many there are is the cluster's business
     * @param settings the master, and any of Spark's own settings
     * @throws IllegalArgumentException if the settings contradict each other
     */
    public SparkEngine(Plan plan, WorkerLimits limits, EngineSettings settings, CurateListener listener) {
        this.plan = plan;
        this.limits = limits;
        this.listener = listener;
        models = settings.models();
        cluster = new Cluster(ClusterConf.of(settings, limits));
    }

    @Override
    public Run run(Inputs inputs, Path out) throws IOException {
        try (cluster) {
            return new Curation(plan, limits, listener, models)
                    .run(
                            inputs,
                            out,
                            remotes -> new ClusterWork(cluster, remotes, inputs.spoolBytes(), inputs.relay()));
        } catch (IOException | RuntimeException e) {
            if (stopped) {
                CancellationException stop = new CancellationException("curate: stopped");
                stop.initCause(e);
                throw stop;
            }
            throw e;
        }
    }

    @Override
    public void stop() {
        stopped = true;
        cluster.stop();
    }
}
