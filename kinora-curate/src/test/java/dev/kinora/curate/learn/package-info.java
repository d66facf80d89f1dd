@NullMarked
package dev.kinora.curate.learn;

import org.jspecify.annotations.NullMarked;
