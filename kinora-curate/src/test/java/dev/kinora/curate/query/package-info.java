@NullMarked
package dev.kinora.curate.query;

import org.jspecify.annotations.NullMarked;
