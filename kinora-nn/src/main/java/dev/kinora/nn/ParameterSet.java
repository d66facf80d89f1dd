package dev.kinora.nn;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The parameters of one model in declaration order, the layers that carry them, and the scope that owns the weights. */
public final class ParameterSet implements AutoCloseable {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Linear> linears = new LinkedHashMap<>();
    private final Map<String, Conv2d> convolutions = new LinkedHashMap<>();
    private final TensorScope owner = TensorScope.owner("weights");

    ParameterSet() {}

    Parameter declare(Parameter parameter) {
        if (parameters.putIfAbsent(parameter.key(), parameter) != null) {
            throw new IllegalStateException("ParameterSet: key = " + parameter.key() + " (expected: declared once)");
        }
        return parameter;
    }

    void register(String path, Linear linear) {
        linears.put(path, linear);
    }

    void register(String path, Conv2d conv) {
        convolutions.put(path, conv);
    }

    /** All parameters and persistent buffers, in declaration order. */
    public Collection<Parameter> all() {
        return Collections.unmodifiableCollection(parameters.values());
    }

    /** The parameter with this key, or null. */
    public @Nullable Parameter get(String key) {
        return parameters.get(key);
    }

    /** Linear layers by their path ({@code transformer_blocks.0.attn1.to_q}): where adapters attach. */
    public Map<String, Linear> linears() {
        return Collections.unmodifiableMap(linears);
    }

    /** 2D convolutions by their path ({@code patch_embed.proj}): where adapters attach. */
    public Map<String, Conv2d> convolutions() {
        return Collections.unmodifiableMap(convolutions);
    }

    /** Total number of elements. */
    public long numel() {
        return all().stream().mapToLong(Parameter::numel).sum();
    }

    /**
     * Fills one slot; the tensor moves into this set's scope. A value it replaces is freed.
     *
     * @throws IllegalArgumentException for an unknown key or another shape
     */
    public void bind(String key, Tensor value) {
        Parameter p = parameters.get(key);
        if (p == null) {
            throw new IllegalArgumentException("ParameterSet: key = " + key + " (expected: a declared key)");
        }
        Tensor before = p.isBound() ? p.value() : null;
        p.set(value);
        owner.adopt(value.named(key));
        if (before != null && before != value) {
            before.release();
        }
    }

    /**
     * Fills one slot and moves the value it had to another scope instead of freeing it: for changes that shall be
     * undone.
     *
     * @return the value it had
     * @throws IllegalArgumentException for an unknown key or another shape
     * @throws IllegalStateException if the slot was empty
     */
    public Tensor exchange(String key, Tensor value, TensorScope keeper) {
        Parameter p = parameters.get(key);
        if (p == null) {
            throw new IllegalArgumentException("ParameterSet: key = " + key + " (expected: a declared key)");
        }
        Tensor before = p.value();
        p.set(value);
        owner.adopt(value.named(key));
        return keeper.adopt(before);
    }

    /** Draws every parameter afresh in declaration order, in fp32. */
    public void initialize(Rng rng) {
        for (Parameter p : all()) {
            bind(p.key(), TensorScope.compute(() -> p.init().draw(rng, p.shape())));
        }
    }

    /** Converts every bound weight. */
    public void to(DType dtype) {
        replaceAll(v -> v.dtype() == dtype, v -> v.to(dtype));
    }

    /** Where the weights are; the CPU while none is bound. */
    public Device device() {
        return parameters.values().stream()
                .filter(Parameter::isBound)
                .findFirst()
                .map(p -> p.value().device())
                .orElse(Device.CPU);
    }

    /** The type of the weights, by the first that is bound; fp32 while none is. */
    public DType dtype() {
        return parameters.values().stream()
                .filter(Parameter::isBound)
                .findFirst()
                .map(p -> p.value().dtype())
                .orElse(DType.FP32);
    }

    /** Moves every bound weight. */
    public void to(Device device) {
        replaceAll(v -> v.device().equals(device), v -> v.to(device));
    }

    private void replaceAll(Predicate<Tensor> asWanted, UnaryOperator<Tensor> change) {
        Grad.off(() -> {
            for (Parameter p : all()) {
                // one that is as wanted stays itself: it may be what keeps a mapped file from being unmapped
                if (p.isBound() && !asWanted.test(p.value())) {
                    TensorScope.run("convert", () -> bind(p.key(), change.apply(p.value())));
                }
            }
        });
    }

    /** Frees the weights. */
    @Override
    public void close() {
        owner.close();
    }
}
