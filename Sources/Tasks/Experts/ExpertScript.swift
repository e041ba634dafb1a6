import Diagnostics
import Robots
public import Spatial

/// A scripted expert written in a task file: rules, of which the first that applies is followed.
///
/// Memoryless: what it wants is a function of the true state alone, so that it can be learned from
/// examples and takes up the task again after whatever went wrong. Rules stand in order of
/// progress, the last step first. `docs/experts.md` has the grammar.
public struct ExpertScript: Equatable, Sendable {
    /// The rules; at least one, and the last applies always.
    public var rules: [ExpertRule]

    /// The same with every joint of the robot's found on `robot`.
    ///
    /// - Throws: ``InputError`` for a joint that is not there, or bounds in another unit.
    func resolved(on robot: RobotModel) throws(InputError) -> ExpertScript {
        var script = self
        for index in rules.indices {
            script.rules[index].condition = try rules[index].condition.map {
                (condition) throws(InputError) in try condition.resolved(on: robot)
            }
        }
        return script
    }

    /// What the first rule that applies wants.
    func intent(in state: SceneState) -> ExpertIntent {
        for (index, rule) in rules.enumerated() where rule.condition?.holds(in: state) ?? true {
            var intent = rule.intent(in: state)
            intent.stage = rules.count - 1 - index
            return intent
        }
        return ExpertIntent(toolTarget: state.worldFromTool.translation, closes: false)
    }
}

/// One rule: when it applies, what to bring where, and what the gripper does.
public struct ExpertRule: Equatable, Sendable {
    /// When it applies; nil for always.
    public var condition: Condition?
    /// What is brought to the target: the tool, or something that it holds.
    public var brought: Place
    /// Where it is brought.
    public var target: Place
    /// Added to the target, in world axes, in metres.
    public var offset: Vector3
    /// How it gets there; straight if nil.
    public var funnel: Funnel?
    /// The fastest it moves, in metres per second; nil for as fast as actions allow.
    public var maxSpeed: Double?
    /// Whether the gripper closes.
    public var closes: Bool

    /// A way to a target that leads along one direction at its end, and never through what stands
    /// beside it.
    public struct Funnel: Equatable, Sendable {
        /// The unit direction, in the world, from which the target is approached.
        public var from: Vector3
        /// The distance from the target at which to wait until aligned, in metres.
        public var hover: Double
        /// The error across the direction from which on it waits, in metres.
        public var beside: Double
        /// The error across the direction under which it goes all the way, in metres.
        public var aligned: Double

        /// The way to go when the target is `error` away.
        func way(_ error: Vector3) -> Vector3 {
            // How far out, along the direction, what is brought already is.
            let out = -error.dot(from)
            let across = (error + from * out).length
            // Close and beside the target: out first, or it hits what stands there.
            if across > beside, out < hover / 2 { return from * (hover - out) }
            let slope = min(max((across - aligned) / (beside - aligned), 0), 1)
            return error + from * (hover * slope)
        }
    }

    func intent(in state: SceneState) -> ExpertIntent {
        let error = state.position(of: target) + offset - state.position(of: brought)
        let way = funnel?.way(error) ?? error
        return ExpertIntent(
            toolTarget: state.worldFromTool.translation + way,
            maxSpeed: maxSpeed,
            closes: closes
        )
    }
}
