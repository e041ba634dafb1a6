public import Spatial

/// Mass with its centre and principal axes: the inertial frame.
public struct MassProperties: Equatable, Sendable, BitwiseCopyable {
    /// The mass in kilograms.
    public var mass: Double
    /// The inertial frame: origin at the centre of mass, axes along the principal axes.
    public var linkFromInertial: Pose
    /// The moments of inertia about the principal axes, in kg m².
    public var principalInertia: Vector3

    /// Creates mass properties from numbers that are known.
    public init(mass: Double, linkFromInertial: Pose = .identity, principalInertia: Vector3) {
        self.mass = mass
        self.linkFromInertial = linkFromInertial
        self.principalInertia = principalInertia
    }

    /// No mass: for a base that is fixed to the world.
    public static let none = MassProperties(mass: 0, principalInertia: .zero)

    /// The mass spread evenly over the shapes' volumes; overlaps count twice.
    ///
    /// Gives zero inertia where there is no finite volume.
    public init(mass: Double, uniformlyOver colliders: [Collider]) {
        let volumes = colliders.map(\.shape.volume)
        let total = volumes.reduce(0, +)
        guard total > 0, total.isFinite else {
            self.init(mass: mass, principalInertia: .zero)
            return
        }
        var centre = Vector3.zero
        for (collider, volume) in zip(colliders, volumes) {
            centre += collider.linkFromShape.translation * (volume / total)
        }
        var tensor = SymmetricMatrix.zero
        for (collider, volume) in zip(colliders, volumes) {
            let share = mass * volume / total
            let pose = collider.linkFromShape
            tensor.add(
                moments: collider.shape.unitMassInertia * share,
                along: pose.rotation
            )
            tensor.add(pointMass: share, at: pose.translation - centre)
        }
        let (axes, moments) = tensor.principalAxes()
        self.init(
            mass: mass,
            linkFromInertial: Pose(rotation: axes, translation: centre),
            principalInertia: moments
        )
    }
}

extension Primitive {
    /// The volume in cubic metres; infinite for the plane.
    var volume: Double {
        switch self {
        case .box(let h): 8 * h.x * h.y * h.z
        case .sphere(let r): 4.0 / 3.0 * .pi * r * r * r
        case .capsule(let r, let half): .pi * r * r * (2 * half + 4.0 / 3.0 * r)
        case .cylinder(let r, let half): .pi * r * r * 2 * half
        case .plane: .infinity
        }
    }

    /// The moments of inertia about the shape's own axes, for a mass of 1 kg.
    var unitMassInertia: Vector3 {
        switch self {
        case .box(let h):
            let s = h * h
            return Vector3(s.y + s.z, s.x + s.z, s.x + s.y) / 3
        case .sphere(let r):
            return Vector3(repeating: 0.4 * r * r)
        case .cylinder(let r, let half):
            let across = r * r / 4 + half * half / 3
            return Vector3(across, across, r * r / 2)
        case .capsule(let r, let half):
            return Self.capsuleInertia(radius: r, halfLength: half)
        case .plane:
            return .zero
        }
    }

    /// A cylinder and two half spheres, whose centres of mass lie 3/8 r beyond the flat ends.
    private static func capsuleInertia(radius r: Double, halfLength half: Double) -> Vector3 {
        let cylinder = 2 * half / (2 * half + 4.0 / 3.0 * r)
        let caps = 1 - cylinder
        let along = cylinder * r * r / 2 + caps * 0.4 * r * r
        let capsAcross = 0.4 * r * r + half * half + 0.75 * half * r
        let across = cylinder * (r * r / 4 + half * half / 3) + caps * capsAcross
        return Vector3(across, across, along)
    }
}
