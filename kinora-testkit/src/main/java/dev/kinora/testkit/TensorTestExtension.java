package dev.kinora.testkit;

import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Torch;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** See {@link TensorTest}. */
final class TensorTestExtension implements InvocationInterceptor, BeforeAllCallback, AfterAllCallback {
    private int threadsBefore;

    @Override
    public void beforeAll(ExtensionContext context) {
        threadsBefore = Torch.threads();
        int threads = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), TensorTest.class)
                .map(TensorTest::threads)
                .orElse(0);
        if (threads > 0) {
            Torch.setThreads(threads);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (Torch.threads() != threadsBefore) {
            Torch.setThreads(threadsBefore);
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        guarded(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        guarded(invocation, context);
    }

    private static void guarded(Invocation<@Nullable Void> invocation, ExtensionContext context) throws Throwable {
        long before = TensorScope.liveTensors();
        try (TensorScope scope = TensorScope.open(context.getDisplayName())) {
            invocation.proceed();
        }
        long leaked = TensorScope.liveTensors() - before;
        if (leaked != 0) {
            throw new AssertionError(context.getDisplayName() + ": tensors alive after the test = " + leaked
                    + " (expected: 0; run with -Dkinora.tensor.debug=true for birthplaces)");
        }
    }
}
