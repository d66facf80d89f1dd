package dev.kinora.spark;

import dev.kinora.curate.engine.WorkerSlot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The worker processes of an executor, kept from task to task, since starting one and loading its models takes longer
 * than a short file. There are as many as tasks at once, the cores of the executor over {@code spark.task.cpus}. They end
 * with the executor, however that ends.
 */
final class ExecutorWorkers implements AutoCloseable {
    /** Those of this process. */
    static final ExecutorWorkers HERE = new ExecutorWorkers();

    private final Map<String, Deque<WorkerSlot>> idle = new HashMap<>();
    private final Set<WorkerSlot> all = new HashSet<>();

    private ExecutorWorkers() {}

    /** Makes a slot. */
    interface Maker {
        WorkerSlot make() throws IOException;
    }

    /** A slot for this order that nobody uses, or a new one. */
    synchronized WorkerSlot take(String order, Maker maker) throws IOException {
        Deque<WorkerSlot> free = idle.get(order);
        WorkerSlot slot = free == null ? null : free.poll();
        if (slot == null) {
            slot = maker.make();
            all.add(slot);
        }
        return slot;
    }

    /** @param usable whether it may go on with other files */
    void giveBack(String order, WorkerSlot slot, boolean usable) {
        if (usable) {
            synchronized (this) {
                idle.computeIfAbsent(order, k -> new ArrayDeque<>()).push(slot);
            }
        } else {
            slot.close();
            synchronized (this) {
                all.remove(slot);
            }
        }
    }

    /** Ends what they are at. */
    synchronized void stop() {
        all.forEach(WorkerSlot::stop);
    }

    @Override
    public synchronized void close() {
        all.forEach(WorkerSlot::stop);
        all.clear();
        idle.clear();
    }
}
