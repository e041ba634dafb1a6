import Foundation
import Spatial

/// How a scene object moves by itself, at the task's target speed.
public enum SceneMotion: Equatable, Sendable {
    /// It does not.
    case still
    /// Its surface runs in this direction, an angle about the world's z from x, and drags along
    /// what stands on it.
    case surface(heading: Double)
    /// It starts off in a direction drawn from this range; a sphere starts rolling.
    case launched(heading: ClosedRange<Double>)
    /// It is led along a path, whatever it meets.
    case driven(CircleRegion)

    /// The unit vector of a heading in radians.
    static func direction(_ heading: Double) -> Vector3 {
        Vector3(cos(heading), sin(heading), 0)
    }

    /// The velocity with which a body of `shape` starts on level ground.
    static func launch(_ shape: Primitive, heading: Double, speed: Double) -> Twist {
        let linear = direction(heading) * speed
        guard case .sphere(let radius) = shape else { return Twist(linear: linear, angular: .zero) }
        // Rolling without slip: else friction would take two sevenths of the speed.
        return Twist(linear: linear, angular: Vector3(0, 0, 1).cross(linear) / radius)
    }
}

/// Which level circles a driven object may be led round.
public struct CircleRegion: Equatable, Sendable {
    /// Which way round.
    public enum Direction: String, CaseIterable, Sendable {
        /// Seen from above.
        case clockwise
        /// Seen from above.
        case counterclockwise
        /// One of the two, drawn by the seed.
        case either
    }

    /// Where the centre may lie, in the world.
    public var centre: BoxRegion
    /// The radius in metres.
    public var radius: ClosedRange<Double>
    /// Which way round.
    public var direction: Direction

    /// Draws a circle, and where on it the object starts.
    func draw(_ random: inout RandomStream) -> CirclePath {
        let centre = centre.draw(&random)
        let radius = random.uniform(in: radius)
        let phase = random.uniform(in: -Double.pi...Double.pi)
        let isReversed = random.uniform() < 0.5
        let turn: Double =
            switch direction {
            case .clockwise: -1
            case .counterclockwise: 1
            case .either: isReversed ? -1 : 1
            }
        return CirclePath(centre: centre, radius: radius, phase: phase, turn: turn)
    }
}

/// A level circle with a start and a sense.
struct CirclePath: Equatable, Sendable {
    /// In the world, metres.
    var centre: Vector3
    /// In metres.
    var radius: Double
    /// The start's angle about the world's z from x.
    var phase: Double
    /// 1 counterclockwise, -1 clockwise, seen from above.
    var turn: Double

    /// Where the object is after so many metres of way.
    func position(after distance: Double) -> Vector3 {
        centre + SceneMotion.direction(phase + turn * distance / radius) * radius
    }

    /// The direction of travel there.
    func tangent(after distance: Double) -> Vector3 {
        SceneMotion.direction(phase + turn * (distance / radius + Double.pi / 2))
    }
}
