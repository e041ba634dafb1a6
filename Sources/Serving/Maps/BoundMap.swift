public import Diagnostics
import Runtime

/// A map and the robot and task that it was held against.
public struct BoundMap: Equatable, Sendable {
    /// The map.
    public let map: ObservationMap
    /// The robot and the task.
    public let context: MapContext

    /// Binds a map.
    ///
    /// - Throws: ``Diagnostics/InputError`` naming what does not fit.
    public init(_ map: ObservationMap, _ context: MapContext) throws(InputError) {
        try map.requireFits(context)
        self.map = map
        self.context = context
    }

    /// The shape of plans after the map.
    var shape: PolicyShape {
        PolicyShape(horizon: map.horizon, actionWidth: context.actionWidth)
    }

    /// Numbers of one of their actions.
    public var theirWidth: Int { map.actionWidth(joints: context.joints.count) }

    /// Whether the map says this part of an observation, so that nobody asks for it by our key.
    public func covers(_ part: ObservationField.Part) -> Bool {
        let parts = map.entries.flatMap { entry -> [ObservationMap.StatePart] in
            switch entry.content {
            case .numbers(let parts, _): parts
            case .scalar(let part): [part]
            case .picture, .instruction: []
            }
        }
        switch part {
        case .toolPosition: return parts.contains(.toolPosition)
        case .gripperOpening:
            return parts.contains { if case .gripper = $0 { true } else { false } }
        case .jointPositions:
            return parts.contains { if case .jointPositions(_, nil) = $0 { true } else { false } }
                || context.joints.allSatisfy { joint in
                    parts.contains { part in
                        if case .jointPositions(_, joint) = part { true } else { false }
                    }
                }
        default: return false
        }
    }
}
