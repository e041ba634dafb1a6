public import Diagnostics
public import Runtime

/// The loop's end of an agent in another process, which acts in our tasks as in an environment.
///
/// The agent is the client. It asks for an episode, then sends one action for each observation. How
/// long it thinks is how long the policy takes: measured, and charged if the loop charges that.
public final class AgentLink: Sendable {
    /// What an agent asks for.
    public enum Request: Equatable, Sendable {
        /// The episode of a seed.
        case reset(seed: UInt64)
        /// An action.
        case action([Double])
        /// Nothing more.
        case close
    }

    /// What it is told of an episode besides what is observed.
    public struct Standing: Equatable, Sendable {
        /// How the episode stands.
        public var status = EpisodeStatus()
        /// Episode time.
        public var elapsed: TimeSpan = .zero
        /// Control periods lost so far.
        public var misses = 0
        /// Whether it ended by success, or by its time limit; neither while it goes on.
        public var end: EndReason?

        /// The standing at the start.
        public init() {}
    }

    private let turns: TurnLink
    private let fields: [ObservationField]
    private let width: Int

    /// Creates the end of an agent that is still to come.
    ///
    /// - Parameters:
    ///   - turns: Where it will connect.
    ///   - fields: What it is told of an observation.
    ///   - actionWidth: Numbers of its actions.
    public init(_ turns: TurnLink, fields: [ObservationField], actionWidth: Int) {
        self.turns = turns
        self.fields = fields
        width = actionWidth
    }

    /// Waits for the next request; `close` when the agent has gone or the wait was stopped.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a request that is none; the agent is told.
    public func next() throws(InputError) -> Request {
        guard let message = turns.receive(within: nil) else { return .close }
        do {
            return try read(message)
        } catch {
            turns.post([.init(PlantKey.error, .string("\(error)"))])
            throw error
        }
    }

    private func read(_ message: MessagePackValue) throws(InputError) -> Request {
        if case .ndarray(let array)? = message[PlantKey.action] {
            guard array.shape == [width], array.doubles().allSatisfy(\.isFinite) else {
                throw InputError(
                    key: PlantKey.action,
                    expected: "\(width) finite numbers",
                    found: "\(array)"
                )
            }
            return .action(array.doubles())
        }
        switch message[PlantKey.order] {
        case .string("close")?: return .close
        case .string("reset")?: break
        default:
            throw InputError(
                key: PlantKey.order,
                expected: "reset, close, or an action",
                found: message[PlantKey.order]?.kind ?? "neither"
            )
        }
        switch message[PlantKey.seed] {
        case .integer(let seed)? where seed >= 0: return .reset(seed: UInt64(seed))
        case .unsigned(let seed)?: return .reset(seed: seed)
        case let other:
            throw InputError(
                key: PlantKey.seed,
                expected: "an integer of at least 0",
                found: other?.kind ?? "none"
            )
        }
    }

    /// Tells the agent what is observed and how its episode stands.
    public func tell(_ observation: Observation, _ standing: Standing) {
        var seen: [MessagePackValue.Entry] = []
        for field in fields {
            guard let array = field.array(of: observation) else { continue }
            seen.append(.init(field.key, .ndarray(array)))
        }
        var reply: [MessagePackValue.Entry] = [
            .init(WireKey.observation, .map(seen)),
            .init(PlantKey.success, .bool(standing.status.holdsNow)),
            .init("is_success", .bool(standing.status.succeededAt != nil)),
            .init("elapsed_s", .real(standing.elapsed.seconds)),
            .init("misses", .integer(Int64(standing.misses))),
            .init("end", standing.end.map { .string($0.rawValue) } ?? .null),
        ]
        if let words = observation.instruction {
            reply.append(.init(PlantKey.instruction, .string(words)))
        }
        turns.post(reply)
    }

    /// Tells the agent that there is no more to ask; nobody waits for it then.
    public func finish() { turns.post([.init(PlantKey.order, .string("end"))]) }

    /// Tells the agent that the loop has failed.
    public func fail(_ words: String) {
        turns.post([.init(PlantKey.error, .string(words))])
    }
}

/// An agent in another process as the policy of a loop: one action for each observation.
public struct AgentPolicy: Policy {
    /// What a loop that the agent leaves in the middle of an episode ends with.
    public static let left = LoopFault.stopped(by: "the agent has left the episode")

    /// One action.
    public let shape: PolicyShape
    private let link: AgentLink
    private let desk: Desk

    /// What the loop's owner and the policy tell each other; of one thread.
    public final class Desk {
        /// How the episode stands, kept up to date after each tick.
        public var standing = AgentLink.Standing()
        /// What the agent asked for instead of an action.
        public var request: AgentLink.Request?

        /// Creates an empty desk.
        public init() {}
    }

    /// Creates the policy of an agent.
    public init(_ link: AgentLink, actionWidth: Int, desk: Desk) {
        self.link = link
        self.desk = desk
        shape = PolicyShape(horizon: 1, actionWidth: actionWidth)
    }

    /// Nothing to forget: the agent resets itself.
    public mutating func reset(seed: UInt64) {}

    /// Shows the agent the observation and waits for its action.
    ///
    /// - Throws: ``left`` when it asks for something else.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        link.tell(observation, desk.standing)
        while true {
            guard let request = try? link.next() else {
                // It was told; its connection stays.
                continue
            }
            guard case .action(let numbers) = request else {
                desk.request = request
                throw Self.left
            }
            for (index, number) in numbers.enumerated() { chunk.values[index] = Float(number) }
            return
        }
    }
}
