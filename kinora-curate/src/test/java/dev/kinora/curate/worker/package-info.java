@NullMarked
package dev.kinora.curate.worker;

import org.jspecify.annotations.NullMarked;
