/** CLIP: pictures and texts in one space (Radford et al., arXiv 2103.00020), and aesthetic heads over it. */
@NullMarked
package dev.kinora.models.clip;

import org.jspecify.annotations.NullMarked;
