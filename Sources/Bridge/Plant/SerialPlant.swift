public import Robots
public import Runtime
public import Spatial

/// A real arm on a servo bus, or an emulated one: one sync write and one sync read a tick.
///
/// What a servo reported keeps its age when an answer is lost; a command that was lost is sent again
/// with the next tick. The wall clock alone fits: an arm moves by itself.
public struct SerialPlant: Plant {
    /// The bus, with its counts.
    public let bus: ServoBus
    /// What the arm reported so far and what stops it.
    public private(set) var monitor: SafetyMonitor
    /// Where the joints were when they were last heard of.
    public private(set) var jointState: JointState
    /// The goal that is declared to the policy, where the task has one that cannot be seen.
    public var goal: Vector3?
    /// What has been seen of the servos' voltages and temperatures.
    public private(set) var climate = ArmClimate()
    /// Ticks in which some servo, or all, did not answer.
    public private(set) var partialTicks = 0
    /// Ticks in which none answered.
    public private(set) var silentTicks = 0
    /// How far a command may lie from where its joint was last measured, in radians; nil for no bound
    /// beyond the safety gate's.
    public var maxRelativeTarget: Double?
    /// Ticks in which ``maxRelativeTarget`` has shortened a command.
    public private(set) var shortenedTicks = 0
    /// Nobody judges an arm but its operator.
    public private(set) var status = EpisodeStatus()
    /// Whether the operator has judged the episode.
    public private(set) var isJudged = false

    private let registers: ArmRegisters
    private let kinematics: KinematicModel
    private let worldFromBase: Pose
    private let period: TimeSpan
    private var start: TimeSpan
    /// When each servo was last heard of, since `start`.
    private var heardAt: [TimeSpan]
    private var commanded: JointVector
    private var next = 0
    private let isDry: Bool

    /// An arm that ``ServoSetup`` has prepared.
    ///
    /// - Parameters:
    ///   - bus: Its bus.
    ///   - robot: Its model.
    ///   - servos: Its servos, calibrated.
    ///   - worldFromBase: Where it stands.
    ///   - period: The control period.
    ///   - isDry: Whether commands are kept back: the arm is read and not moved.
    ///   - fast: Whether to use fast sync reads.
    /// - Throws: ``BusError`` when a servo does not answer.
    public init(
        bus: ServoBus,
        robot: RobotModel,
        servos: ArmServos,
        worldFromBase: Pose = .identity,
        period: TimeSpan,
        isDry: Bool = false,
        fast: Bool = false
    ) throws(BusError) {
        self.bus = bus
        self.period = period
        self.worldFromBase = worldFromBase
        self.isDry = isDry
        kinematics = robot.kinematics
        registers = ArmRegisters(map: servos, fast: fast)
        monitor = SafetyMonitor(
            jointCount: servos.joints.count,
            motorCount: servos.all.count,
            lostTicksToStop: servos.lostTicksToStop,
            following: servos.following
        )
        jointState = robot.homeState
        commanded = robot.home
        start = bus.port.now()
        heardAt = [TimeSpan](repeating: .zero, count: servos.all.count)
        try readFirst()
    }

    /// Time passes in an arm whoever looks.
    public var movesByItself: Bool { true }

    /// What must stop the arm.
    public var trouble: LoopFault? { monitor.fault }

    /// Time since ``begin()``.
    public var elapsed: TimeSpan { bus.port.now() - start }

    /// Starts an episode's clock.
    public mutating func begin() {
        start = bus.port.now()
        for index in heardAt.indices { heardAt[index] = .zero }
        status = EpisodeStatus()
        isJudged = false
    }

    /// Takes the operator's judgement of the episode.
    public mutating func judge(success: Bool) {
        isJudged = true
        status.holdsNow = success
        status.heldOnce = status.heldOnce || success
        status.succeededAt = success ? elapsed : nil
    }

    /// Reads the joints.
    ///
    /// Those that do not answer in six tenths of the period stay as they were.
    public mutating func sense(into observation: inout Observation) throws(LoopFault) {
        let asked = bus.port.now()
        do {
            try read(askedAt: asked)
        } catch {
            // A lost port is a lost tick, and opened again when it comes back.
            _ = bus.reconnect()
        }
        let answered = registers.answered
        if answered == 0 { silentTicks += 1 }
        if answered.nonzeroBitCount < registers.count { partialTicks += 1 }
        monitor.note(answered: answered)
        var oldest = TimeSpan(nanoseconds: .max)
        for time in heardAt { oldest = min(oldest, time) }
        observation.capturedAt = oldest
        observation.jointPositions = jointState.positions
        observation.jointVelocities = jointState.velocities
        observation.gripperOpening = jointState.gripperOpening
        observation.worldFromTool =
            worldFromBase * kinematics.baseFromTool(at: jointState.positions)
        observation.goal = goal
    }

