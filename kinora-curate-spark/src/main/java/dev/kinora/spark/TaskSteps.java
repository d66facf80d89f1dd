package dev.kinora.spark;

import dev.kinora.curate.engine.Steps;
import java.util.BitSet;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts elements that are done: one whose task is run twice counts once. */
final class TaskSteps extends SparkListener {
    private final Steps steps;
    private final int elements;
    private final BitSet done = new BitSet();

    TaskSteps(Steps steps, int elements) {
        this.steps = steps;
        this.elements = elements;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().successful()) {
            count(end.taskInfo().index());
        }
    }

    private synchronized void count(int element) {
        if (!done.get(element)) {
            done.set(element);
            steps.step();
        }
    }

    /** All are done, whether or not the bus, which may lag, has said so. */
    void finish() {
        for (int i = 0; i < elements; i++) {
            count(i);
        }
    }
}
