/** How the loss falls with compute: studies of several model sizes and amounts of data. */
@NullMarked
package dev.kinora.train.scaling;

import org.jspecify.annotations.NullMarked;
