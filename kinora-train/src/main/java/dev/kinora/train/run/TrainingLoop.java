package dev.kinora.train.run;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The way of every training from step to step: lines of metrics, checkpoints, pictures, and the end, with a checkpoint,
 * where it is asked for.
 */
public final class TrainingLoop {
    private final int steps;
    private final IntToDoubleFunction rate;
    private final Every every;
    private final @Nullable Metrics metrics; // of the first process
    private final @Nullable ProcessGroup group;
    private int step;

    /**
     * Numbers of steps from one to the next.
     *
     * @param report lines of metrics; the first and the last step have one, too
     * @param save checkpoints, each after a validation; the last step has one, too
     * @param sample pictures, such as the last step has, too; 0 for none
     */
    public record Every(int report, int save, int sample) {}

    /**
     * What each training does in its own way. All but the steps is done by the first of several processes.
     *
     * @param step makes a step
     * @param validate measures what is learned on clips that are not trained on
     * @param save saves a checkpoint
     * @param sample draws pictures
     */
    public record Course(Step step, Measure validate, Save save, Save sample) {
        /** Of a training without pictures. */
        public Course(Step step, Measure validate, Save save) {
            this(step, validate, save, () -> {});
        }
    }

    /** A step. */
    @FunctionalInterface
    public interface Step {
        /**
         * Makes it.
         *
         * @param step from 1
         * @param reported whether its metrics are wanted: means since those that were wanted last
         * @return the metrics, by name, in a fixed order; empty where they are not wanted
         */
        Map<String, Double> make(int step, boolean reported) throws IOException;
    }

    /** A validation. */
    @FunctionalInterface
    public interface Measure {
        /** Its metrics by name, in a fixed order. */
        Map<String, Double> measure() throws IOException;
    }

    /** Writes to the run's folder. */
    @FunctionalInterface
    public interface Save {
        /** Writes the files whole. */
        void write() throws IOException;
    }

    /**
     * A training that has come to a step.
     *
     * @param steps how many there are to be
     * @param rate the learning rate of a step
     * @param step 0 for a new one
     * @param metrics null where another process keeps them
     * @param group the processes that train together, or null for one alone
     */
    public TrainingLoop(
            int steps,
            IntToDoubleFunction rate,
            Every every,
            int step,
            @Nullable Metrics metrics,
            @Nullable ProcessGroup group) {
        this.steps = steps;
        this.rate = rate;
        this.every = every;
        this.step = step;
        this.metrics = metrics;
        this.group = group;
    }

    /** How many steps were made, those of before the run was resumed included. */
    public int step() {
        return step;
    }

    /** How many there are to be. */
    public int steps() {
        return steps;
    }

    /** Makes the steps that are left, or those until the listener of any process asks for the end. */
    public void run(Course course, TrainListener listener) throws IOException {
        StepClock clock = new StepClock();
        while (step < steps) {
            if (stops(listener)) {
                if (metrics != null) {
                    course.save().write();
                    listener.onNote("stopped at step " + step);
                }
                return;
            }
            step++;
            clock.step();
            boolean reported = step == 1 || due(every.report());
            Map<String, Double> values = course.step().make(step, reported);
            if (reported) {
                clock.report(values);
                values.put("rate", rate.applyAsDouble(step));
                tell(values, listener);
            }
            if (due(every.save())) {
                if (metrics != null) {
                    tell(course.validate().measure(), listener);
                    course.save().write();
                    listener.onNote("checkpoint at step " + step);
                }
                clock.restart();
            }
            if (every.sample() > 0 && due(every.sample()) && metrics != null) {
                course.sample().write();
                clock.restart();
            }
        }
    }

    private boolean due(int each) {
        return step % each == 0 || step == steps;
    }

    private void tell(Map<String, Double> values, TrainListener listener) throws IOException {
        if (metrics != null) {
            metrics.add(step, values);
            listener.onStep(step, steps, values);
        }
    }

    private boolean stops(TrainListener listener) {
        boolean stop = listener.shouldStop(step);
        ProcessGroup all = group;
        if (all == null) {
            return stop;
        }
        try (TensorScope ignored = TensorScope.open("stop")) {
            Tensor asked = Tensors.zeros(DType.FP32, all.device(), 1).add(stop ? 1.0 : 0.0);
            return all.allReduce(asked).item() > 0;
        }
    }
}
