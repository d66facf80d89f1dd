package dev.kinora.models.lora;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Linear;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * LoRA files at work in a model, until closed: {@link #attach live}, as two thin products beside each layer, or
 * {@link #fuse merged} into the weights. Closing leaves the model exactly as it was. Live costs time at every step and
 * next to no memory; merged costs a copy of the adapted weights and no time.
 */
public final class Lora implements AutoCloseable {
    private final List<LoraReport> reports;
    private final Runnable undo;
    private boolean closed;

    private Lora(List<LoraReport> reports, Runnable undo) {
        this.reports = List.copyOf(reports);
        this.undo = undo;
    }

    /**
     * A file and how strongly it works.
     *
     * @param file the file
     * @param scale multiplies its effect; 1 is as trained, negative is the opposite
     */
    public record Scaled(LoraFile file, double scale) {
        /** Checks the scale. */
        public Scaled {
            if (!Double.isFinite(scale)) {
                throw new IllegalArgumentException("Lora: scale = " + scale + " (expected: a finite number)");
            }
        }
    }

    /**
     * What {@link #attach} would do, without doing it: needs no weights, so a file can be refused before any work.
     *
     * @throws dev.kinora.weights.CheckpointException if a file has no layer of the model or does not fit it
     */
    public static List<LoraReport> check(ParameterSet model, String component, List<Scaled> files) {
        return matchAll(new LoraMatch(model, component), files).stream()
                .map(LoraMatch.Matched::report)
                .toList();
    }

    /**
     * Adds the files' products to the layers' outputs.
     *
     * @param component the model's name in the pipeline, such as {@code transformer}
     * @throws dev.kinora.weights.CheckpointException if a file has no layer of the model or does not fit it; then
     *     nothing was changed
     */
    public static Lora attach(ParameterSet model, String component, List<Scaled> files) {
        LoraMatch match = new LoraMatch(model, component);
        List<LoraMatch.Matched> all = matchAll(match, files);
        TensorScope owner = TensorScope.owner("lora");
        List<Runnable> undo = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            LoraFile file = files.get(i).file();
            double scale = files.get(i).scale();
            all.get(i).layers().forEach((path, layer) -> {
                DType dtype = match.weight(path).value().dtype();
                Tensor down = own(owner, file, layer.down(), dtype);
                Tensor up = own(owner, file, layer.up(), dtype);
                undo.add(attachTo(model, path, () -> down, () -> up, layer.scaling() * scale));
            });
        }
        return new Lora(all.stream().map(LoraMatch.Matched::report).toList(), () -> {
            undo.forEach(Runnable::run);
            owner.close();
        });
    }

    private static Tensor own(TensorScope owner, LoraFile file, String key, DType dtype) {
        return owner.adopt(TensorScope.compute(
                () -> Grad.off(() -> file.tensor(key).to(dtype).copy())));
    }

    /** Puts one pair beside a layer, computing in the pair's type; the result takes it off again. */
    static Runnable attachTo(
            ParameterSet model, String path, Supplier<Tensor> down, Supplier<Tensor> up, double scaling) {
        Linear linear = model.linears().get(path);
        if (linear != null) {
            UnaryOperator<Tensor> adapter = x -> {
                Tensor a = down.get();
                return F.linear(F.linear(x.to(a.dtype()), a, null), up.get(), null)
                        .mul(scaling)
                        .to(x.dtype());
            };
            linear.attach(adapter);
            return () -> linear.detach(adapter);
        }
        Conv2d conv = Objects.requireNonNull(model.convolutions().get(path), path);
        UnaryOperator<Tensor> adapter = x -> {
            Tensor a = down.get();
            Tensor thin = F.conv2d(x.to(a.dtype()), a, null, conv.stride(), conv.padding());
            return F.conv2d(thin, up.get(), null, new long[] {1, 1}, new long[] {0, 0})
                    .mul(scaling)
                    .to(x.dtype());
        };
        conv.attach(adapter);
        return () -> conv.detach(adapter);
    }

    /**
     * Adds the files' products to the layers' weights, in fp32, rounded once to the weights' type. The weights there
     * were are kept and come back on {@link #close}; where they are mapped from a file, keeping them costs nothing.
     *
     * @param component the model's name in the pipeline, such as {@code transformer}
     * @throws dev.kinora.weights.CheckpointException if a file has no layer of the model or does not fit it; then
     *     nothing was changed
     */
    public static Lora fuse(ParameterSet model, String component, List<Scaled> files) {
        LoraMatch match = new LoraMatch(model, component);
        List<LoraMatch.Matched> all = matchAll(match, files);
        TensorScope keeper = TensorScope.owner("weights before lora");
        Map<String, Tensor> before = new LinkedHashMap<>();
        match.paths().forEach(path -> {
            List<Integer> sources = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).layers().containsKey(path)) {
                    sources.add(i);
                }
            }
            if (!sources.isEmpty()) {
                Tensor weight = match.weight(path).value();
                Tensor merged = TensorScope.compute(() -> Grad.off(() -> {
                    Tensor sum = weight.to(DType.FP32);
                    for (int i : sources) {
                        LoraFile.Layer layer =
                                Objects.requireNonNull(all.get(i).layers().get(path));
                        sum = sum.add(
                                delta(files.get(i).file(), layer, files.get(i).scale(), weight));
                    }
                    return sum.to(weight.dtype());
                }));
                String key = match.weight(path).key();
                before.put(key, model.exchange(key, merged, keeper));
            }
        });
        return new Lora(all.stream().map(LoraMatch.Matched::report).toList(), () -> {
            before.forEach(model::bind);
            keeper.close();
        });
    }

    /** up · down · scaling in the weight's shape, fp32. */
    private static Tensor delta(LoraFile file, LoraFile.Layer layer, double scale, Tensor weight) {
        Tensor down =
                file.tensor(layer.down()).to(DType.FP32).to(weight.device()).flatten(1, -1); // [rank, in k k]
        Tensor up = file.tensor(layer.up()).to(DType.FP32).to(weight.device()).flatten(1, -1); // [out, rank]
        return up.matmul(down).mul(layer.scaling() * scale).reshape(weight.shape());
    }

    private static List<LoraMatch.Matched> matchAll(LoraMatch match, List<Scaled> files) {
        return files.stream().map(f -> match.match(f.file(), f.scale())).toList();
    }

    /** What of each file found its layer, in the order given. */
    public List<LoraReport> reports() {
        return reports;
    }

    /** Takes the files off again. Lora that were fused one upon another end in the opposite order. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            undo.run();
        }
    }
}
