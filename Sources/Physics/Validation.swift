import CBullet
import Diagnostics
import Spatial

// The C face checks the same bounds; these name the value in a sentence.

/// Checks values under one name, such as a link's.
private struct Checker {
    let owner: String

    func require(
        _ isValid: Bool,
        _ key: String,
        _ expected: String,
        _ found: @autoclosure () -> String
    ) throws(InputError) {
        guard !isValid else { return }
        throw InputError(key: "\(owner).\(key)", expected: expected, found: found())
    }

    func number(_ value: Double, _ key: String, in range: ClosedRange<Double>) throws(InputError) {
        try require(
            range.contains(value),
            key,
            "a number from \(range.lowerBound) to \(range.upperBound)",
            "\(value)"
        )
    }

    func nonNegative(_ value: Double, _ key: String) throws(InputError) {
        try number(value, key, in: 0...1e6)
    }

    func positive(_ value: Double, _ key: String) throws(InputError) {
        try require(value > 0 && value <= 1e6, key, "a number above 0, at most 1e6", "\(value)")
    }

    func vector(_ value: Vector3, _ key: String) throws(InputError) {
        let isValid =
            value.isFinite && abs(value.x) <= 1e6 && abs(value.y) <= 1e6
            && abs(value.z) <= 1e6
        try require(isValid, key, "finite components up to 1e6", "\(value)")
    }

    func pose(_ value: Pose, _ key: String) throws(InputError) {
        try require(value.isFinite, key, "a finite pose", "\(value)")
        try vector(value.translation, key)
    }

    func count(_ value: Int, _ key: String, atMost limit: Int) throws(InputError) {
        try require(value <= limit, key, "at most \(limit)", "\(value)")
    }

    func mass(_ inertial: MassProperties, mayBeZero: Bool) throws(InputError) {
        try pose(inertial.linkFromInertial, "inertial frame")
        try nonNegative(inertial.mass, "mass")
        try vector(inertial.principalInertia, "principal inertia")
        let moments = inertial.principalInertia
        let isPositive = moments.min() > 0 && inertial.mass > 0
        let isZero = moments.min() >= 0 && mayBeZero
        try require(
            isPositive || isZero,
            "inertia",
            "mass and moments above 0",
            "mass \(inertial.mass), moments \(moments)"
        )
    }

    func material(_ material: Material) throws(InputError) {
        try nonNegative(material.friction, "friction")
        try nonNegative(material.rollingFriction, "rolling friction")
        try nonNegative(material.spinningFriction, "spinning friction")
        try number(material.restitution, "restitution", in: 0...1)
    }

    func hulls(_ hulls: [HullCollider], beside colliders: [Collider]) throws(InputError) {
        try count(colliders.count + hulls.count, "colliders", atMost: Int(CB_MAX_COLLIDERS))
        for hull in hulls {
            try pose(hull.linkFromShape, "hull")
            try require(
                (3...HullCollider.vertexLimit).contains(hull.vertices.count),
                "hull",
                "3 to \(HullCollider.vertexLimit) vertices",
                "\(hull.vertices.count)"
            )
            for vertex in hull.vertices { try vector(vertex, "hull vertex") }
        }
    }

    func colliders(_ colliders: [Collider], mayBePlane: Bool) throws(InputError) {
        try count(colliders.count, "colliders", atMost: Int(CB_MAX_COLLIDERS))
        for collider in colliders {
            try pose(collider.linkFromShape, "collider")
            switch collider.shape {
            case .box(let half):
                try positive(half.x, "box half extent x")
                try positive(half.y, "box half extent y")
                try positive(half.z, "box half extent z")
            case .sphere(let radius):
                try positive(radius, "sphere radius")
            case .capsule(let radius, let halfLength):
                try positive(radius, "capsule radius")
                try nonNegative(halfLength, "capsule half length")
            case .cylinder(let radius, let halfLength):
                try positive(radius, "cylinder radius")
                try positive(halfLength, "cylinder half length")
            case .plane:
                try require(
                    mayBePlane && colliders.count == 1,
                    "collider",
                    "a plane only alone, on a fixed body",
                    "a plane"
                )
            }
        }
    }
}

