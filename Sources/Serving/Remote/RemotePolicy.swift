public import Diagnostics
public import Runtime
import Synchronization

/// A policy server that a run may ask, checked before the first episode.
public final class RemoteServer: Sendable {
    /// Where it is.
    public let address: PolicyAddress
    /// What it said of itself.
    public let description: ServerDescription
    /// Its chunks.
    public let shape: PolicyShape
    let fields: [ObservationField]
    /// What turns observations and actions, where the server has keys of its own.
    let map: BoundMap?
    let options: PolicyConnectionOptions
    private let last = Mutex<PolicyConnectionError?>(nil)

    /// Connects once and reads the metadata.
    ///
    /// - Parameters:
    ///   - address: Where it is.
    ///   - options: How it is spoken to.
    ///   - map: What it is sent and sends, where that is not ours; nil takes its metadata's word.
    /// - Throws: ``PolicyConnectionError``, `malformed` for metadata that does not say the shape of
    ///   actions and what is observed, unless a map does.
    public init(
        _ address: PolicyAddress,
        options: PolicyConnectionOptions,
        map: BoundMap? = nil
    ) throws(PolicyConnectionError) {
        let connection = try PolicyConnection.open(address, options: options)
        defer { connection.close() }
        self.address = address
        self.options = options
        self.map = map
        if let map {
            // Others' metadata may say anything; what is asked of them stands in the map.
            description = ServerDescription(named: connection.metadata)
            shape = map.shape
            fields = []
            return
        }
        do throws(InputError) {
            description = try ServerDescription(connection.metadata)
            guard let shape = description.shape, let fields = description.fields else {
                throw InputError(
                    key: "metadata",
                    expected: "action_horizon, action_dim and observation",
                    found: "the keys \(connection.metadata.keys.prefix(16))"
                )
            }
            self.shape = shape
            self.fields = fields
        } catch { throw .malformed(error) }
    }

    /// Why it could not be asked the last time that it could not.
    public var trouble: PolicyConnectionError? { last.withLock { $0 } }

    /// Whether a server's metadata is what it was at first.
    func isSame(as metadata: MessagePackValue) -> Bool {
        if map != nil { return ServerDescription(named: metadata) == description }
        return (try? ServerDescription(metadata)) == description
    }

    func note(_ error: PolicyConnectionError) { last.withLock { $0 = error } }

    /// Refuses a task that does not have what the server reads.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming the first key.
    public func requireFits(_ observation: Observation) throws(InputError) {
        for field in fields where field.array(of: observation) == nil {
            // Known only once an episode has begun.
            guard field.part != .goal, field.part != .conveyorSpeed else { continue }
            throw InputError(
                file: "\(address)",
                key: field.key,
                expected: "what the task observes",
                found: "an array of shape \(field.shape)"
            )
        }
    }
}

/// A policy on another machine: each plan is a request, one at a time, and takes as long as that.
///
/// Asking allocates and waits, so on the wall clock it belongs on the planning thread; on the other
/// clocks the world stands or is charged meanwhile.
public struct RemotePolicy: Policy {
    /// The server's.
    public var shape: PolicyShape { server.shape }

    private let server: RemoteServer
    /// How long a reply may take; a later one is never taken for the next.
    private let deadline: TimeSpan
    /// How often a lost server is looked for again, twice as long apart each time.
    private static let attempts = 8

    private let time = MonotonicTime()
    private var connection: PolicyConnection?
    private var seed: UInt64 = 0
    /// Whether the server knows of the episode.
    private var isAnnounced = false
    private var history: [MessagePackValue] = []
    /// Numbers the requests of this policy.
    private var tick: Int64 = 0
    /// The server's part of the last plan's time; zero if it does not say.
    public private(set) var servedTime = TimeSpan.zero

    /// Creates a policy with a connection of its own, made when it first plans.
    public init(server: RemoteServer, deadline: TimeSpan) {
        self.server = server
        self.deadline = deadline
    }

    /// Begins an episode, of which the server learns with the next request.
    public mutating func reset(seed: UInt64) {
        self.seed = seed
        isAnnounced = false
        history.removeAll()
    }

