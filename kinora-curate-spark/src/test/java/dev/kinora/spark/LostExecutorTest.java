package dev.kinora.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Uri;
import dev.kinora.curate.worker.WorkerMain;
import dev.kinora.testkit.S3Double;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in processes of their own, one of which is killed in the middle of a file. */
class LostExecutorTest {
    private static final String EXECUTOR = "CoarseGrainedExecutorBackend";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Tag("slow")
    void theDatasetIsThatOfAnUndisturbedLocalRun() throws Exception {
        Path raw = Runs.raw(folder, 12);
        Map<String, String> expected = Runs.local(raw, folder.resolve("local"));
        Path dataset = folder.resolve("spark");
        runAndKillAnExecutor(List.of(raw.toString(), dataset.toString()));
        assertThat(Runs.bytes(dataset)).isEqualTo(expected);
    }

    /** Nothing is shared but a store, which knows this process's credentials from its environment alone. */
    @Test
    @Tag("slow")
    void theSameFromABucketToABucket() throws Exception {
        Path raw = Runs.raw(folder, 12);
        System.setProperty("aws.accessKeyId", S3Double.KEY);
        System.setProperty("aws.secretAccessKey", "secret");
        try (S3Double server = new S3Double();
                S3 store = new S3(Runs.store(server.endpoint()))) {
            try (Stream<Path> files = Files.list(raw)) {
                for (Path file : files.toList()) {
                    server.put("raw/" + file.getFileName(), Files.readAllBytes(file));
                }
            }
            LocalEngine local = new LocalEngine(Runs.PLAN, Runs.LIMITS, CurateListener.SILENT);
            Runs.toBucket(local, store, store.find(S3Uri.parse("s3://bucket/raw")), "local", folder.resolve("local"));
            String work = folder.resolve("work").toString();
            runAndKillAnExecutor(List.of("s3://bucket/raw", "s3://bucket/spark", work, server.endpoint()));
            assertThat(Runs.published(server, "spark/")).isEqualTo(Runs.published(server, "local/"));
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    private void runAndKillAnExecutor(List<String> arguments) throws Exception {
        Path log = folder.resolve("log");
        Process driver = start(log, arguments);
        Set<Long> executors = new HashSet<>();
        try {
            ProcessHandle lost = waitForBusyExecutor(driver, log);
            lost.destroyForcibly();
            System.out.println("killed executor " + lost.pid());
            while (!driver.waitFor(100, TimeUnit.MILLISECONDS)) {
                executors(driver).forEach(e -> executors.add(e.pid()));
            }
            executors.add(lost.pid());
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        }
        assertThat(driver.exitValue())
                .as("exit code; %s", Files.readString(log))
                .isZero();
        assertThat(executors).as("executors: two, and one for the lost one").hasSizeGreaterThan(2);
    }

    /** One whose worker has begun. */
    private static ProcessHandle waitForBusyExecutor(Process driver, Path log) throws Exception {
        while (driver.isAlive()) {
            Optional<ProcessHandle> busy = executors(driver).stream()
                    .filter(e -> e.children().anyMatch(c -> command(c).contains(WorkerMain.class.getName())))
                    .findAny();
            if (busy.isPresent()) {
                Thread.sleep(1500); // into a file
                return busy.get();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the run ended before an executor was seen at work; " + Files.readString(log));
    }

    private static List<ProcessHandle> executors(Process driver) {
        return driver.descendants().filter(p -> command(p).contains(EXECUTOR)).toList();
    }

    /** Of a process, from /proc: the JDK's own view is cut where a class path is long. */
    private static String command(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    private Process start(Path log, List<String> arguments) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx640m", "-XX:+UseSerialGC"));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        command.addAll(List.of("-cp", classPath, RunMain.class.getName(), "local-cluster[2,1,1024]"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("SPARK_HOME", sparkHome(classPath).toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("AWS_ACCESS_KEY_ID", S3Double.KEY);
        builder.environment().put("AWS_SECRET_ACCESS_KEY", "secret");
        return builder.start();
    }

    /** As ./kinora lays one out: a folder of all jars. */
    private Path sparkHome(String classPath) throws IOException {
        Path jars = Files.createDirectories(folder.resolve("home").resolve("jars"));
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path jar = Path.of(entry);
            String name = String.valueOf(jar.getFileName());
            if (name.endsWith(".jar") && !name.startsWith("kinora-") && !Files.exists(jars.resolve(name))) {
                Files.createSymbolicLink(jars.resolve(name), jar);
            }
        }
        return folder.resolve("home");
    }
}
