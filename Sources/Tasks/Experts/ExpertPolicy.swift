import Robots
public import Runtime
import Spatial

/// Drives the loop by a scripted expert, through the same controller and gate as any policy.
///
/// Holds the plant's true state, so it lives beside the tasks and never among the policies.
public struct ExpertPolicy: Policy {
    /// The part of the error covered by one action.
    ///
    /// At 20 Hz; the arm follows its target about 0.12 s late, 2.4 actions, and a gain well under
    /// 1/2.4 keeps that loop from ringing. Slower policies take longer steps in proportion.
    static let gain = 0.15
    /// The most that an action may differ from the one before at 20 Hz, so that the motion asked for
    /// stays within what the arm's acceleration limits let through.
    static let slew = 0.3

    private let expert: Expert
    private let script: ExpertScript?
    private let state: SceneState
    private let scale: ActionScale
    private let periodSeconds: Double
    /// The part of the error covered by one action, and the most an action may differ from the last,
    /// at this policy rate.
    private let gain: Double
    private let slew: Double
    private let closingSign: Float
    private let noise: Double
    private var random = RandomStream(seed: 0)
    private var lastMotion = Vector3.zero
    private var lastTurn = Vector3.zero
    /// How far the task has come as the expert sees it; larger is further.
    public private(set) var stage = 0
    /// How often it was thrown back to an earlier stage, and had to take up the task again.
    public private(set) var recoveries = 0
    /// The action that the expert meant, before noise: the label to learn from.
    public private(set) var intended: ActionChunk

    /// One action at a time.
    public let shape: PolicyShape

    init(
        expert: Expert,
        script: ExpertScript? = nil,
        state: SceneState,
        mode: ControlMode,
        scale: ActionScale,
        policyHertz: Double,
        closingSign: Float,
        noise: Double
    ) {
        self.expert = expert
        self.script = script
        self.state = state
        self.scale = scale
        periodSeconds = 1 / policyHertz
        gain = Self.gain * (20 / policyHertz)
        slew = min(1, Self.slew * (20 / policyHertz))
        self.closingSign = closingSign
        self.noise = noise
        let width = mode.actionWidth(jointCount: 0)
        shape = PolicyShape(horizon: 1, actionWidth: width)
        intended = ActionChunk(horizon: 1, width: width)
    }

    /// Keys the noise by `seed`.
    public mutating func reset(seed: UInt64) {
        random = RandomStream(seed: seed, stream: 0x6e6f_6973)
        lastMotion = .zero
        lastTurn = .zero
        stage = 0
        recoveries = 0
    }

    /// One proportional step towards the expert's intent, along with its motion, with noise on the motion if asked for.
    public mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) {
        let intent = expert.intent(in: state, script: script)
        let reached = intent.stage ?? (intent.closes ? 1 : 0)
        if reached < stage { recoveries += 1 }
        stage = reached
        let error = intent.toolTarget - state.worldFromTool.translation
        let approach = (error * gain).limited(
            to: (intent.maxSpeed ?? .infinity) * periodSeconds
        )
        let step = approach + intent.toolVelocity * periodSeconds
        let wanted = (step / scale.translation).limited(to: 1)
        let motion = lastMotion + (wanted - lastMotion).limited(to: slew)
        lastMotion = motion
        intended[0, 0] = Float(motion.x)
        intended[0, 1] = Float(motion.y)
        intended[0, 2] = Float(motion.z)
        let last = shape.actionWidth - 1
        if last == 6 { turn(towards: intent.toolRotation) }
        intended[0, last] = intent.closes ? closingSign : -closingSign
        for component in 0...last { chunk[0, component] = intended[0, component] }
        guard noise > 0 else { return }
        for component in 0..<last {
            let noisy = chunk[0, component] + Float(noise * random.normal())
            chunk[0, component] = min(max(noisy, -1), 1)
        }
    }

    /// Numbers 3 to 5: one proportional step towards a rotation.
    private mutating func turn(towards rotation: Rotation?) {
        let now = state.worldFromTool.rotation
        let error = rotation.map { ($0 * now.inverse).rotationVector } ?? .zero
        let wanted = (error * gain / scale.rotation).limited(to: 1)
        let turn = lastTurn + (wanted - lastTurn).limited(to: slew)
        lastTurn = turn
        intended[0, 3] = Float(turn.x)
        intended[0, 4] = Float(turn.y)
        intended[0, 5] = Float(turn.z)
    }
}
