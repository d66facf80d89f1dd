/** Schedules, solvers, guidance and parameterisations of diffusion models. Knows no model. */
@NullMarked
package dev.kinora.diffusion;

import org.jspecify.annotations.NullMarked;
