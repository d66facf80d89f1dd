@NullMarked
package dev.kinora.language.caption;

import org.jspecify.annotations.NullMarked;
