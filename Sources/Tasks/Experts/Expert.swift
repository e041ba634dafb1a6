import Diagnostics
import Runtime
import Spatial

/// A scripted expert: sees the true state and says where the tool should go.
///
/// Its intent is memoryless: a function of what can be seen. (``ExpertPolicy`` then limits how
/// fast the motion may change.)
enum Expert: String, CaseIterable, Sendable {
    case reach
    case pickPlace = "pick-place"
    case conveyorPick = "conveyor-pick"
    case track
    case intercept
    case carry
    /// The rules in the task file.
    case script

    static func named(_ name: String) throws(InputError) -> Expert {
        guard let expert = Expert(rawValue: name) else {
            throw .unknown("expert", name: name, known: allCases.map(\.rawValue), key: "expert")
        }
        return expert
    }

    /// Where the tool should go from here, and what the gripper should do.
    ///
    /// - Parameter script: The task's rules, for ``script``.
    func intent(in state: SceneState, script: ExpertScript?) -> ExpertIntent {
        switch self {
        case .reach: ReachExpert.intent(in: state)
        case .pickPlace: PickPlaceExpert.intent(in: state)
        case .conveyorPick: ConveyorPickExpert.intent(in: state)
        case .track: TrackExpert.intent(in: state)
        case .intercept: InterceptExpert.intent(in: state)
        case .carry: CarryExpert.intent(in: state)
        case .script:
            script?.intent(in: state)
                ?? ExpertIntent(toolTarget: state.worldFromTool.translation, closes: false)
        }
    }
}

/// What an expert wants next.
struct ExpertIntent: Equatable {
    /// A point for the tool, in the world.
    var toolTarget: Vector3
    /// How the tool should be turned, in the world; nil to leave it as it is.
    ///
    /// Control modes without rotation ignore it.
    var toolRotation: Rotation?
    /// How fast that point moves, in the world: the tool goes along with it.
    var toolVelocity = Vector3.zero
    /// The fastest the tool may go, in metres per second; nil for as fast as actions allow.
    var maxSpeed: Double?
    /// Whether the gripper should close.
    var closes: Bool
    /// How far the task has come, as the expert sees it: larger is further.
    ///
    /// Where the expert does not say, a gripper that closes is further than one that opens.
    var stage: Int?
}
