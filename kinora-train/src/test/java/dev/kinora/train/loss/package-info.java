/** Tests. */
@NullMarked
package dev.kinora.train.loss;

import org.jspecify.annotations.NullMarked;
