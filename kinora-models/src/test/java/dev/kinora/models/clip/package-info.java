@NullMarked
package dev.kinora.models.clip;

import org.jspecify.annotations.NullMarked;
