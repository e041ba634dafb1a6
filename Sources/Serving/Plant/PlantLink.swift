public import Diagnostics
public import Runtime

/// The loop's end of an outside plant: one order, one answer.
///
/// The plant is the client: each of its messages is an answer, first of all what it is, and each
/// reply to it the next order.
public final class PlantLink: Sendable {
    private let turns: TurnLink
    private let timeout: TimeSpan

    /// Creates the end of a plant that is still to come.
    ///
    /// - Parameters:
    ///   - turns: Where it will connect.
    ///   - timeout: How long an answer may take.
    public init(_ turns: TurnLink, timeout: TimeSpan) {
        self.turns = turns
        self.timeout = timeout
    }

    /// What went wrong on the other side, in its words; nil if nothing did.
    public var trouble: String? { turns.trouble }

    /// Waits for a plant to connect and say what it is.
    ///
    /// - Returns: Nil when stopped.
    /// - Throws: ``Diagnostics/InputError`` for a description that cannot be.
    public func awaitPlant() throws(InputError) -> PlantDescription? {
        guard let message = turns.receive(within: nil) else { return nil }
        do {
            return try PlantDescription(message)
        } catch {
            turns.post([.init(PlantKey.error, .string("\(error)"))])
            throw error
        }
    }

    /// Gives an order and waits for its answer.
    ///
    /// - Throws: ``Runtime/LoopFault/plant(what:)`` when there is none in time, or it is an error.
    func exchange(
        _ order: PlantKey.Order,
        _ more: [MessagePackValue.Entry] = []
    ) throws(LoopFault) -> MessagePackValue {
        if turns.isOver { throw .plant(what: "the outside world has gone") }
        turns.post([.init(PlantKey.order, .string(order.rawValue))] + more)
        guard let answer = turns.receive(within: timeout) else {
            guard !turns.isOver else { throw .plant(what: "the outside world has gone") }
            // A late answer must not pass for the next one.
            turns.end("it has ended, or gave no answer within \(timeout.seconds) s")
            throw .plant(what: "the outside world does not answer")
        }
        guard let error = answer[PlantKey.error] else { return answer }
        if case .string(let text) = error { note(PolicyConnectionError.lastLine(of: text)) }
        throw .plant(what: "the outside world has failed")
    }

    /// Notes what is wrong with an answer.
    func note(_ trouble: String) { turns.note(trouble) }

    /// Tells the plant that there is no more to do.
    public func finish() {
        turns.post([.init(PlantKey.order, .string(PlantKey.Order.end.rawValue))])
    }
}
