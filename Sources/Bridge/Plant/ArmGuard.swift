public import Diagnostics
internal import Foundation
internal import Robots
public import Runtime

/// The other end of a ``Lifeline``.
public struct ArmGuard {
    /// What made the guard stop the arm.
    public enum Verdict: Equatable, Sendable {
        /// The loop ended and said so.
        case ended
        /// The loop died; so many servos are held.
        case died(held: Int)
        /// The loop fell silent; so many servos are held.
        case silent(held: Int)
    }

    private let servos: ArmServos
    private let silence: TimeSpan

    /// - Parameters:
    ///   - servos: The arm's servos.
    ///   - silence: How long the loop may be silent once it has begun.
    public init(servos: ArmServos, silence: TimeSpan) {
        self.servos = servos
        self.silence = silence
    }

    /// Watches the loop on the descriptors that ``Lifeline`` left, to its end.
    ///
    /// - Throws: ``Diagnostics/InputError`` when this process was not started by a lifeline.
    public func watch() throws(InputError) -> Verdict {
        let socket = Lifeline.socketDescriptor
        guard fcntl(socket, F_GETFD) >= 0, fcntl(Lifeline.portDescriptor, F_GETFD) >= 0 else {
            throw InputError(expected: "the descriptors of a lifeline", found: "none")
        }
        let port = SerialPort(inherited: Lifeline.portDescriptor, baud: servos.baud)
        let stop = ArmStop(
            bus: ServoBus(wire: servos.wire, port: port),
            servos: servos
        )
        send(LifelineWord.ready, on: socket)
        var hasBegun = false
        while true {
            var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let patience = hasBegun ? Int32(silence.milliseconds.rounded(.up)) : -1
            let ready = poll(&wanted, 1, patience)
            if ready < 0, errno == EINTR { continue }
            if ready == 0 {
                // First the word, so that the loop stops writing.
                send(LifelineWord.taken, on: socket)
                return .silent(held: hold(stop, port))
            }
            var words = [UInt8](repeating: 0, count: 64)
            let count = read(socket, &words, words.count)
            if count <= 0 { return .died(held: hold(stop, port)) }
            if words.prefix(count).contains(LifelineWord.end) { return .ended }
            hasBegun = true
        }
    }

    /// Holds the arm, and looks again a little later.
    private func hold(_ stop: ArmStop, _ port: SerialPort) -> Int {
        let held = stop.holdHere(until: port.now() + .seconds(5))
        port.sleep(until: port.now() + .milliseconds(60))
        return min(held, stop.insist(until: port.now() + .seconds(2)))
    }

    private func send(_ word: UInt8, on socket: Int32) {
        var word = word
        _ = Foundation.send(socket, &word, 1, Int32(MSG_NOSIGNAL))
    }
}
