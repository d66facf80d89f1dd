package dev.kinora.spark;

import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.WorkerLaunch;
import dev.kinora.curate.engine.WorkerLimits;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * Settings of Spark: what the command line, and spark-submit before it, left open is filled in.
 *
 * @param spark for the context
 * @param launch how this machine would start a worker; executors start theirs alike
 */
record ClusterConf(SparkConf spark, WorkerLaunch launch) {
    /** Whether executors find Kinora's jars under the paths of this machine, so that they need not be sent. */
    static final String INSTALLED = "spark.kinora.installed";

    private static final String JARS = "spark.jars";
    private static final String EXTRA_CLASS_PATH = "spark.executor.extraClassPath";
    private static final String OVERHEAD = "spark.executor.memoryOverhead";

    /** What an executor needs beside its heap and its workers. */
    private static final int OWN_OVERHEAD_MIB = 512;

    /** Settings for a run with these limits. */
    static ClusterConf of(EngineSettings settings, WorkerLimits limits) {
        WorkerLaunch here = WorkerLaunch.here();
        List<String> classPath = Stream.concat(here.classPath().stream(), Stream.of(own()))
                .distinct()
                .toList();
        return of(new SparkConf(), settings, limits, new WorkerLaunch(classPath, here.natives()));
    }

    /** The jar of this class, which workers have no need of but executors do. */
    private static String own() {
        try {
            return Path.of(ClusterConf.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("ClusterConf: where its class lies is no path", e);
        }
    }

    /**
     * The same from given beginnings.
     *
     * @param conf what spark-submit set
     * @param launch of workers on this machine
     */
    static ClusterConf of(SparkConf conf, EngineSettings settings, WorkerLimits limits, WorkerLaunch launch) {
        settings.conf().forEach((key, value) -> {
            if (!key.startsWith("spark.")) {
                throw new IllegalArgumentException(
                        "curate: conf = " + key + " (expected: a key that begins with spark.)");
            }
            conf.set(key, value);
        });
        if (!settings.master().isEmpty()) {
            conf.setMaster(settings.master());
        }
        conf.setIfMissing("spark.master", "local[*]");
        conf.setIfMissing("spark.app.name", "kinora curate");
        conf.setIfMissing("spark.ui.enabled", "false");
        String master = conf.get("spark.master");
        if (master.startsWith("local")) {
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        }
        conf.setIfMissing(OVERHEAD, overheadMiB(conf, master, limits) + "m");
        boolean submitted = conf.contains(JARS);
        if (submitted) {
            launch = new WorkerLaunch(names(conf.get(JARS).split(",", -1)), launch.natives());
        } else if (master.startsWith("local-cluster")) {
            requireSparkHome(System.getenv("SPARK_HOME"));
            conf.setIfMissing("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"));
            conf.setIfMissing("spark.executorEnv.SPARK_SCALA_VERSION", "2.13"); // else a script's business
            installed(conf, launch);
        } else if (conf.getBoolean(INSTALLED, false)) {
            installed(conf, launch);
        } else if (!master.startsWith("local")) {
            requireJars(launch);
            conf.set(JARS, String.join(",", launch.classPath()));
            launch = new WorkerLaunch(names(launch.classPath().toArray(String[]::new)), launch.natives());
        }
        return new ClusterConf(conf, launch);
    }

    /** Spark counts what an executor's children use as the executor's: a container that is too small would be killed. */
    private static long overheadMiB(SparkConf conf, String master, WorkerLimits limits) {
        int cores = master.startsWith("local-cluster")
                ? Integer.parseInt(master.replaceAll("[^0-9,]", "").split(",", -1)[1])
                : conf.getInt("spark.executor.cores", 1);
        int tasks = Math.max(1, cores / Math.max(1, conf.getInt("spark.task.cpus", 1)));
        return (long) tasks * limits.memoryMiB() + OWN_OVERHEAD_MIB;
    }

    /** Only what Spark lacks: of a library that both have, an executor keeps to Spark's. */
    private static void installed(SparkConf conf, WorkerLaunch launch) {
        conf.setIfMissing(
                EXTRA_CLASS_PATH,
                launch.classPath().stream()
                        .filter(ClusterConf::isKinora)
                        .collect(Collectors.joining(File.pathSeparator)));
    }

    private static boolean isKinora(String entry) {
        Path path = Path.of(entry);
        return Files.isDirectory(path) || String.valueOf(path.getFileName()).startsWith("kinora-");
    }

    private static List<String> names(String[] jars) {
        return Stream.of(jars).map(j -> j.substring(j.lastIndexOf('/') + 1)).toList();
    }

    private static void requireJars(WorkerLaunch launch) {
        for (String entry : launch.classPath()) {
            if (!entry.endsWith(".jar")) {
                throw new IllegalArgumentException("curate: class path = " + entry + " (expected: jars, to be sent to"
                        + " executors; or --conf " + INSTALLED + "=true where they have the same files)");
            }
        }
    }

    private static void requireSparkHome(@Nullable String home) {
        if (home == null || !Files.isDirectory(Path.of(home, "jars"))) {
            throw new IllegalArgumentException("curate: SPARK_HOME = " + home
                    + " (expected: for local-cluster, a folder with Spark's jars folder; ./kinora sets one)");
        }
    }
}
