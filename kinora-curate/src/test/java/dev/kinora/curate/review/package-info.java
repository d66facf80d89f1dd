@NullMarked
package dev.kinora.curate.review;

import org.jspecify.annotations.NullMarked;
