import Diagnostics
import Robots
import Spatial

/// Whether the tool can go where the task needs it, by inverse kinematics.
///
/// Tried are the corners and the middle of the goal's region, of the start ranges of what success
/// speaks of, and of the fixtures and still things that it must come to, each approached from the
/// start pose in small steps.
struct ReachCheck {
    private let setup: TaskSetup
    private let start: JointVector
    private(set) var problems: [InputError] = []
    private(set) var pointCount = 0

    /// Steps from the start pose to each point.
    private static let steps = 20

    init(setup: TaskSetup) {
        self.setup = setup
        start = setup.task.robotStart.map { JointVector($0.joints) } ?? setup.robot.home
        let task = setup.task
        if let goal = task.goal, let place = task.lines.goal {
            check(Self.points(of: goal).map { [$0] }, place: place, what: "a goal")
        }
        for index in movedObjects() {
            let object = task.scene[index]
            check(
                task.starts(of: index).map { [$0] },
                place: object.place,
                what: "a start of \(object.name)"
            )
        }
        let tool = task.worldFromBase * setup.robot.kinematics.baseFromTool(at: start)
        for aim in ReachAim.all(in: setup, toolHeight: tool.translation.z) {
            check(aim.choices, within: aim.tolerance, place: aim.place, what: aim.what)
        }
    }

    /// Dynamic objects that success speaks of, each once.
    private func movedObjects() -> [Int] {
        let task = setup.task
        var objects: [Int] = []
        for index in task.instructions.indices {
            for fact in task.success(of: index).condition.facts {
                guard let object = fact.subject, !objects.contains(object),
                    task.scene[object].kind == .dynamic
                else { continue }
                objects.append(object)
            }
        }
        return objects
    }

    /// Complains unless the tool comes near one point of every choice.
    private mutating func check(
        _ choices: [[Vector3]],
        within tolerance: Double = 0,
        place: YAMLPlace,
        what: String
    ) {
        pointCount += choices.count
        var worst: (point: Vector3, left: Double)?
        for points in choices {
            let tried = points.map { (point: $0, left: residual(at: $0) - tolerance) }
            guard let best = tried.min(by: { $0.left < $1.left }) else { continue }
            if best.left > 1e-3, best.left > worst?.left ?? 0 { worst = best }
        }
        guard let worst else { return }
        let p = worst.point
        problems.append(
            place.error(
                expected: "\(what) within reach of \(setup.robot.name): nearer to its base, lower,"
                    + " or inside control.workspace",
                found:
                    "(\(p.x.rounded3), \(p.y.rounded3), \(p.z.rounded3)) m, which the tool misses"
                    + " by \(max(0.001, worst.left).rounded3) m"
            )
        )
    }

    /// How far the tool stays from a point, in metres; 0 where it gets there.
    private func residual(at point: Vector3) -> Double {
        let control = setup.task.control
        if let workspace = control.workspace, !control.mode.isJointSpace {
            let nearest = pointwiseMin(pointwiseMax(point, workspace.lower), workspace.upper)
            // Grasping near the table, the tool stays a little above an object's middle.
            let way = point - nearest
            let outside = Vector3(way.x, way.y, max(0, way.z) + min(0, way.z + 0.02)).length
            if outside > 1e-3 { return outside }
        }
        let kinematics = setup.robot.kinematics
        let baseFromWorld = setup.task.worldFromBase.inverse
        let from = setup.task.worldFromBase * kinematics.baseFromTool(at: start)
        var solver = KinematicSolver()
        // Only this mode keeps the tool's rotation whatever happens.
        solver.positionOnly = control.mode != .toolDeltaPosition
        var joints = start
        var solution = KinematicSolution.none
        for step in 1...Self.steps {
            let share = Double(step) / Double(Self.steps)
            let target = Pose(
                rotation: from.rotation,
                translation: from.translation * (1 - share) + point * share
            )
            solution = kinematics.solve(
                baseFromTool: baseFromWorld * target,
                positions: &joints,
                solver: solver
            )
        }
        return solution.converged ? 0 : max(solution.positionResidual, 0.002)
    }

    /// The corners and the middle of a box.
    static func points(of region: BoxRegion) -> [Vector3] {
        var points = [(region.lower + region.upper) / 2]
        for corner in 0..<8 {
            points.append(
                Vector3(
                    corner & 1 == 0 ? region.lower.x : region.upper.x,
                    corner & 2 == 0 ? region.lower.y : region.upper.y,
                    corner & 4 == 0 ? region.lower.z : region.upper.z
                )
            )
        }
        return region.lower == region.upper ? [region.lower] : points
    }
}

extension TaskDefinition {
    /// Where an object may start: every place that is chosen from, else corners and middle.
    func starts(of object: Int) -> [Vector3] {
        let region = scene[object].start.region
        let chosen = fixedStarts?.points(of: object, height: region.lower.z)
        return chosen ?? ReachCheck.points(of: region)
    }
}

extension FixedStarts {
    /// Every place that an object may start at, at a height; nil where it is not chosen.
    func points(of object: Int, height: Double) -> [Vector3]? {
        for factor in factors {
            guard case .places(let objects, let groups) = factor, objects.contains(object) else {
                continue
            }
            return groups.joined().map { Vector3($0.x, $0.y, height) }
        }
        return nil
    }
}

extension Double {
    /// To three digits after the point.
    var rounded3: Double { (self * 1000).rounded() / 1000 }
}
