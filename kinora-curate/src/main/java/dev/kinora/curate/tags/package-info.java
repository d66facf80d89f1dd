/** Seven reasons why a clip may teach a model the wrong thing, as queries over its scores. */
@NullMarked
package dev.kinora.curate.tags;

import org.jspecify.annotations.NullMarked;
