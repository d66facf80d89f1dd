@NullMarked
package dev.kinora.spark;

import org.jspecify.annotations.NullMarked;
