/** TransNet V2: where one shot of a video ends and the next begins. */
@NullMarked
package dev.kinora.models.transnet;

import org.jspecify.annotations.NullMarked;
