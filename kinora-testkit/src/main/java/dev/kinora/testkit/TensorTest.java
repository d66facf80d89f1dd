package dev.kinora.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Opens a tensor scope around every test method of the class and fails the test if a tensor is still alive after the
 * scope closes.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TensorTestExtension.class)
public @interface TensorTest {
    /**
     * libtorch's threads while the class runs, 0 for as many as there are: tiny operations gain nothing from more than
     * one, and lose much where the machine is busy.
     */
    int threads() default 0;
}