    /// Sends the command.
    public mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        guard command.arm.isFinite, command.gripperOpening.isFinite else {
            throw .notFinite(what: "command to the bus")
        }
        let command = shortened(command)
        registers.aim(command)
        if isDry { return }
        do {
            try bus.write(registers.goal)
        } catch {
            // A lost port is a lost tick, and opened again when it comes back.
            _ = bus.reconnect()
        }
        monitor.note(
            measured: jointState.positions,
            commanded: commanded,
            seconds: period.seconds
        )
        commanded = command.arm
    }

    private mutating func shortened(_ command: JointCommand) -> JointCommand {
        guard let most = maxRelativeTarget else { return command }
        var near = command
        for joint in command.arm.indices {
            let at = jointState.positions[joint]
            near.arm[joint] = min(max(command.arm[joint], at - most), at + most)
        }
        if near != command { shortenedTicks += 1 }
        return near
    }

    // MARK: Inside

    private mutating func readFirst() throws(BusError) {
        let deadline = bus.port.now() + .milliseconds(200)
        let count = try bus.read(registers.present, until: deadline)
        guard count == registers.count else {
            let ids = registers.present.ids
            let missing = ids.indices.first { !registers.present.hasAnswered($0) }
            throw BusError.noAnswer(id: missing.map { ids[$0] } ?? 0, tries: 3)
        }
        takeOver(askedAt: start)
        commanded = jointState.positions
    }

    private mutating func read(askedAt: TimeSpan) throws(BusError) {
        _ = try bus.read(registers.present, until: askedAt + share(0.6))
        takeOver(askedAt: askedAt)
        for index in 0..<registers.count where registers.present.hasAnswered(index) {
            let alert = registers.alert(index)
            if alert.contains(.voltage) { monitor.noteVoltage() }
            if !alert.isDisjoint(with: .stopping), !alert.contains(.hardware) {
                monitor.note(complaint: Self.words(alert), motor: index)
            }
        }
        try lookAfterOne(until: askedAt + share(0.75))
    }

    private func share(_ part: Double) -> TimeSpan {
        TimeSpan(nanoseconds: Int64(Double(period.nanoseconds) * part))
    }

    /// Takes over what has just been read.
    private mutating func takeOver(askedAt: TimeSpan) {
        for index in 0..<registers.count where registers.present.hasAnswered(index) {
            heardAt[index] = max(.zero, askedAt - start)
            if index < jointState.positions.count {
                jointState.positions[index] = registers.radians(index)
                jointState.velocities[index] = registers.speed(index)
            } else {
                jointState.gripperOpening = registers.opening
            }
        }
    }

    /// Looks after one servo a tick: torque, hardware errors, warmth.
    private mutating func lookAfterOne(until deadline: TimeSpan) throws(BusError) {
        guard bus.port.now() < deadline - .milliseconds(1) else { return }
        let turn = next % registers.count
        let isClimate = next / registers.count % 8 == 7 && !registers.climate.isEmpty
        next += 1
        if isClimate {
            _ = try bus.read(registers.climate[turn], until: deadline)
            if !registers.climate[turn].hasAnswered(0) { return }
        } else {
            _ = try bus.read(registers.health[turn], until: deadline)
            if !isDry, let ailment = registers.ailment(turn) {
                monitor.note(complaint: ailment, motor: turn)
            }
        }
        // Feetech's present block has told both.
        let isTold = registers.map.wire == .feetech && registers.present.hasAnswered(turn)
        guard isClimate || isTold else { return }
        let told = registers.climate(turn)
        climate.note(told, servo: turn)
        monitor.note(celsius: told.celsius, volts: told.volts, motor: turn)
    }

    private static func words(_ alert: ServoAlert) -> StaticString {
        if alert.contains(.overload) { return "a servo is overloaded and yields" }
        if alert.contains(.overheat) { return "a servo is too hot" }
        if alert.contains(.overcurrent) { return "a servo draws too much current" }
        return "a servo's encoder gives no angle"
    }
}

/// The worst of what servos have reported of voltage and warmth.
public struct ArmClimate: Equatable, Sendable, BitwiseCopyable {
    /// The hottest servo, by its place among the arm's, and its degrees Celsius.
    public var hottest: (servo: Int, celsius: Int)?
    /// The lowest voltage seen.
    public var lowestVolts = Double.infinity
    /// The highest voltage seen.
    public var highestVolts = 0.0

    /// Nothing seen yet.
    public init() {}

    mutating func note(_ reading: (volts: Double, celsius: Int), servo: Int) {
        if reading.celsius > hottest?.celsius ?? Int.min { hottest = (servo, reading.celsius) }
        lowestVolts = min(lowestVolts, reading.volts)
        highestVolts = max(highestVolts, reading.volts)
    }

    /// Whether everything seen is the same.
    public static func == (a: ArmClimate, b: ArmClimate) -> Bool {
        a.hottest?.servo == b.hottest?.servo && a.hottest?.celsius == b.hottest?.celsius
            && a.lowestVolts == b.lowestVolts && a.highestVolts == b.highestVolts
    }
}
