@NullMarked
package dev.kinora.language.judge;

import org.jspecify.annotations.NullMarked;
