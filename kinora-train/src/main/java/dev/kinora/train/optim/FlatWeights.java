package dev.kinora.train.optim;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a run in one piece of fp32 memory, with their gradients in another. Parameters and gradients are views
 * of these, so that an optimizer, a weight average, a norm or an all-reduce is a few operations whatever the number of
 * layers. Where the networks compute in another type, they hold views of a copy in that type instead (mixed precision
 * with master weights, Micikevicius et al., arXiv 1710.03740). Matrices that are updated as matrices come first, equal shapes side by side; then what decays, what does not,
 * and last the buffers, which have no gradient.
 */
final class FlatWeights implements AutoCloseable {
    /** Elements that a parameter's place is rounded up to: 256 bytes, as allocators align. */
    private static final long ALIGNMENT = 64;

    /** A parameter's place. */
    private record Slot(String name, ParameterSet owner, Parameter parameter, long offset) {
        long room() {
            return room(parameter);
        }

        static long room(Parameter p) {
            return (p.numel() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }

    /**
     * Matrices of one shape, side by side.
     *
     * @param offset of the first
     * @param count how many
     * @param room elements from one to the next
     * @param rows outputs
     * @param columns inputs, times the taps of a kernel
     */
    record Matrices(long offset, long count, long room, long rows, long columns) {
        /** These places of a flat tensor: a view [count, rows * columns]. */
        Tensor of(Tensor flat) {
            return flat.narrow(0, offset, count * room).view(count, room).narrow(1, 0, rows * columns);
        }
    }

    private final TensorScope owner = TensorScope.owner("flat weights");
    private final List<Slot> slots = new ArrayList<>();
    private final List<Matrices> matrices;
    private final long matricesEnd;
    private final long decayedEnd;
    private final long trainedEnd;
    private final long end;
    private final Tensor weights;
    private final Tensor gradients;
    private final @Nullable Tensor working; // of the networks' type
    private final @Nullable Tensor workingGradients;

    /**
     * Moves the weights, which are initialised or loaded, and asks for their gradients.
     *
     * @param models by the name that each has in the checkpoint
     * @param trained which parameters are; the others are kept as buffers are
     * @param asMatrix which trained parameters are updated as matrices
     * @param compute the type that the networks compute in
     */
    FlatWeights(
            Map<String, ParameterSet> models,
            Predicate<Parameter> trained,
            Predicate<Parameter> asMatrix,
            DType compute) {
        Map<String, List<Slot>> byShape = new LinkedHashMap<>();
        List<Slot> decayed = new ArrayList<>();
        List<Slot> plain = new ArrayList<>();
        List<Slot> buffers = new ArrayList<>();
        models.forEach((model, set) -> set.all().forEach(p -> {
            Slot slot = new Slot(model + "." + p.key(), set, p, 0);
            if (!trained.test(p)) {
                buffers.add(slot);
            } else if (asMatrix.test(p)) {
                byShape.computeIfAbsent(Arrays.toString(p.shape()), k -> new ArrayList<>())
                        .add(slot);
            } else {
                (p.shape().length > 1 ? decayed : plain).add(slot);
            }
        }));
        List<Matrices> groups = new ArrayList<>();
        long at = 0;
        for (List<Slot> same : byShape.values()) {
            Parameter first = same.getFirst().parameter();
            long rows = first.shape()[0];
            groups.add(new Matrices(at, same.size(), Slot.room(first), rows, first.numel() / rows));
            at = place(same, at);
        }
        this.matrices = List.copyOf(groups);
        this.matricesEnd = at;
        this.decayedEnd = place(decayed, matricesEnd);
        this.trainedEnd = place(plain, decayedEnd);
        this.end = place(buffers, trainedEnd);
        Device device = slots.isEmpty()
                ? Device.CPU
                : slots.getFirst().parameter().value().device();
        this.weights = owner.adopt(TensorScope.compute(() -> Tensors.zeros(DType.FP32, device, end)));
        this.gradients = owner.adopt(TensorScope.compute(() -> Tensors.zeros(DType.FP32, device, trainedEnd)));
        boolean copied = compute != DType.FP32;
        this.working = copied ? owner.adopt(TensorScope.compute(() -> Tensors.zeros(compute, device, end))) : null;
        this.workingGradients =
                copied ? owner.adopt(TensorScope.compute(() -> Tensors.zeros(compute, device, trainedEnd))) : null;
        Grad.off(() -> slots.forEach(this::move));
        publish();
    }

    /** Brings changed weights to the networks. */
    void publish() {
        Tensor copy = working;
        if (copy != null) {
            Grad.off(() -> {
                copy.copy_(weights);
            });
        }
    }

    /** Adds what backward has left at the networks to the gradients. */
    void collect() {
        Tensor left = workingGradients;
        if (left != null) {
            Grad.off(() -> TensorScope.run("collect", () -> {
                gradients.add_(left);
                left.zero_();
            }));
        }
    }

    /** Forgets all gradients. */
    void clearGradients() {
        Grad.off(() -> {
            gradients.zero_();
            if (workingGradients != null) {
                workingGradients.zero_();
            }
        });
    }

    private long place(List<Slot> some, long from) {
        long at = from;
        for (Slot s : some) {
            slots.add(new Slot(s.name(), s.owner(), s.parameter(), at));
            at += s.room();
        }
        return at;
    }

    private void move(Slot s) {
        TensorScope.run("flatten", () -> {
            Tensor place = view(weights, s);
            place.copy_(s.parameter().value().detach());
            Tensor used = working == null ? place : view(working, s);
            s.owner().bind(s.parameter().key(), used.detach());
            if (s.offset() < trainedEnd) {
                Tensor gradient = view(workingGradients == null ? gradients : workingGradients, s);
                s.parameter().value().requiresGrad_(true).setGrad(gradient);
            }
        });
    }

    private static Tensor view(Tensor flat, Slot s) {
        return flat.narrow(0, s.offset(), s.parameter().numel())
                .view(s.parameter().shape());
    }

    /** All weights and buffers: fp32 [N]. */
    Tensor weights() {
        return weights;
    }

    /** The gradients of all trained weights: fp32 [N without buffers]. */
    Tensor gradients() {
        return gradients;
    }

    /** What {@code asMatrix} chose, grouped by shape. */
    List<Matrices> matrices() {
        return matrices;
    }

    /** Elements that belong to matrices. */
    long matricesEnd() {
        return matricesEnd;
    }

    /** Elements before those that weight decay leaves alone. */
    long decayedEnd() {
        return decayedEnd;
    }

    /** Elements that are trained. */
    long trainedEnd() {
        return trainedEnd;
    }

    /** Number of trained weights, without the gaps between them. */
    long numel() {
        return slots.stream()
                .filter(s -> s.offset() < trainedEnd)
                .mapToLong(s -> s.parameter().numel())
                .sum();
    }

    /**
     * Views of the parameters' places in another flat tensor that begins at {@code from}, by name: for checkpoints.
     *
     * @param flat holds the places {@code from} up to {@code from + flat.numel()}; views go into the open scope
     */
    Map<String, Tensor> named(String prefix, Tensor flat, long from) {
        Map<String, Tensor> views = new LinkedHashMap<>();
        for (Slot s : slots) {
            if (s.offset() >= from && s.offset() + s.room() <= from + flat.numel()) {
                views.put(
                        prefix + s.name(),
                        flat.narrow(0, s.offset() - from, s.parameter().numel())
                                .view(s.parameter().shape()));
            }
        }
        return views;
    }

    @Override
    public void close() {
        owner.close();
    }
}
