package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;

/** A table of vectors looked up by id. */
public final class Embedding {
    private final Parameter weight; // [rows, width]

    Embedding(Names at, long rows, long width) {
        this.weight = at.parameter("weight", Init.normal(1), rows, width);
    }

    /** The table, [rows, width]. */
    public Parameter weight() {
        return weight;
    }

    /** int64 ids [...] to [..., width]. */
    public Tensor forward(Tensor ids) {
        return F.embedding(weight.value(), ids);
    }
}
