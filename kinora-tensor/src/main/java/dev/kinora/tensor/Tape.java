package dev.kinora.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backward through a computation that autograd cannot see as one, because between its parts processes talk. Each part, a
 * {@linkplain #segment segment}, is recorded by autograd by itself and begins at leaves of its own; the tape keeps the
 * parts' order and carries gradients from one to the part before. What processes say to each other enters as an
 * {@linkplain #exchange exchange} that says what to do with its gradient.
 *
 * <p>All tensors belong to the scope in which the tape is used.
 */
public final class Tape {
    private final Deque<Runnable> backwards = new ArrayDeque<>();
    private final boolean recording;

    /** A tape to go back on. */
    public Tape() {
        this(true);
    }

    private Tape(boolean recording) {
        this.recording = recording;
    }

    /** A tape for values alone: it keeps no graph, and there is nothing to go back to. */
    public static Tape ofValues() {
        return new Tape(false);
    }

    /** A tensor between two parts, outside any graph, and the gradient that has come to it so far. */
    public static final class Value {
        private final Tensor tensor;
        private final boolean watched;
        private final @Nullable Tensor recorded; // with the graph of its own part
        private @Nullable Tensor gradient;

        private Value(Tensor tensor, boolean watched, @Nullable Tensor recorded) {
            this.tensor = tensor;
            this.watched = watched;
            this.recorded = recorded;
        }

        /** The values, outside any graph. */
        public Tensor tensor() {
            return tensor;
        }

        /** What backward has brought here; null where nothing has come. */
        public @Nullable Tensor gradient() {
            return gradient;
        }

        private void accept(@Nullable Tensor more) {
            if (more != null && watched) {
                Tensor before = gradient;
                gradient = before == null ? more : before.add(more);
            }
        }
    }

    /** A value that needs no gradient: data. */
    public Value constant(Tensor tensor) {
        return new Value(tensor.detach(), false, null);
    }

    /**
     * Runs a part recorded by autograd.
     *
     * @param body gets the inputs' tensors in order, returns one tensor; parameters it uses collect their gradients
     */
    public Value segment(Function<List<Tensor>, Tensor> body, Value... inputs) {
        if (!recording) {
            List<Tensor> values = Stream.of(inputs).map(Value::tensor).toList();
            return constant(Grad.off(() -> TensorScope.compute(() -> body.apply(values))));
        }
        List<Tensor> leaves = new ArrayList<>();
        for (Value v : inputs) {
            leaves.add(v.watched ? v.tensor.detach().requiresGrad_(true) : v.tensor);
        }
        Tensor[] out = new Tensor[1];
        Grad.on(() -> out[0] = TensorScope.compute(() -> body.apply(leaves)));
        Tensor result = out[0];
        Value value =
                new Value(result.detach(), result.requiresGrad(), result); // data alone gives a result without a graph
        backwards.push(() -> {
            Tensor gradient = value.gradient;
            if (gradient == null) {
                return;
            }
            Autograd.backward(List.of(result), List.of(gradient));
            for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].watched) {
                    inputs[i].accept(leaves.get(i).grad());
                    leaves.get(i).release();
                }
            }
            result.release();
            gradient.release();
        });
        return value;
    }

    /**
     * Takes in what another process computed.
     *
     * @param received outside any graph
     * @param back gets its gradient, zeros where none came; called in backward on every process alike
     */
    public Value exchange(Tensor received, Consumer<Tensor> back) {
        if (!recording) {
            return constant(received);
        }
        Value value = new Value(received.detach(), true, null);
        backwards.push(() -> {
            Tensor g = value.gradient;
            back.accept(g == null ? Tensors.zerosLike(value.tensor) : g.contiguous());
        });
        return value;
    }

    /** Does something in backward between the parts before and those after: receives what belongs to {@code value}. */
    public void afterwards(Value value, Consumer<Consumer<Tensor>> back) {
        if (!recording) {
            return;
        }
        backwards.push(() -> back.accept(value::accept));
    }

    /** The sum over all processes; its gradient is the sum of all their gradients. */
    public Value allReduce(ProcessGroup group, Value value) {
        Tensor sum = group.allReduce(value.tensor.contiguous().copy());
        Value result = exchange(sum, g -> value.accept(group.allReduce(g.copy())));
        return result;
    }

    /** Sends to another process; in backward the gradient comes from there. */
    public void send(ProcessGroup group, Value value, int to, int tag) {
        group.send(value.tensor.contiguous(), to, tag);
        afterwards(
                value, accept -> accept.accept(group.receive(Tensors.emptyLike(value.tensor.contiguous()), to, tag)));
    }

    /** Receives from another process what it sends; in backward the gradient goes there. */
    public Value receive(ProcessGroup group, Tensor into, int from, int tag) {
        return exchange(group.receive(into, from, tag), g -> group.send(g, from, tag));
    }

    /**
     * The gradient of a parameter that the last part before {@code value} uses, if {@code gradient} came to the value;
     * nothing is gone through for good.
     *
     * @param parameter used in the segment that made the value
     */
    public Tensor gradientOf(Value value, Tensor gradient, Tensor parameter) {
        Tensor recorded = value.recorded;
        if (recorded == null) {
            throw new IllegalArgumentException("tape: value = received or data (expected: made by a segment)");
        }
        return Autograd.gradients(recorded.mul(gradient).sum(), List.of(parameter), true, false)
                .getFirst();
    }

    /** Goes back from scalars whose gradient is 1, through all parts in reverse order; the tape is then empty. */
    public void backward(List<Value> scalars) {
        for (Value s : scalars) {
            s.accept(Tensors.onesLike(s.tensor));
        }
        while (!backwards.isEmpty()) {
            backwards.pop().run();
        }
    }
}
