/** The facade over libtorch: tensors, their lexical lifetimes, random numbers and compute kernels. */
@NullMarked
package dev.kinora.tensor;

import org.jspecify.annotations.NullMarked;
