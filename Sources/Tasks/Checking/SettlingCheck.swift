import Diagnostics
import Physics
import Robots
import Runtime
import Spatial

/// Leaves a task's scene to itself for 2 s and sees what moves.
///
/// Nothing is driven: belts stand, nothing is launched, the arm holds its start.
struct SettlingCheck {
    /// What one object did at most, over all seeds.
    private struct Motion {
        var sideways = 0.0
        var sunk = 0.0
        var turned = 0.0
        var speed = 0.0
    }

    /// How long the scene is left alone, in seconds.
    static let duration = 2.0
    /// What still counts as standing: metres aside, metres down, radians, metres a second.
    static let sidewaysLimit = 0.01
    static let sinkLimit = 0.02
    static let turnLimit = 0.2
    static let speedLimit = 0.01
    /// How deep two things may be in each other at the start, in metres.
    static let overlapLimit = 0.001

    private let setup: TaskSetup
    private var motions: [Motion]
    private(set) var problems: [InputError] = []
    private var blamed: Set<String> = []
    private var buildSeconds: [Double] = []

    init(setup: TaskSetup) {
        self.setup = setup
        motions = [Motion](repeating: Motion(), count: setup.task.scene.count)
    }

    /// Builds the scene of one seed and watches it.
    mutating func drop(seed: UInt64) throws(InputError) {
        let time = MonotonicTime()
        let began = time.now()
        let placement = try ScenePlacement(task: setup.task, seed: seed)
        let scene = try SceneWorld(setup: setup, placement: placement, speed: 0)
        scene.bringHome(setup)
        buildSeconds.append((time.now() - began).seconds)
        let start = scene.bodies.map { scene.world.pose(of: $0) }
        scene.world.step(1)
        noteOverlaps(scene, seed: seed)
        let steps = Int(Self.duration / setup.rate.timestepSeconds)
        scene.world.step(steps)
        guard scene.world.isFinite else {
            return blame(
                setup.task.lines.success,
                "",
                expected: "a scene that physics can follow",
                found: "positions that are not finite, with seed \(seed)"
            )
        }
        for index in scene.bodies.indices {
            noteMotion(index, from: start[index], scene, placement, seed)
        }
        noteSuccess(scene, placement, seed: seed)
    }

    /// What moved, and what a reset costs.
    var notes: [String] {
        let sorted = buildSeconds.sorted()
        let typical = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        var lines = ["rebuild: \((typical * 1e3).rounded3) ms a reset, settling apart"]
        for (index, object) in setup.task.scene.enumerated() where object.kind == .dynamic {
            let motion = motions[index]
            lines.append(
                "settling: \(object.name) moves \((motion.sideways * 1e3).rounded3) mm aside,"
                    + " \((motion.sunk * 1e3).rounded3) mm down, turns"
                    + " \((motion.turned * 180 / .pi).rounded3) deg in \(Self.duration) s"
            )
        }
        return lines
    }

    private mutating func noteMotion(
        _ index: Int,
        from start: Pose,
        _ scene: SceneWorld,
        _ placement: ScenePlacement,
        _ seed: UInt64
    ) {
        let object = setup.task.scene[index]
        guard object.kind == .dynamic, !placement.isAbsent[index] else { return }
        let end = scene.world.pose(of: scene.bodies[index])
        let velocity = scene.world.velocity(of: scene.bodies[index])
        let way = end.translation - start.translation
        let motion = Motion(
            sideways: Vector3(way.x, way.y, 0).length,
            sunk: -way.z,
            turned: start.rotation.angle(to: end.rotation),
            speed: velocity.linear.length
        )
        motions[index].sideways = max(motions[index].sideways, motion.sideways)
        motions[index].sunk = max(motions[index].sunk, motion.sunk)
        motions[index].turned = max(motions[index].turned, motion.turned)
        let fault: String? =
            if motion.sunk > Self.sinkLimit {
                "falls \(motion.sunk.rounded3) m"
            } else if motion.sunk < -Self.overlapLimit {
                "is thrown up \((-motion.sunk).rounded3) m"
            } else if motion.sideways > Self.sidewaysLimit {
                "moves \(motion.sideways.rounded3) m aside"
            } else if motion.turned > Self.turnLimit {
                "turns over by \(motion.turned.rounded3) rad"
            } else if motion.speed > Self.speedLimit {
                "still moves at \(motion.speed.rounded3) m/s"
            } else { nil }
        guard let fault else { return }
        blame(
            object.place,
            "start",
            expected: "\(object.name) to stand still where it starts: on something, clear of"
                + " everything else, not balanced",
            found: "it \(fault) in \(Self.duration) s with seed \(seed)"
        )
    }

    private mutating func noteOverlaps(_ scene: SceneWorld, seed: UInt64) {
        var overlaps: [(Int, String, Double)] = []
        scene.world.forEachContact { contact in
            guard contact.distance < -Self.overlapLimit, let a = scene.body(contact.a),
                let b = scene.body(contact.b)
            else { return }
            switch (a, b) {
            case (.object(let one), .object(let other)):
                let names = setup.task.scene.map(\.name)
                overlaps.append((max(one, other), names[min(one, other)], -contact.distance))
            case (.object(let one), .robotLink), (.robotLink, .object(let one)):
                overlaps.append((one, "the robot", -contact.distance))
            case (.object(let one), .fixture(let fixture)),
                (.fixture(let fixture), .object(let one)):
                overlaps.append((one, setup.task.fixtures[fixture].name, -contact.distance))
            default: break
            }
        }
        for (index, other, depth) in overlaps {
            let object = setup.task.scene[index]
            blame(
                object.place,
                "start",
                expected: "\(object.name) clear of \(other): farther apart, or a separation between"
                    + " them",
                found: "\(depth.rounded3) m inside it with seed \(seed)"
            )
        }
    }

    /// A task that is done before anything is done measures nothing.
    private mutating func noteSuccess(
        _ scene: SceneWorld,
        _ placement: ScenePlacement,
        seed: UInt64
    ) {
        let state = SceneState(
            scene: setup.task.scene,
            target: nil,
            padLinks: setup.robot.gripper?.padLinks ?? []
        )
        state.fixtures = placement.states(of: setup.task)
        scene.read(setup.robot, into: state)
        state.goal = placement.goal
        state.startHeights = placement.worldFromObject.map(\.translation.z)
        for index in setup.task.instructions.indices {
            guard setup.task.success(of: index).holds(in: state) else { continue }
            blame(
                setup.task.lines.success,
                "",
                expected: "a condition that does not hold before anybody acts",
                found: "\"\(setup.task.instructions[index].text)\" done at rest, with seed \(seed)"
            )
        }
    }

    /// Each thing is complained of once.
    private mutating func blame(
        _ place: YAMLPlace,
        _ key: String,
        expected: String,
        found: String
    ) {
        guard blamed.insert("\(place.line) \(expected)").inserted else { return }
        problems.append(
            key.isEmpty
                ? place.error(expected: expected, found: found)
                : place.error(key, expected: expected, found: found)
        )
    }
}
