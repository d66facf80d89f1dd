package dev.kinora.train.run;

import java.lang.management.ManagementFactory;
import java.util.Map;

/** How long steps take, by the clock and by the processors' time that this process got. */
public final class StepClock {
    private long wall = System.nanoTime();
    private long processor = processorTime();
    private int steps;

    /** Counts a step. */
    public void step() {
        steps++;
    }

    /** Leaves out what has passed since the last report: validation, saving. */
    public void restart() {
        wall = System.nanoTime();
        processor = processorTime();
        steps = 0;
    }

    /** Adds the times a step since the last report. */
    public void report(Map<String, Double> values) {
        values.put("seconds_per_step", (System.nanoTime() - wall) / 1e9 / Math.max(1, steps));
        values.put("cpu_seconds_per_step", (processorTime() - processor) / 1e9 / Math.max(1, steps));
        restart();
    }

    private static long processorTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getProcessCpuTime()
                : 0;
    }
}
