@NullMarked
package dev.kinora.language.prompt;

import org.jspecify.annotations.NullMarked;
