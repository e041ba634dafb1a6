import Foundation
import Spatial

/// Works off a success condition of the kinds that a hand alone can bring about: opens drawers,
/// picks up each object that it speaks of, turned across its narrow side, and puts it where it belongs.
///
/// Like every expert it is memoryless: what to do next follows from where things are.
enum CarryExpert {
    /// Height of the hover above a grasp or a place, in metres.
    static let hover = 0.08
    /// Misalignment under which it may close or let go, in metres; a radian counts as 0.1 m.
    static let aligned = 0.008
    /// Misalignment beyond which it hovers, in metres.
    static let beside = 0.030
    /// Height error under which it closes, in metres.
    static let lowered = 0.010
    /// Distance within which a closed grip counts as holding the object, in metres.
    static let near = 0.05
    /// How far below an object's top the fingers grasp at most, in metres.
    static let depth = 0.025

    static func intent(in state: SceneState) -> ExpertIntent {
        let errand = Errand.first(in: state, of: state.condition)
        var intent = intent(in: state, at: errand)
        intent.stage = CarryProgress.stage(in: state, at: errand)
        return intent
    }

    private static func intent(in state: SceneState, at errand: Errand?) -> ExpertIntent {
        let tool = state.worldFromTool.translation
        if case .pull(let pull)? = errand { return pull.intent(in: state) }
        if let way = wayOut(of: state.condition, in: state, from: tool) { return way }
        guard case .carry(let subgoal)? = errand else { return retreat(in: state, from: tool) }
        let object = state.worldFromObject[subgoal.object].translation
        let grasp = graspPoint(of: subgoal.object, in: state)
        if isHeld(subgoal.object, in: state) { return carry(subgoal, object: object, tool: tool) }
        if subgoal.isReleased, subgoal.isPlaced(in: state) {
            // Let go first, then leave.
            return ExpertIntent(toolTarget: tool, closes: false)
        }
        return approach(subgoal, grasp: grasp, tool: tool, in: state)
    }

    /// Whether an object is between the fingers.
    static func isHeld(_ object: Int, in state: SceneState) -> Bool {
        guard state.isGrasped(object) else { return false }
        let way = graspPoint(of: object, in: state) - state.worldFromTool.translation
        return way.length < near
    }

    /// Where the tool goes to grasp an object: its middle, nearer the top of a tall one, and never
    /// so low that the fingers meet what it stands on.
    static func graspPoint(of object: Int, in state: SceneState) -> Vector3 {
        let half = state.scene[object].halfExtents.z
        let rise = max(half - depth, state.grip.reach + 0.003 - half, 0)
        return state.worldFromObject[object].translation + Vector3(0, 0, rise)
    }

    /// The misalignment under which both fingers pass beside an object.
    private static func clearance(of object: Int, in state: SceneState) -> Double {
        let half = state.scene[object].halfExtents
        let spare = (state.gripperOpening - 2 * min(half.x, half.y)) / 2
        return min(aligned, max(0.0015, 0.6 * spare))
    }

    private static func approach(
        _ subgoal: Subgoal,
        grasp: Vector3,
        tool: Vector3,
        in state: SceneState
    ) -> ExpertIntent {
        let way = grasp - tool
        let sideways = Vector3(way.x, way.y, 0).length
        let rotation = graspRotation(of: subgoal.object, in: state)
        let turn = rotation.map { $0.angle(to: state.worldFromTool.rotation) } ?? 0
        if sideways > beside, tool.z < grasp.z + hover - 0.02 {
            // Low and beside the object: go up before going across, or the fingers hit things.
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, grasp.z + hover),
                closes: false
            )
        }
        let off = sideways + 0.1 * turn
        let aligned = clearance(of: subgoal.object, in: state)
        let height = hover * min(max((off - aligned) / (beside - aligned), 0), 1)
        return ExpertIntent(
            toolTarget: grasp + Vector3(0, 0, height),
            toolRotation: rotation,
            closes: off < Self.aligned + 0.006 && abs(way.z) < lowered
        )
    }

    private static func carry(
        _ subgoal: Subgoal,
        object: Vector3,
        tool: Vector3
    ) -> ExpertIntent {
        // The object hangs off the tool by `offset`: aim so that the object meets the place.
        let offset = object - tool
        let way = subgoal.place - object
        let sideways = Vector3(way.x, way.y, 0).length
        let top = subgoal.place.z + hover
        if sideways > beside, object.z < top - 0.02 {
            return ExpertIntent(toolTarget: Vector3(tool.x, tool.y, top - offset.z), closes: true)
        }
        let slope = min(max((sideways - aligned) / (beside - aligned), 0), 1)
        let height = subgoal.isReleased ? hover * slope : 0
        let target = subgoal.place - offset + Vector3(0, 0, height)
        let isThere = sideways < aligned && object.z < subgoal.place.z + subgoal.drop
        return ExpertIntent(toolTarget: target, closes: !(subgoal.isReleased && isThere))
    }

    /// Up, where the hand is still down behind the bar of a drawer that it has opened.
    private static func wayOut(
        of condition: Condition,
        in state: SceneState,
        from tool: Vector3
    ) -> ExpertIntent? {
        switch condition {
        case .all(let conditions), .any(let conditions):
            for condition in conditions {
                if let way = wayOut(of: condition, in: state, from: tool) { return way }
            }
            return nil
        case .not(let condition): return wayOut(of: condition, in: state, from: tool)
        case .joint(let joint):
            guard let pull = DrawerPull(joint, in: state), pull.holdsHand(in: state) else {
                return nil
            }
            let up = Vector3(tool.x, tool.y, tool.z + hover)
            return ExpertIntent(toolTarget: up, closes: state.gripperOpening < 0.01)
        default: return nil
        }
    }

    /// Everything is done: up and out of the way, with the hand open.
    private static func retreat(in state: SceneState, from tool: Vector3) -> ExpertIntent {
        var height = tool.z
        for index in state.scene.indices where state.scene[index].kind == .dynamic {
            let object = state.worldFromObject[index].translation
            let way = object - tool
            guard Vector3(way.x, way.y, 0).length < 0.1 else { continue }
            height = max(height, object.z + hover)
        }
        return ExpertIntent(toolTarget: Vector3(tool.x, tool.y, height), closes: false)
    }

    /// Closes along the narrower of an object's two level axes; nil where the tool cannot be turned.
    private static func graspRotation(of object: Int, in state: SceneState) -> Rotation? {
        guard state.grip.canTurn else { return nil }
        let half = state.scene[object].halfExtents
        let rotation = state.worldFromObject[object].rotation
        let narrow = half.x < half.y ? Vector3(1, 0, 0) : Vector3(0, 1, 0)
        let axis = rotation(narrow)
        let heading = atan2(axis.y, axis.x)
        guard abs(half.x - half.y) < 0.003 else {
            return state.grip.rotation(closingAlong: heading)
        }
        // As wide as it is long: a quarter turn makes no difference either.
        let yaw = GripGeometry.leastTurn(heading - state.grip.closing, period: .pi / 2)
        return state.grip.rotation(turnedBy: yaw)
    }
}
