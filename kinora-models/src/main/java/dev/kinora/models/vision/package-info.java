/** Networks that look at pictures: what they see is compared, not generated. */
@NullMarked
package dev.kinora.models.vision;

import org.jspecify.annotations.NullMarked;