    /// Keeps the step for the next request, if the policy looks back.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {
        guard shape.memory > 0 else { return }
        if history.count == shape.memory { history.removeFirst() }
        history.append(.map(try entries(observation)))
    }

    /// Asks; a connection that was lost is made again, a request that is late or refused is a fault.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        let fields = try entries(observation)
        var pause = TimeSpan.milliseconds(50)
        for attempt in 1...Self.attempts {
            do throws(PolicyConnectionError) {
                return try store(ask(fields), in: &chunk)
            } catch {
                server.note(error)
                connection = nil
                isAnnounced = false
                guard Self.passes(error), attempt < Self.attempts else { break }
            }
            time.sleep(until: time.now() + pause)
            pause = pause * 2
        }
        throw .policy(what: "the policy server does not answer")
    }

    /// Whether to look for the server again: it is gone, and may come back.
    private static func passes(_ error: PolicyConnectionError) -> Bool {
        switch error {
        // A tunnel takes connections for a far end that is down, and hangs up.
        case .unreachable, .notWebSocket: true
        case .closed(let code, _): code.map { [1001, 1006, 1012, 1013].contains($0) } ?? true
        default: false
        }
    }

    private mutating func ask(
        _ fields: [MessagePackValue.Entry]
    ) throws(PolicyConnectionError) -> [Double] {
        let open: PolicyConnection
        if let connection {
            open = connection
        } else {
            open = try PolicyConnection.open(server.address, options: server.options)
            guard server.isSame(as: open.metadata) else {
                open.close()
                throw .protocolBroken("it serves another policy than at the start")
            }
            connection = open
        }
        var request = fields
        if !isAnnounced {
            let number = Int64(exactly: seed).map(MessagePackValue.integer) ?? .unsigned(seed)
            request.append(.init(WireKey.seed, number))
        }
        tick += 1
        request.append(.init(WireKey.tick, .integer(tick)))
        request.append(.init(WireKey.deadline, .integer(deadline.nanoseconds)))
        if !history.isEmpty { request.append(.init(WireKey.history, .array(history))) }
        let reply = try open.infer(.map(request), within: deadline)
        // Others' servers do not say it again.
        if let answered = reply.fields[WireKey.tick], answered != .integer(tick) {
            open.close()
            throw .protocolBroken("a reply to another request")
        }
        servedTime = reply.serverInfer ?? reply.policyInfer ?? .zero
        guard let actions = reply.actions, let numbers = numbers(of: actions) else {
            throw .noActions(reply.actions.map { "\($0)" } ?? "none")
        }
        isAnnounced = true
        history.removeAll(keepingCapacity: true)
        return numbers
    }

    /// The chunk in our numbers, row-major; nil for another shape.
    private func numbers(of actions: NumpyArray) -> [Double]? {
        guard let map = server.map else {
            return actions.shape == [shape.horizon, shape.actionWidth] ? actions.doubles() : nil
        }
        let width = map.theirWidth
        guard actions.shape.count == 2, actions.shape[0] >= shape.horizon,
            actions.shape[1] == width
        else { return nil }
        let theirs = actions.doubles()
        return (0..<shape.horizon).flatMap { row in
            map.map.ours(theirs[row * width..<(row + 1) * width], map.context)
        }
    }

    private func store(_ numbers: [Double], in chunk: inout ActionChunk) {
        for (index, number) in numbers.enumerated() { chunk.values[index] = Float(number) }
    }

    private func entries(
        _ observation: Observation
    ) throws(LoopFault) -> [MessagePackValue.Entry] {
        var entries: [MessagePackValue.Entry] = []
        if let map = server.map {
            guard let theirs = map.map.theirs(observation, map.context) else {
                throw .policy(what: "the observation lacks a picture that the map wants")
            }
            entries = theirs
        }
        for field in server.fields {
            guard let array = field.array(of: observation) else {
                throw .policy(what: "the observation lacks what the policy server reads")
            }
            entries.append(.init(field.key, .ndarray(array)))
        }
        let captured = observation.capturedAt.nanoseconds
        entries.append(.init(WireKey.capturedAt, .integer(captured)))
        return entries
    }
}
