package dev.kinora.models;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The tensors of a file under testdata. */
public final class Stored {
    private final Checkpoint checkpoint;
    private final String prefix;

    private Stored(Checkpoint checkpoint, String prefix) {
        this.checkpoint = checkpoint;
        this.prefix = prefix;
    }

    /** Opens a file or a component's folder, relative to testdata. */
    public static Stored open(String path) {
        try {
            return new Stored(Checkpoint.open(Goldens.path(path)), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tensors whose names begin with this path, which the names then lack. */
    public Stored at(String path) {
        return new Stored(checkpoint, prefix + path + "/");
    }

    /** Whether there is such a tensor. */
    public boolean has(String name) {
        return checkpoint.has(prefix + name);
    }

    /** A copy of one tensor. */
    public Tensor get(String name) {
        TensorInfo info = checkpoint.info(prefix + name);
        return Tensors.copyOf(
                checkpoint.segment(prefix + name),
                Objects.requireNonNull(info.type().dtype()),
                info.dims());
    }

    /** The names below here. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (String n : checkpoint.names()) {
            if (n.startsWith(prefix)) {
                names.add(n.substring(prefix.length()));
            }
        }
        return names;
    }

    /** Binds every parameter of a model. */
    public void fill(ParameterSet parameters, DType dtype) {
        for (Parameter p : parameters.all()) {
            parameters.bind(p.key(), get(p.key()).to(dtype));
        }
    }
}
