package dev.kinora.curate.worker;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Resident memory of a command and of every process it starts, from {@code /proc}, twice a second: a table of
 * {@code seconds,pid,kind,mib} as CSV, and per process the peak and the slope of a straight line through what comes after
 * the first half of its life, in which classes load and code is compiled.
 */
final class MemoryWatch {
    private static final long EVERY_MILLIS = 500;

    private static final double WARM = 0.5;

    private record Sample(double seconds, double mib) {}

    private MemoryWatch() {}

    static void run(Path csv, List<String> command) throws IOException, InterruptedException {
        Map<String, List<Sample>> all = new TreeMap<>();
        Map<String, Duration> times = new TreeMap<>();
        long began = System.nanoTime();
        Process process = new ProcessBuilder(command).inheritIO().start();
        double most = 0;
        while (!process.waitFor(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
            double seconds = (System.nanoTime() - began) / 1e9;
            double sum = 0;
            try (Stream<ProcessHandle> tree = Stream.concat(Stream.of(process.toHandle()), process.descendants())) {
                for (ProcessHandle p : tree.toList()) {
                    double mib = resident(p.pid());
                    if (mib > 0) {
                        String name = kind(p) + " " + p.pid();
                        all.computeIfAbsent(name, k -> new ArrayList<>()).add(new Sample(seconds, mib));
                        p.info().totalCpuDuration().ifPresent(d -> times.put(name, d));
                        sum += mib;
                    }
                }
            }
            most = Math.max(most, sum);
        }
        System.out.printf(
                "exit %d after %.1f s, all together at most %.0f MiB%n",
                process.exitValue(), (System.nanoTime() - began) / 1e9, most);
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(csv))) {
            out.println("seconds,pid,kind,mib");
            all.forEach((name, samples) -> {
                String[] words = name.split(" ", -1);
                samples.forEach(s -> out.printf("%.1f,%s,%s,%.1f%n", s.seconds, words[1], words[0], s.mib));
            });
        }
        all.forEach((name, samples) -> report(name, samples, times.getOrDefault(name, Duration.ZERO)));
    }

    private static double resident(long pid) {
        try {
            String[] pages =
                    Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1);
            return Long.parseLong(pages[1]) * 4096 / 1048576.0;
        } catch (IOException e) {
            return 0; // it has just ended
        }
    }

    private static String kind(ProcessHandle p) {
        try { // ProcessHandle does not tell arguments as long as a class path
            String arguments = Files.readString(Path.of("/proc/" + p.pid() + "/cmdline"));
            return arguments.contains("\0" + WorkerMain.class.getName()) ? "worker" : "driver";
        } catch (IOException e) {
            return "gone";
        }
    }

    private static void report(String name, List<Sample> samples, Duration time) {
        double from = samples.getFirst().seconds;
        double to = samples.getLast().seconds;
        List<Sample> warm = samples.stream()
                .filter(s -> s.seconds >= from + WARM * (to - from))
                .toList();
        double t = warm.stream().mapToDouble(s -> s.seconds).average().orElse(0);
        double m = warm.stream().mapToDouble(s -> s.mib).average().orElse(0);
        double tm = 0;
        double tt = 0;
        for (Sample s : warm) {
            tm += (s.seconds - t) * (s.mib - m);
            tt += (s.seconds - t) * (s.seconds - t);
        }
        double peak = samples.stream().mapToDouble(s -> s.mib).max().orElse(0);
        double least = warm.stream().mapToDouble(s -> s.mib).min().orElse(0);
        System.out.printf(
                "%s: %.0f s, %.1f s of processor, %d samples, peak %.0f MiB; after warm-up mean %.0f, least %.0f MiB,"
                        + " slope %+.2f MiB a minute, %+.1f over what was left%n",
                name,
                to - from,
                time.toMillis() / 1000.0,
                samples.size(),
                peak,
                m,
                least,
                tt == 0 ? 0 : 60 * tm / tt,
                tt == 0 ? 0 : tm / tt * (to - from) * (1 - WARM));
    }
}
