package dev.kinora.pipeline;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory the machine has, and how much of it a program may take without pushing others out. */
public final class MachineMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private MachineMemory() {}

    /** All of it, in bytes; a container's limit where there is one. */
    public static long total() {
        return bean().getTotalMemorySize();
    }

    /** What can be had now, in bytes, counting caches that the system gives back on demand. */
    public static long available() {
        long free = bean().getFreeMemorySize();
        try {
            if (Files.isReadable(MEMINFO)) {
                List<String> lines = Files.readAllLines(MEMINFO);
                for (String line : lines) {
                    if (line.startsWith("MemAvailable:")) {
                        long bytes = Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                        return Math.min(Math.max(bytes, free), total());
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            return free; // another system's /proc; the JDK's number is the cautious one
        }
        return free;
    }

    private static OperatingSystemMXBean bean() {
        return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }
}
