/** Low-rank adaptation (arXiv 2106.09685): reading the files in use, applying them live or merged, training new ones. */
@NullMarked
package dev.kinora.models.lora;

import org.jspecify.annotations.NullMarked;
