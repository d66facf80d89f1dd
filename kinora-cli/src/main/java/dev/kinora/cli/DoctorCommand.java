package dev.kinora.cli;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Kernels;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Torch;
import dev.kinora.weights.hub.HubSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Looks at the machine and says whether Kinora runs well on it. */
@Command(
        name = "doctor",
        header = "Check this machine: Java, native libraries, threads, speed, memory, caches.",
        description = {
            "",
            "Loads the native libraries, times a linear layer in each dtype, and lists what is wrong together "
                    + "with what helps. Exit code 1 if something would keep Kinora from working."
        },
        footer = {"", "Examples:", "  kinora doctor", "  kinora doctor --json"})
final class DoctorCommand extends Action {
    private static final long SIDE = 768;

    @Override
    Report run() throws IOException {
        List<Problem> problems = new ArrayList<>();
        Java java = Java.here();
        if (Runtime.version().feature() != 25) {
            problems.add(new Problem("Java " + java.version(), "install a JDK 25 and set JAVA_HOME to it", true));
        }
        Machine machine = Machine.here();
        if (machine.availableMemory() < 2L << 30) {
            problems.add(new Problem(
                    "memory available = " + Bytes.of(machine.availableMemory()),
                    "close other programs; the smallest checkpoints need about 1 GiB",
                    false));
        }
        Libtorch libtorch = libtorch(problems);
        List<Cache> caches = List.of(
                Cache.at("kinora", Build.cache()),
                Cache.at("model", HubSettings.fromEnvironment().cache()));
        for (Cache cache : caches) {
            if (cache.freeBytes() < 1L << 30) {
                problems.add(new Problem(
                        cache.name() + " cache: free space = " + Bytes.of(cache.freeBytes()),
                        "free some disk space at " + cache.path(),
                        false));
            }
        }
        return new Findings(
                Build.version(),
                Build.home().orElse(null),
                java,
                machine,
                libtorch,
                Kernel.all(),
                caches,
                List.copyOf(problems));
    }

    @Override
    int exitCode(Report report) {
        boolean fatal = report instanceof Findings f && f.problems().stream().anyMatch(Problem::fatal);
        return fatal ? ExitCode.FAILURE : ExitCode.OK;
    }

    private static Libtorch libtorch(List<Problem> problems) {
        long start = System.nanoTime();
        try {
            String capability = Torch.cpuCapability();
            double loadSeconds = (System.nanoTime() - start) / 1e9;
            List<Speed> speeds = Stream.of(DType.FP32, DType.BF16, DType.FP16)
                    .map(d -> new Speed(d.torchName(), gflops(d)))
                    .toList();
            return new Libtorch(Torch.version(), capability, Torch.threads(), loadSeconds, speeds);
        } catch (LinkageError e) {
            problems.add(new Problem(
                    "libtorch did not load: " + Failure.reason(e),
                    "delete " + Build.cache()
                            + " and run again; on Linux the C++ and OpenMP runtimes must be installed",
                    true));
            return new Libtorch(Torch.version(), "not loaded", 0, 0, List.of());
        }
    }

    /** The best of a few linear layers, computed by the kernel chosen for this machine. */
    private static double gflops(DType dtype) {
        try (TensorScope scope = TensorScope.open("doctor");
                Rng rng = new Rng(0)) {
            Tensor x = rng.randn(DType.FP32, SIDE, SIDE).to(dtype);
            Tensor weight = rng.randn(DType.FP32, SIDE, SIDE).to(dtype);
            double best = 0;
            long deadline = System.nanoTime() + 300_000_000;
            for (int i = 0; i < 8 && (i < 2 || System.nanoTime() < deadline); i++) {
                long start = System.nanoTime();
                F.linear(x, weight, null).release();
                best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
            }
            return Math.round(best * 10) / 10.0;
        }
    }

