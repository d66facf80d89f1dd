/** The {@code kinora} command: one thin class per subcommand; what they do lives in the rooms above. */
@NullMarked
package dev.kinora.cli;

import org.jspecify.annotations.NullMarked;
