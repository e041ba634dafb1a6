import Diagnostics
import Robots
public import Runtime
import Spatial

/// What answers the requests of one connection, one after the other.
public protocol PolicySession: AnyObject, Sendable {
    /// The reply's fields.
    ///
    /// - Throws: What the client is told, before its connection is closed.
    func answer(_ request: MessagePackValue) throws -> [MessagePackValue.Entry]

    /// The connection is gone; called once, on the event loop, also while a request is under way.
    func end()
}

extension PolicySession {
    /// Nothing to give back.
    public func end() {}
}

/// A policy with the state of one connection: what it remembers belongs to that client alone.
public final class ServedPolicy<Brain: Policy>: PolicySession, @unchecked Sendable {
    // Unchecked: a connection has one request under way at most, and the next is handed over after
    // the reply of the last.

    private let fields: [ObservationField]
    private let map: BoundMap?
    private let period: TimeSpan
    private let time = MonotonicTime()
    private var policy: Brain
    private var observation: Observation
    private var chunk: ActionChunk
    /// Policy steps of this episode.
    private var steps = 0

    /// Creates a session.
    ///
    /// - Parameters:
    ///   - policy: The policy, with a workspace of its own.
    ///   - fields: What it reads.
    ///   - map: How clients name and count things, where that is not as we do.
    ///   - period: Between the observations of a client that does not say when it took them.
    public init(
        _ policy: sending Brain,
        fields: [ObservationField],
        map: BoundMap? = nil,
        period: TimeSpan
    ) {
        func width(_ part: ObservationField.Part) -> Int {
            fields.first { $0.part == part }?.width ?? 0
        }
        self.policy = policy
        self.fields = fields.filter { field in map.map { !$0.covers(field.part) } ?? true }
        self.map = map
        self.period = period
        observation = Observation(
            jointCount: max(
                width(.jointPositions),
                width(.jointVelocities),
                map?.context.joints.count ?? 0
            ),
            cloudPoints: width(.pointCloud)
        )
        chunk = ActionChunk(horizon: policy.shape.horizon, width: policy.shape.actionWidth)
        self.policy.reset(seed: 0)
    }

    /// Plans from an observation.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming the key, or the policy's `LoopFault`.
    public func answer(_ request: MessagePackValue) throws -> [MessagePackValue.Entry] {
        if let seed = try Self.seed(of: request) {
            policy.reset(seed: seed)
            steps = 0
        }
        for earlier in try history(of: request) {
            try take(earlier)
            try policy.observe(observation)
        }
        try take(request)
        let start = time.now()
        try policy.plan(observation, into: &chunk)
        let spent = time.now() - start
        let actions = actions()
        return [
            .init(WireKey.actions, .ndarray(actions)),
            .init(
                WireKey.policyTiming,
                .map([.init(WireKey.inferMilliseconds, .real(spent.milliseconds))])
            ),
        ]
    }

    /// The chunk, in the clients' numbers.
    private func actions() -> NumpyArray {
        guard let map else {
            return NumpyArray(chunk.values, shape: [chunk.horizon, chunk.width])
        }
        let rows = (0..<chunk.horizon).flatMap { row in
            let own = chunk.values[row * chunk.width..<(row + 1) * chunk.width]
            return map.map.theirs(action: own.map { Double($0) }, map.context)
        }
        return NumpyArray(
            type: .float32,
            shape: [chunk.horizon, map.theirWidth],
            numbers: rows
        )
    }

    private func take(_ map: MessagePackValue) throws(InputError) {
        if let bound = self.map { try bound.map.read(map, into: &observation, bound.context) }
        for field in fields { try field.read(from: map, into: &observation) }
        let capturedAt = try Self.capturedAt(map) ?? period * steps
        observation.capturedAt = capturedAt
        observation.cloud.capturedAt = capturedAt
        steps += 1
    }

    private static func seed(of request: MessagePackValue) throws(InputError) -> UInt64? {
        switch request[WireKey.seed] {
        case nil: return nil
        case .integer(let seed)? where seed >= 0: return UInt64(seed)
        case .unsigned(let seed)?: return seed
        case let other?:
            throw InputError(
                key: WireKey.seed,
                expected: "an integer of 64 bits, at least 0",
                found: other.kind
            )
        }
    }

    private static func capturedAt(_ map: MessagePackValue) throws(InputError) -> TimeSpan? {
        switch map[WireKey.capturedAt] {
        case nil: return nil
        // A thousand days: sums and differences of such times do not overflow.
        case .integer(let nanoseconds)? where (0...86_400_000_000_000_000).contains(nanoseconds):
            return TimeSpan(nanoseconds: nanoseconds)
        case let other?:
            throw InputError(
                key: WireKey.capturedAt,
                expected: "nanoseconds since the episode began, at most 1000 days",
                found: other.kind
            )
        }
    }

    private func history(of request: MessagePackValue) throws(InputError) -> [MessagePackValue] {
        switch request[WireKey.history] {
        case nil: return []
        // More than the policy remembers is of no use to it.
        case .array(let maps)? where maps.count <= policy.shape.memory: return maps
        case let other?:
            throw InputError(
                key: WireKey.history,
                expected: "a list of at most \(policy.shape.memory) observations",
                found: other.kind
            )
        }
    }
}
