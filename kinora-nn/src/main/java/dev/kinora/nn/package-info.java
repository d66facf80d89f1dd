/** Named parameters and the layers that hold them: the tree every model is built from. */
@NullMarked
package dev.kinora.nn;

import org.jspecify.annotations.NullMarked;
