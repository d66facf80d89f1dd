@NullMarked
package dev.kinora.curate.text;

import org.jspecify.annotations.NullMarked;
