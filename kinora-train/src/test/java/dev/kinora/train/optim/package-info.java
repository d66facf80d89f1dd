/** Tests. */
@NullMarked
package dev.kinora.train.optim;

import org.jspecify.annotations.NullMarked;