    /** What the doctor says. */
    record Findings(
            String version,
            @Nullable Path home,
            Java java,
            Machine machine,
            Libtorch libtorch,
            List<Kernel> kernels,
            List<Cache> caches,
            List<Problem> problems)
            implements Report {
        @Override
        public void print(PrintWriter out) {
            line(out, "Kinora", version + (home == null ? "" : ", " + home));
            line(out, "Java", java.version() + ", " + java.vendor() + ", " + java.home());
            line(out, "heap", "up to " + Bytes.of(java.maxHeap()) + "; tensors live outside it");
            line(out, "start-up", java.startup());
            line(
                    out,
                    "machine",
                    machine.os() + ", " + machine.processor() + ", " + machine.processors() + " processors");
            line(
                    out,
                    "memory",
                    Bytes.of(machine.totalMemory()) + ", " + Bytes.of(machine.availableMemory()) + " available");
            line(
                    out,
                    "libtorch",
                    "%s, %s, %d threads, loaded in %s s"
                            .formatted(
                                    libtorch.version(),
                                    libtorch.cpuCapability(),
                                    libtorch.threads(),
                                    decimal(libtorch.loadSeconds())));
            for (Speed s : libtorch.speeds()) {
                line(out, "", s.dtype() + " linear layer " + decimal(s.gflops()) + " GFLOP/s");
            }
            for (Kernel k : kernels) {
                line(out, "kernel", k.operation() + ": " + k.chosen());
            }
            for (Cache c : caches) {
                line(
                        out,
                        c.name() + " cache",
                        c.path() + ", " + Bytes.of(c.bytes()) + " used, " + Bytes.of(c.freeBytes()) + " free");
            }
            if (problems.isEmpty()) {
                out.println("No problems found.");
            }
            for (Problem p : problems) {
                out.println((p.fatal() ? "PROBLEM  " : "warning  ") + p.what() + ": " + p.remedy());
            }
        }

        private static void line(PrintWriter out, String name, String value) {
            out.println("%-13s %s".formatted(name, value));
        }

        private static String decimal(double value) {
            return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
        }
    }

    /** The JVM. */
    record Java(String version, String vendor, String home, long maxHeap, String startup) {
        static Java here() {
            String aot = System.getProperty("kinora.aot", "");
            return new Java(
                    System.getProperty("java.runtime.version"),
                    System.getProperty("java.vendor"),
                    System.getProperty("java.home"),
                    Runtime.getRuntime().maxMemory(),
                    aot.isEmpty() ? "without an ahead-of-time cache" : "with an ahead-of-time cache, " + aot);
        }
    }

    /** libtorch; speeds in GFLOP/s of a square linear layer. */
    record Libtorch(String version, String cpuCapability, int threads, double loadSeconds, List<Speed> speeds) {}

    /** Which kernel was chosen for an operation, and what each candidate took. */
    record Kernel(String operation, String chosen, Map<String, Double> milliseconds) {
        static List<Kernel> all() {
            return Kernels.report().stream()
                    .map(c -> new Kernel(c.operation(), c.kernel(), c.milliseconds()))
                    .toList();
        }
    }

    /** How fast one dtype multiplies here. */
    record Speed(String dtype, double gflops) {}

    /** A folder of things that can be made or fetched again. */
    record Cache(String name, Path path, long bytes, long freeBytes) {
        static Cache at(String name, Path path) throws IOException {
            return new Cache(name, path, size(path), free(path));
        }

        private static long size(Path path) throws IOException {
            if (!Files.isDirectory(path)) {
                return 0;
            }
            try (Stream<Path> files = Files.walk(path)) {
                return files.filter(f -> Files.isRegularFile(f, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                        .mapToLong(f -> f.toFile().length())
                        .sum();
            }
        }

        private static long free(Path path) throws IOException {
            Path p = path.toAbsolutePath();
            while (p != null && !Files.exists(p)) {
                p = p.getParent();
            }
            return p == null ? 0 : Files.getFileStore(p).getUsableSpace();
        }
    }

    /** Something wrong and what helps. */
    record Problem(String what, String remedy, boolean fatal) {}
}
