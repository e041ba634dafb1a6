public import Robots
public import Runtime

/// A world in another process that speaks over a ``PlantLink``: its physics, our loop.
///
/// Actions go there as they are, once each; what is held meanwhile is the other side's to say.
/// Every number it answers is checked before it is used. Asking allocates and waits.
public struct OutsidePlant: Plant {
    /// What it said of itself.
    public let description: PlantDescription
    /// What it said of this episode: what to do, in words.
    public private(set) var instruction: String?
    /// How the episode stands.
    public private(set) var status = EpisodeStatus()

    /// The hash of the world's state, as the other side reckons it; 0 if it does not say.
    public private(set) var stateHash: UInt64 = 0

    private let link: PlantLink
    private var steps = 0
    /// The action that the plant holds.
    private var held: UInt32 = 0

    /// Creates a plant of a world that has connected.
    public init(_ description: PlantDescription, link: PlantLink) {
        self.description = description
        self.link = link
    }

    /// Timesteps since the reset, as time.
    public var elapsed: TimeSpan { description.rate.instant(afterSubsteps: steps) }

    /// No action yet: nothing here has joints.
    public var jointState: JointState {
        JointState(
            positions: JointVector(count: description.actionNames.count),
            gripperOpening: 0
        )
    }

    /// Starts the episode of `seed`.
    ///
    /// - Throws: ``Runtime/LoopFault/plant(what:)``.
    public mutating func reset(seed: UInt64) throws(LoopFault) {
        let number = Int64(exactly: seed).map(MessagePackValue.integer) ?? .unsigned(seed)
        let answer = try link.exchange(.reset, [.init(PlantKey.seed, number)])
        steps = 0
        held = 0
        status = EpisodeStatus()
        if case .string(let text)? = answer[PlantKey.instruction] {
            instruction = PolicyConnectionError.plain(text, 1000)
        } else {
            instruction = nil
        }
        try judge(answer, after: 0)
    }

    /// Asks for what is observed now.
    public mutating func sense(into observation: inout Observation) throws(LoopFault) {
        observation.capturedAt = elapsed
        observation.cloud.capturedAt = elapsed
        observation.instruction = instruction
        guard !description.fields.isEmpty else { return }
        let answer = try link.exchange(.sense)
        guard let observed = answer[WireKey.observation] else {
            throw broken("an answer without observation")
        }
        for field in description.fields {
            do {
                try field.read(from: observed, into: &observation)
            } catch {
                throw broken("\(error)")
            }
        }
    }

    /// Lets timesteps pass: under a new action, if there is one, or under what is held.
    public mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        guard substeps > 0 else { return }
        var order: [MessagePackValue.Entry] = [
            .init(PlantKey.substeps, .integer(Int64(substeps)))
        ]
        if command.action != held {
            let numbers = command.arm.values.map { Float($0) }
            order.append(.init(PlantKey.action, .ndarray(NumpyArray(numbers))))
        }
        let answer = try link.exchange(.advance, order)
        held = command.action
        steps += substeps
        try judge(answer, after: substeps)
    }

    /// Takes in whether the episode has succeeded.
    private mutating func judge(
        _ answer: MessagePackValue,
        after substeps: Int
    ) throws(LoopFault) {
        guard case .bool(let holds)? = answer[PlantKey.success] else {
            throw broken("an answer without success, true or false")
        }
        status.holdsNow = holds
        switch answer[PlantKey.stateHash] {
        case .integer(let hash)?: stateHash = UInt64(bitPattern: hash)
        case .unsigned(let hash)?: stateHash = hash
        default: break
        }
        var since: Int?
        switch answer[PlantKey.succeededAfter] {
        case nil, .null?: since = holds ? substeps : nil
        case .integer(let count)? where (0...Int64(substeps)).contains(count):
            since = Int(count)
        default: throw broken("succeeded_after that lies outside of the advance")
        }
        guard let since else { return }
        status.heldOnce = true
        status.succeededAt =
            status.succeededAt
            ?? description.rate.instant(afterSubsteps: steps - substeps + since)
    }

    private func broken(_ what: String) -> LoopFault {
        link.note(what)
        return .plant(what: "the outside world breaks the protocol")
    }
}

/// The expert of an outside plant: asked for one action a policy step.
public struct OutsideExpert: Policy {
    /// One action.
    public let shape: PolicyShape
    private let link: PlantLink

    /// Creates the expert of a world that says it has one.
    public init(_ description: PlantDescription, link: PlantLink) {
        shape = PolicyShape(horizon: 1, actionWidth: description.actionNames.count)
        self.link = link
    }

    /// Nothing to forget: the other side resets it with the episode.
    public mutating func reset(seed: UInt64) {}

    /// Asks for the action.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        let answer = try link.exchange(.act)
        guard case .ndarray(let action)? = answer[PlantKey.action],
            action.shape == [shape.actionWidth]
        else {
            link.note("an expert's answer without action of \(shape.actionWidth) numbers")
            throw .policy(what: "the outside world breaks the protocol")
        }
        for (index, number) in action.doubles().enumerated() {
            chunk.values[index] = Float(number)
        }
    }
}
