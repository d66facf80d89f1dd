package dev.kinora.cli;

import dev.kinora.tensor.Device;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** Where a command computes. */
final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda or cuda:N. Default: cpu.",
            converter = Parser.class)
    private Device device = Device.CPU;

    /** Reads a device's name. */
    static final class Parser implements ITypeConverter<Device> {
        @Override
        public Device convert(String text) {
            return Device.parse(text);
        }
    }

    /** The device, after a look whether there is one. */
    Device get() {
        try {
            return device.require();
        } catch (IllegalArgumentException e) {
            throw new CommandException("--" + e.getMessage(), e);
        }
    }
}
