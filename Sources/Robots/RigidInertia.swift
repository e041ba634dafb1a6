internal import CUrdf
public import Spatial

/// Mass, centre of mass and inertia of a rigid body, in one frame.
public struct RigidInertia: Equatable, Sendable {
    /// The mass in kilograms.
    public var mass: Double
    /// The centre of mass in metres.
    public var centreOfMass: Vector3
    /// The inertia about the centre of mass along the frame's axes, in kg m².
    public var tensor: SymmetricTensor

    /// No mass.
    public static let zero = RigidInertia(mass: 0, centreOfMass: .zero, tensor: .zero)

    /// Creates an inertia; the tensor is about the centre of mass.
    public init(mass: Double, centreOfMass: Vector3, tensor: SymmetricTensor) {
        self.mass = mass
        self.centreOfMass = centreOfMass
        self.tensor = tensor
    }

    /// The same body seen from an outer frame.
    public func transformed(by outerFromFrame: Pose) -> RigidInertia {
        RigidInertia(
            mass: mass,
            centreOfMass: outerFromFrame(centreOfMass),
            tensor: tensor.rotated(by: outerFromFrame.rotation)
        )
    }

    /// The tensor about the frame's origin, by the parallel axis theorem.
    public var tensorAboutOrigin: SymmetricTensor {
        tensor + .pointMass(mass, at: centreOfMass)
    }

    /// Two bodies made one; both in the same frame.
    public static func + (a: RigidInertia, b: RigidInertia) -> RigidInertia {
        let mass = a.mass + b.mass
        guard mass > 0 else { return a }
        let centre = (a.centreOfMass * a.mass + b.centreOfMass * b.mass) / mass
        return RigidInertia(
            mass: mass,
            centreOfMass: centre,
            tensor: a.tensor + .pointMass(a.mass, at: a.centreOfMass - centre) + b.tensor
                + .pointMass(b.mass, at: b.centreOfMass - centre)
        )
    }
}

/// A symmetric 3×3 tensor, such as an inertia in kg m².
public struct SymmetricTensor: Equatable, Sendable {
    /// The entries `xx`, `yy`, `zz`.
    public var diagonal: Vector3
    /// The entries `xy`, `xz`, `yz`.
    public var offDiagonal: Vector3

    /// All entries 0.
    public static let zero = SymmetricTensor(diagonal: .zero, offDiagonal: .zero)

    /// Creates a tensor from `xx, yy, zz` and `xy, xz, yz`.
    public init(diagonal: Vector3, offDiagonal: Vector3 = .zero) {
        self.diagonal = diagonal
        self.offDiagonal = offDiagonal
    }

    /// The inertia about the origin of a point of `mass` kilograms at `r`.
    public static func pointMass(_ mass: Double, at r: Vector3) -> SymmetricTensor {
        SymmetricTensor(
            diagonal: Vector3(r.y * r.y + r.z * r.z, r.x * r.x + r.z * r.z, r.x * r.x + r.y * r.y)
                * mass,
            offDiagonal: Vector3(-r.x * r.y, -r.x * r.z, -r.y * r.z) * mass
        )
    }

    /// The sum of two tensors along the same axes.
    public static func + (a: SymmetricTensor, b: SymmetricTensor) -> SymmetricTensor {
        SymmetricTensor(
            diagonal: a.diagonal + b.diagonal,
            offDiagonal: a.offDiagonal + b.offDiagonal
        )
    }

    /// The tensor applied to a vector.
    public func callAsFunction(_ v: Vector3) -> Vector3 {
        Vector3(
            diagonal.x * v.x + offDiagonal.x * v.y + offDiagonal.y * v.z,
            offDiagonal.x * v.x + diagonal.y * v.y + offDiagonal.z * v.z,
            offDiagonal.y * v.x + offDiagonal.z * v.y + diagonal.z * v.z
        )
    }

    /// `R · T · Rᵀ`: the tensor along the axes of an outer frame.
    public func rotated(by outerFromFrame: Rotation) -> SymmetricTensor {
        let back = outerFromFrame.inverse
        let x = outerFromFrame(self(back(Vector3(1, 0, 0))))
        let y = outerFromFrame(self(back(Vector3(0, 1, 0))))
        let z = outerFromFrame(self(back(Vector3(0, 0, 1))))
        return SymmetricTensor(
            diagonal: Vector3(x.x, y.y, z.z),
            offDiagonal: Vector3(y.x, z.x, z.y)
        )
    }

    /// Principal moments, ascending, and the rotation from principal axes to the tensor's axes.
    ///
    /// Nil when an entry is not finite.
    public var principalAxes: (moments: Vector3, rotation: Rotation)? {
        let entries = [
            diagonal.x, offDiagonal.x, offDiagonal.y, diagonal.y, offDiagonal.z, diagonal.z,
        ]
        var moments = [0.0, 0, 0]
        var q = [0.0, 0, 0, 1]
        guard cu_principal_axes(entries, &moments, &q) == 0 else { return nil }
        return (
            Vector3(moments[0], moments[1], moments[2]),
            Rotation(x: q[0], y: q[1], z: q[2], w: q[3])
        )
    }
}
