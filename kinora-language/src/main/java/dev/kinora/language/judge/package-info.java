/** Why a clip may teach the wrong thing, as a model that sees it says. */
@NullMarked
package dev.kinora.language.judge;

import org.jspecify.annotations.NullMarked;
