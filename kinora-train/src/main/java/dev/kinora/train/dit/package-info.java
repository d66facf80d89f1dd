/** Training the diffusion transformer: from scratch, further, or a LoRA beside it. */
@NullMarked
package dev.kinora.train.dit;

import org.jspecify.annotations.NullMarked;
