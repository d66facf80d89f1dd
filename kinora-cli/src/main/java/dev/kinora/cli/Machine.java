package dev.kinora.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The computer, or the part of it that a container grants.
 *
 * @param os name, version and architecture
 * @param processor the processor's name where the system tells it
 * @param processors how many may be used
 * @param totalMemory bytes
 * @param availableMemory bytes that a new program could take
 */
record Machine(String os, String processor, int processors, long totalMemory, long availableMemory) {
    static Machine here() {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long total = bean.getTotalMemorySize();
        long available =
                number("/proc/meminfo", "MemAvailable:").map(kib -> kib * 1024).orElse(bean.getFreeMemorySize());
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                field("/proc/cpuinfo", "model name").orElse("unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                total,
                Math.min(available, total));
    }

    private static Optional<Long> number(String file, String key) {
        return field(file, key).map(v -> Long.parseLong(v.replaceAll("\\D", "")));
    }

    private static Optional<String> field(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(l -> l.startsWith(key))
                    .findFirst()
                    .map(l -> l.substring(l.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Optional.empty(); // not Linux
        }
    }
}
