public import Runtime

/// A policy server's answer to one observation.
public struct PolicyReply: Equatable, Sendable {
    /// The map that the server sent.
    public let fields: MessagePackValue
    /// Its length on the wire, without the frame's header.
    public let byteCount: Int

    /// The action chunk under the key `actions`; lists of numbers become an array of float64.
    ///
    /// nil without that key, or where its value is not a box of numbers.
    public var actions: NumpyArray? {
        switch fields["actions"] {
        case .ndarray(let array)?: array
        case .array(let items)?: Self.array(of: items)
        default: nil
        }
    }

    /// Time in the policy as the server's loop saw it (`server_timing.infer_ms`).
    public var serverInfer: TimeSpan? { span("server_timing", "infer_ms") }

    /// Time in the policy as it saw itself (`policy_timing.infer_ms`).
    public var policyInfer: TimeSpan? { span("policy_timing", "infer_ms") }

    /// The server's whole round before this one (`server_timing.prev_total_ms`).
    ///
    /// openpi's server counts its wait for the request too, so this is not its share of the round
    /// trip.
    public var previousRound: TimeSpan? { span("server_timing", "prev_total_ms") }

    private func span(_ group: String, _ key: String) -> TimeSpan? {
        guard let value = fields[group]?[key]?.number, value.isFinite, value >= 0 else {
            return nil
        }
        return .milliseconds(value)
    }

    private static func array(of items: [MessagePackValue]) -> NumpyArray? {
        var shape: [Int] = []
        var level = items
        while true {
            shape.append(level.count)
            guard case .array(let next)? = level.first else { break }
            level = next
        }
        var bytes: [UInt8] = []
        guard append(items, shape: shape[...], to: &bytes) else { return nil }
        return NumpyArray(type: .float64, shape: shape, bytes: bytes)
    }

    private static func append(
        _ items: [MessagePackValue],
        shape: ArraySlice<Int>,
        to bytes: inout [UInt8]
    ) -> Bool {
        guard items.count == shape.first else { return false }
        for item in items {
            if case .array(let inner) = item {
                guard append(inner, shape: shape.dropFirst(), to: &bytes) else { return false }
            } else {
                guard shape.count == 1, let number = item.number else { return false }
                withUnsafeBytes(of: number.bitPattern.littleEndian) {
                    bytes.append(contentsOf: $0)
                }
            }
        }
        return true
    }
}
