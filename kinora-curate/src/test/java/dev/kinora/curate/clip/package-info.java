@NullMarked
package dev.kinora.curate.clip;

import org.jspecify.annotations.NullMarked;