extension WorldSettings {
    func validate() throws(InputError) {
        let check = Checker(owner: "world")
        try check.require(
            timestepSeconds > 0 && timestepSeconds <= 1,
            "timestep",
            "seconds in (0, 1]",
            "\(timestepSeconds)"
        )
        try check.vector(gravity, "gravity")
        try check.require(
            (1...10_000).contains(solverIterations),
            "solver iterations",
            "1 to 10000",
            "\(solverIterations)"
        )
        try check.number(jointErrorReduction, "joint error reduction", in: 0...1)
        try check.number(contactErrorReduction, "contact error reduction", in: 0...1)
        try check.number(frictionErrorReduction, "friction error reduction", in: 0...1)
        try check.nonNegative(linearSlop, "linear slop")
        try check.nonNegative(residualThreshold, "residual threshold")
        try check.number(warmstartingFactor, "warmstarting factor", in: 0...1)
        try check.nonNegative(contactProcessingThreshold, "contact processing threshold")
    }
}

extension RigidBodySpecification {
    func validate() throws(InputError) {
        let check = Checker(owner: name)
        try check.require(!colliders.isEmpty, "colliders", "at least one", "none")
        try check.colliders(colliders, mayBePlane: motion == .fixed)
        try check.material(material)
        try check.pose(worldFromBody, "pose")
        try check.number(linearDamping, "linear damping", in: 0...1)
        try check.number(angularDamping, "angular damping", in: 0...1)
        if case .dynamic(let inertial) = motion { try check.mass(inertial, mayBeZero: false) }
    }
}

extension MotorGains {
    func validate(owner: String) throws(InputError) {
        let check = Checker(owner: owner)
        try check.positive(timeConstantSeconds, "motor time constant")
        try check.nonNegative(velocityGain, "motor velocity gain")
        try check.nonNegative(maxForce, "motor force")
        try check.require(maxVelocity > 0, "motor velocity", "above 0", "\(maxVelocity)")
    }
}

extension LinkSpecification {
    func validate(index: Int) throws(InputError) {
        let check = Checker(owner: name)
        let parentIndex = parent ?? 0
        try check.require(
            parent == nil || (0..<index).contains(parentIndex),
            "parent",
            "an earlier link than \(index)",
            "\(parentIndex)"
        )
        try check.pose(parentFromLink, "joint origin")
        try check.mass(inertial, mayBeZero: false)
        try check.material(material)
        try check.colliders(colliders, mayBePlane: false)
        try check.hulls(hulls, beside: colliders)
        guard joint != .fixed else { return }
        try check.vector(axis, "axis")
        try check.require(axis.length >= 1e-6, "axis", "a direction", "\(axis)")
        try check.require(
            lower <= upper && lower < .infinity && upper > -.infinity,
            "limits",
            "lower at most upper",
            "\(lower) to \(upper)"
        )
        try check.nonNegative(damping, "damping")
        try check.nonNegative(friction, "friction")
        try check.nonNegative(spring.stiffness, "spring stiffness")
        try check.vector(Vector3(spring.rest, 0, 0), "spring rest")
        try motor.validate(owner: name)
    }
}

extension MultibodySpecification {
    func validate() throws(InputError) {
        let check = Checker(owner: name)
        try check.pose(worldFromBase, "base pose")
        try check.mass(baseInertial, mayBeZero: isBaseFixed)
        try check.material(baseMaterial)
        try check.colliders(baseColliders, mayBePlane: false)
        try check.hulls(baseHulls, beside: baseColliders)
        try check.nonNegative(linearDamping, "linear damping")
        try check.nonNegative(angularDamping, "angular damping")
        try check.count(links.count, "links", atMost: Int(CB_MAX_LINKS))
        try check.count(gears.count, "gears", atMost: Int(CB_MAX_GEARS))
        for (index, link) in links.enumerated() { try link.validate(index: index) }
        for gear in gears { try validate(gear, check) }
    }

    private func validate(_ gear: GearSpecification, _ check: Checker) throws(InputError) {
        for link in [gear.linkA, gear.linkB] {
            let moves = links.indices.contains(link) && links[link].joint != .fixed
            try check.require(moves, "gear", "the index of a link that moves", "\(link)")
        }
        try check.require(gear.linkA != gear.linkB, "gear", "two links", "one")
        try check.vector(Vector3(gear.ratio, 0, 0), "gear ratio")
        try check.require(gear.ratio != 0, "gear ratio", "not 0", "0")
        try check.number(gear.errorReduction, "gear error reduction", in: 0...1)
        try check.nonNegative(gear.maxForce, "gear force")
    }
}
