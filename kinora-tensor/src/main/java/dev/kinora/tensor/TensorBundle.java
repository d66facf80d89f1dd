package dev.kinora.tensor;

import java.util.List;

/** A value made of tensors that can leave a {@link TensorScope} whole: usually a record. */
public interface TensorBundle {
    /** Every tensor the value holds; none may be null. */
    List<Tensor> tensors();
}
