@NullMarked
package dev.kinora.curate.engine;

import org.jspecify.annotations.NullMarked;
