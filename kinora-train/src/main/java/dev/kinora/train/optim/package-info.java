/** How weights are updated: AdamW, Muon, the average of the weights, learning rates, precision. */
@NullMarked
package dev.kinora.train.optim;

import org.jspecify.annotations.NullMarked;
