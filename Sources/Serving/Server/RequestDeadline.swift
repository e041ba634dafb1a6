import Diagnostics
import NIOCore
import Runtime

/// How long a request is worth answering, as its client says under `simrun/deadline_ns`.
///
/// A span and not an instant: two machines' clocks differ.
struct RequestDeadline {
    private let span: TimeSpan?

    /// Reads a request's.
    ///
    /// - Throws: ``Diagnostics/InputError`` for keys of ours that hold what they cannot.
    init(_ request: MessagePackValue) throws(InputError) {
        switch request[WireKey.deadline] {
        case nil: span = nil
        case .integer(let nanoseconds)? where (1...Self.longest).contains(nanoseconds):
            span = TimeSpan(nanoseconds: nanoseconds)
        case let other?:
            throw InputError(
                key: WireKey.deadline,
                expected: "nanoseconds from the request's arrival, 1 to an hour",
                found: other.number.map { "\($0)" } ?? other.kind
            )
        }
        switch request[WireKey.tick] {
        case nil, .integer?: break
        case let other?:
            throw InputError(key: WireKey.tick, expected: "an integer", found: other.kind)
        }
    }

    /// Whether it has passed, for a request that came at `arrival`.
    func hasPassed(since arrival: NIODeadline) -> Bool {
        span.map { NIODeadline.now() - arrival > TimeAmount($0) } ?? false
    }

    /// What a late request is answered.
    static let expired = MessagePackValue.Entry(WireKey.expired, .bool(true))

    private static let longest: Int64 = 3_600_000_000_000
}
