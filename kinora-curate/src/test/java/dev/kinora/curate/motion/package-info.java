@NullMarked
package dev.kinora.curate.motion;

import org.jspecify.annotations.NullMarked;
