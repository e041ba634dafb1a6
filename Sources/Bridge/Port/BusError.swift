/// What can go wrong on a bus, short of bad input.
public enum BusError: Error, Equatable, Sendable {
    /// The port is gone or cannot be written; the system's error number.
    case portLost(errno: Int32)
    /// A servo did not answer in time, with how often it was asked.
    case noAnswer(id: UInt8, tries: Int)
    /// A servo answered that it refuses.
    case refused(id: UInt8, register: String)
    /// A servo did not take a value over: written, read back, different.
    case notTaken(id: UInt8, register: String)
}

extension BusError: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .portLost(let errno): "the port is lost: \(systemMessage(errno))"
        case .noAnswer(let id, let tries): "servo \(id) gave no answer in \(tries) tries"
        case .refused(let id, let register): "servo \(id) refused a write of \(register)"
        case .notTaken(let id, let register): "servo \(id) did not take over \(register)"
        }
    }
}
