internal import Foundation

/// What there is to know about this computer's serial ports, and what slows them down.
public enum PortAdvice {
    /// Serial ports that may carry a servo bus, by path.
    public static func ports() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
        return names.filter { $0.hasPrefix("ttyUSB") || $0.hasPrefix("ttyACM") }
            .sorted().map { "/dev/" + $0 }
    }

    /// How long a USB adapter of FTDI gathers bytes before it sends them, in milliseconds; nil for
    /// ports that have no such timer.
    public static func latencyTimer(of path: String) -> Int? {
        let name = URL(filePath: path).resolvingSymlinksInPath().lastPathComponent
        let file = "/sys/bus/usb-serial/devices/\(name)/latency_timer"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The command that makes the timer of `path` as short as it gets.
    public static func latencyCommand(for path: String) -> String {
        let name = URL(filePath: path).resolvingSymlinksInPath().lastPathComponent
        return "echo 1 | sudo tee /sys/bus/usb-serial/devices/\(name)/latency_timer"
    }

    /// A udev rule that opens serial adapters to the users of this seat and keeps FTDI's timer short
    /// whenever one is plugged in.
    public static let udevRule = """
        # /etc/udev/rules.d/60-simrun.rules
        SUBSYSTEM=="tty", KERNEL=="ttyUSB[0-9]*|ttyACM[0-9]*", TAG+="uaccess", GROUP="dialout", MODE="0660"
        SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"
        """

    static let udevHint = "`simrun arm scan --udev` prints a rule that lets you"
}
