@NullMarked
package dev.kinora.curate.dedup;

import org.jspecify.annotations.NullMarked;
