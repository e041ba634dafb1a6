import CBullet
import Spatial

// Conversions at the C edge. Nothing here allocates.

extension cb_vector {
    init(_ v: Vector3) {
        self.init(x: v.x, y: v.y, z: v.z)
    }

    var vector: Vector3 { Vector3(x, y, z) }
}

extension cb_pose {
    init(_ pose: Pose) {
        let q = pose.rotation.quaternion
        self.init(
            position: cb_vector(pose.translation),
            rotation: cb_quaternion(x: q.x, y: q.y, z: q.z, w: q.w)
        )
    }

    var pose: Pose {
        Pose(
            rotation: Rotation(x: rotation.x, y: rotation.y, z: rotation.z, w: rotation.w),
            translation: position.vector
        )
    }
}

extension cb_twist {
    init(_ twist: Twist) {
        self.init(linear: cb_vector(twist.linear), angular: cb_vector(twist.angular))
    }

    var twist: Twist { Twist(linear: linear.vector, angular: angular.vector) }
}

extension cb_motor {
    init(_ gains: MotorGains) {
        self.init(
            time_constant: gains.timeConstantSeconds,
            velocity_gain: gains.velocityGain,
            max_force: gains.maxForce,
            max_velocity: gains.maxVelocity
        )
    }
}

extension cb_material {
    init(_ material: Material) {
        self.init(
            friction: material.friction,
            rolling_friction: material.rollingFriction,
            spinning_friction: material.spinningFriction,
            restitution: material.restitution
        )
    }
}

extension cb_collider {
    init(_ collider: Collider) {
        let (kind, size): (cb_shape_kind, Vector3) =
            switch collider.shape {
            case .box(let halfExtents): (CB_BOX, halfExtents)
            case .sphere(let radius): (CB_SPHERE, Vector3(radius, 0, 0))
            case .capsule(let radius, let half): (CB_CAPSULE, Vector3(radius, half, 0))
            case .cylinder(let radius, let half): (CB_CYLINDER, Vector3(radius, half, 0))
            case .plane: (CB_PLANE, .zero)
            }
        self.init(
            kind: Int32(kind.rawValue),
            size: cb_vector(size),
            owner_from_shape: cb_pose(collider.linkFromShape),
            points: nil,
            point_count: 0
        )
    }

    /// `points` must outlive the value.
    init(_ hull: HullCollider, points: UnsafeBufferPointer<cb_vector>) {
        self.init(
            kind: Int32(CB_HULL.rawValue),
            size: cb_vector(.zero),
            owner_from_shape: cb_pose(hull.linkFromShape),
            points: points.baseAddress,
            point_count: Int32(clamping: points.count)
        )
    }
}

extension cb_object {
    init(_ object: WorldObject) {
        switch object {
        case .body(let id): self.init(multibody: -1, index: Int32(id.index))
        case .base(let id): self.init(multibody: Int32(id.index), index: -1)
        case .link(let id, let link):
            self.init(multibody: Int32(id.index), index: Int32(clamping: link))
        }
    }

    var object: WorldObject {
        if multibody < 0 { return .body(BodyID(index: Int(index))) }
        let id = MultibodyID(index: Int(multibody))
        return index < 0 ? .base(id) : .link(id, Int(index))
    }
}

extension cb_contact {
    var contact: Contact {
        Contact(
            a: a.object,
            b: b.object,
            pointCount: Int(point_count),
            normalImpulse: normal_impulse,
            distance: distance,
            position: position.vector,
            normal: normal.vector
        )
    }
}
