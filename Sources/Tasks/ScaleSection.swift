import Diagnostics
import Robots

/// What an action of 1 means, with just the keys that the control mode needs.
enum ScaleSection {
    static func read(
        _ mapping: YAMLMapping,
        mode: ControlMode
    ) throws(InputError) -> ActionScale {
        switch mode {
        case .jointPosition, .toolPose: ActionScale()
        case .jointDeltaPosition:
            ActionScale(joint: try mapping.quantity("joint_scale", .angle, in: 1e-6...10))
        case .toolDeltaPosition:
            ActionScale(translation: try translation(mapping))
        case .toolDeltaPose:
            ActionScale(
                translation: try translation(mapping),
                rotation: try mapping.quantity("rotation_scale", .angle, in: 1e-6...10)
            )
        }
    }

    private static func translation(_ mapping: YAMLMapping) throws(InputError) -> Double {
        try mapping.quantity("translation_scale", .length, in: 1e-6...10)
    }
}
