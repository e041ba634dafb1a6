import Foundation
import Physics
import Spatial

/// A world in plain numbers, so that another physics can be given the same: SI units, radians,
/// quaternions as x, y, z, w.
public struct PhysicsDescription: Encodable, Sendable {
    struct Frame: Encodable {
        var position: [Double]
        var quaternion: [Double]
    }

    struct Shape: Encodable {
        var kind: String
        /// Box: full sides; sphere: radius; capsule and cylinder: radius and straight length; along z.
        var size: [Double]
        var frame: Frame
    }

    struct Surface: Encodable {
        var friction: Double
        var rolling: Double
        var spinning: Double
    }

    struct Link: Encodable {
        var name: String
        /// -1 for the base.
        var parent: Int
        var joint: String
        var axis: [Double]
        var frame: Frame
        var mass: Double
        var inertial: Frame
        var inertia: [Double]
        /// Null for none.
        var lower: Double?
        var upper: Double?
        var damping: Double
        var friction: Double
        var force: Double
        /// Null for none.
        var velocity: Double?
        /// The share of the position error that the motor takes in a timestep.
        var positionGain: Double
        var velocityGain: Double
        var shapes: [Shape]
        var surface: Surface
    }

    struct Gear: Encodable {
        var a: Int
        var b: Int
        var ratio: Double
        var errorReduction: Double
        var force: Double
    }

    struct Body: Encodable {
        var name: String
        /// 0 where it never moves.
        var mass: Double
        var inertia: [Double]
        var shapes: [Shape]
        var surface: Surface
        var frame: Frame
    }

    struct Solver: Encodable {
        var timestep: Double
        var gravity: [Double]
        var iterations: Int
        var erp: Double
        var contactErp: Double
        var frictionErp: Double
        var slop: Double
        var residual: Double
        var contactProcessingThreshold: Double
    }

    var solver: Solver
    var base: Link
    var links: [Link]
    var gears: [Gear]
    var bodies: [Body]
    /// Joint positions at the start, in link order.
    var home: [Double]

    init(
        settings: WorldSettings,
        multibody: MultibodySpecification,
        bodies: [RigidBodySpecification],
        home: [Double]
    ) {
        let timestep = settings.timestepSeconds
        solver = Solver(
            timestep: timestep,
            gravity: Self.list(settings.gravity),
            iterations: settings.solverIterations,
            erp: settings.jointErrorReduction,
            contactErp: settings.contactErrorReduction,
            frictionErp: settings.frictionErrorReduction,
            slop: settings.linearSlop,
            residual: settings.residualThreshold,
            contactProcessingThreshold: settings.contactProcessingThreshold
        )
        base = Link(
            name: multibody.name,
            parent: -1,
            joint: "fixed",
            axis: [0, 0, 1],
            frame: Frame(multibody.worldFromBase),
            mass: multibody.baseInertial.mass,
            inertial: Frame(multibody.baseInertial.linkFromInertial),
            inertia: Self.list(multibody.baseInertial.principalInertia),
            damping: 0,
            friction: 0,
            force: 0,
            positionGain: 0,
            velocityGain: 0,
            shapes: multibody.baseColliders.map(Shape.init),
            surface: Surface(multibody.baseMaterial)
        )
        links = multibody.links.map { Link($0, timestep: timestep) }
        gears = multibody.gears.map {
            Gear(
                a: $0.linkA,
                b: $0.linkB,
                ratio: $0.ratio,
                errorReduction: $0.errorReduction,
                force: $0.maxForce
            )
        }
        self.bodies = bodies.map(Body.init)
        self.home = home
    }

    fileprivate static func list(_ vector: Vector3) -> [Double] { [vector.x, vector.y, vector.z] }
}

extension PhysicsDescription.Frame {
    init(_ pose: Pose) {
        let q = pose.rotation.quaternion
        self.init(
            position: PhysicsDescription.list(pose.translation),
            quaternion: [q.x, q.y, q.z, q.w]
        )
    }
}

extension PhysicsDescription.Shape {
    init(_ collider: Collider) {
        let (kind, size): (String, [Double]) =
            switch collider.shape {
            case .box(let half): ("box", PhysicsDescription.list(half * 2))
            case .sphere(let radius): ("sphere", [radius])
            case .capsule(let radius, let half): ("capsule", [radius, 2 * half])
            case .cylinder(let radius, let half): ("cylinder", [radius, 2 * half])
            case .plane: ("plane", [])
            }
        self.init(
            kind: kind,
            size: size,
            frame: PhysicsDescription.Frame(collider.linkFromShape)
        )
    }
}

extension PhysicsDescription.Surface {
    init(_ material: Material) {
        self.init(
            friction: material.friction,
            rolling: material.rollingFriction,
            spinning: material.spinningFriction
        )
    }
}

extension PhysicsDescription.Link {
    init(_ link: LinkSpecification, timestep: Double) {
        let kind =
            switch link.joint {
            case .revolute: "revolute"
            case .prismatic: "prismatic"
            case .fixed: "fixed"
            }
        self.init(
            name: link.name,
            parent: link.parent ?? -1,
            joint: kind,
            axis: PhysicsDescription.list(link.axis),
            frame: PhysicsDescription.Frame(link.parentFromLink),
            mass: link.inertial.mass,
            inertial: PhysicsDescription.Frame(link.inertial.linkFromInertial),
            inertia: PhysicsDescription.list(link.inertial.principalInertia),
            lower: link.lower.isFinite ? link.lower : nil,
            upper: link.upper.isFinite ? link.upper : nil,
            damping: link.damping,
            friction: link.friction,
            force: link.motor.maxForce,
            velocity: link.motor.maxVelocity.isFinite ? link.motor.maxVelocity : nil,
            positionGain: 1 - exp(-timestep / link.motor.timeConstantSeconds),
            velocityGain: link.motor.velocityGain,
            shapes: link.colliders.map(PhysicsDescription.Shape.init),
            surface: PhysicsDescription.Surface(link.material)
        )
    }
}

extension PhysicsDescription.Body {
    init(_ body: RigidBodySpecification) {
        let inertial: MassProperties =
            if case .dynamic(let inertial) = body.motion { inertial } else { .none }
        self.init(
            name: body.name,
            mass: inertial.mass,
            inertia: PhysicsDescription.list(inertial.principalInertia),
            shapes: body.colliders.map(PhysicsDescription.Shape.init),
            surface: PhysicsDescription.Surface(body.material),
            frame: PhysicsDescription.Frame(body.worldFromBody)
        )
    }
}
