import Foundation
import Sensing
import Spatial

/// What is drawn beside the scene: the goal, contacts, frames, the predicted path.
///
/// Marks are shapes like everything else, but give no shadow.
struct SceneMarks {
    /// The goal's colour in pictures for people.
    static let goalColor = SIMD3<Float>(0.15, 0.70, 0.25)
    /// The goal's radius in metres.
    static let goalRadius = 0.012

    private static let contactColor = SIMD3<Float>(0.95, 0.55, 0.05)
    private static let pathColor = SIMD3<Float>(0.10, 0.35, 0.95)
    private static let axisColors: [SIMD3<Float>] = [
        SIMD3(0.85, 0.15, 0.15), SIMD3(0.15, 0.65, 0.15), SIMD3(0.15, 0.30, 0.90),
    ]
    /// Metres of arrow for a newton of contact force, and the longest arrow.
    private static let metresPerNewton = 0.004
    private static let longestArrow = 0.15

    private(set) var visuals: [Visual] = []

    init(_ frame: ViewFrame, layers: ViewLayers) {
        if let goal = frame.goal {
            addBall(at: goal, radius: Self.goalRadius, Self.goalColor)
        }
        if layers.contains(.contacts) {
            for contact in frame.contacts.prefix(frame.contactCount) { add(contact) }
        }
        if layers.contains(.frames) {
            for (index, pose) in frame.frames.enumerated() {
                addFrame(pose, length: index == 0 ? 0.10 : 0.06)
            }
        }
        if layers.contains(.path) { addPath(frame.path.prefix(frame.pathCount)) }
    }

    private mutating func add(_ contact: ContactMark) {
        addBall(at: contact.position, radius: 0.004, Self.contactColor)
        let length = min(contact.force * Self.metresPerNewton, Self.longestArrow)
        addRod(
            from: contact.position,
            to: contact.position + contact.normal * length,
            radius: 0.002,
            Self.contactColor
        )
    }

    private mutating func addFrame(_ pose: Pose, length: Double) {
        for axis in 0..<3 {
            var tip = Vector3.zero
            tip[axis] = length
            addRod(
                from: pose.translation,
                to: pose(tip),
                radius: 0.0025,
                Self.axisColors[axis]
            )
        }
    }

    private mutating func addPath(_ points: ArraySlice<Vector3>) {
        for (from, to) in zip(points, points.dropFirst()) {
            addRod(from: from, to: to, radius: 0.003, Self.pathColor)
            addBall(at: to, radius: 0.0055, Self.pathColor)
        }
    }

    private mutating func addBall(at place: Vector3, radius: Double, _ color: SIMD3<Float>) {
        visuals.append(
            Visual(
                shape: .sphere(radius: radius),
                worldFromShape: Pose(translation: place),
                color: color,
                segment: 0
            )
        )
    }

    /// A cylinder between two points; nothing where they are one.
    private mutating func addRod(
        from a: Vector3,
        to b: Vector3,
        radius: Double,
        _ color: SIMD3<Float>
    ) {
        let way = b - a
        guard way.length > 1e-6 else { return }
        visuals.append(
            Visual(
                shape: .cylinder(radius: radius, halfLength: way.length / 2),
                worldFromShape: Pose(
                    rotation: Rotation(turningUpTo: way / way.length),
                    translation: (a + b) / 2
                ),
                color: color,
                segment: 0
            )
        )
    }
}

extension Rotation {
    /// The shortest rotation that turns the `z` axis to a unit direction.
    init(turningUpTo direction: Vector3) {
        let up = Vector3(0, 0, 1)
        let axis = up.cross(direction)
        guard axis.length > 1e-9 else {
            self.init(
                rotationVector: direction.z > 0 ? .zero : Vector3(Double.pi, 0, 0)
            )
            return
        }
        let angle = atan2(axis.length, direction.z)
        self.init(rotationVector: axis / axis.length * angle)
    }
}

/// What a viewer draws beside the scene itself.
public struct ViewLayers: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Layers from their bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Contact points, with arrows as long as the force.
    public static let contacts = ViewLayers(rawValue: 1 << 0)
    /// The tool's, the links' and the objects' axes.
    public static let frames = ViewLayers(rawValue: 1 << 1)
    /// The points that the policy sees.
    public static let cloud = ViewLayers(rawValue: 1 << 2)
    /// Where the newest chunk leads the tool.
    public static let path = ViewLayers(rawValue: 1 << 3)
    /// The strip chart of the last ticks.
    public static let chart = ViewLayers(rawValue: 1 << 4)
    /// The text.
    public static let text = ViewLayers(rawValue: 1 << 5)
    /// Shadows.
    public static let shadows = ViewLayers(rawValue: 1 << 6)
    /// The list of keys.
    public static let help = ViewLayers(rawValue: 1 << 7)

    /// The scene alone.
    public static let plain: ViewLayers = [.shadows]
    /// What a window shows at first.
    public static let standard: ViewLayers = [.cloud, .path, .chart, .text, .shadows]
}
