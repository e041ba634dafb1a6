import Foundation
import Runtime

extension Double {
    /// Two digits and a power of ten, such as `3.1e-04`.
    var scientific: String { String(format: "%.1e", self) }

    /// The number with `digits` decimals, the same in every locale.
    func text(_ digits: Int) -> String {
        String(format: "%.\(digits)f", self)
    }

    /// The number with as few decimals as it needs, at most three.
    var short: String {
        var text = text(3)
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}

extension String {
    /// The text filled with spaces on the left to `width`.
    func right(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }

    /// The text filled with spaces on the right to `width`.
    func left(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

extension UInt64 {
    /// Sixteen hexadecimal digits, as hashes are printed.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension TimeSpan {
    /// Milliseconds to print: the quotient is the nearest number, so 25 ms is 25 and not 24.999….
    var printedMilliseconds: Double { Double(nanoseconds) / 1e6 }
}
