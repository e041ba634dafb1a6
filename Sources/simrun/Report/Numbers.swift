import Foundation

extension Double {
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
