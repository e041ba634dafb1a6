import CBullet
public import Diagnostics
public import Spatial

extension World {
    /// Adds a rigid body.
    ///
    /// - Throws: ``InputError`` naming the value that is out of range.
    public func add(_ specification: RigidBodySpecification) throws(InputError) -> BodyID {
        try specification.validate()
        var id: Int32 = -1
        let status = specification.withPlain { cb_world_add_body(handle, &$0, &id) }
        try check(status, adding: specification.name)
        bodyScratch.append(cb_body_state())
        return BodyID(index: Int(id))
    }

    /// The number of rigid bodies.
    public var bodyCount: Int { Int(cb_world_body_count(handle)) }

    /// `worldFromBody` of a rigid body.
    public func pose(of body: BodyID) -> Pose { state(of: body).world_from_body.pose }

    /// The velocity of the body frame's origin, in world axes.
    public func velocity(of body: BodyID) -> Twist { state(of: body).velocity.twist }

    /// Reads poses and velocities of all rigid bodies, `bodyCount` long, in the order of adding.
    public func readBodies(
        poses: UnsafeMutableBufferPointer<Pose>,
        velocities: UnsafeMutableBufferPointer<Twist>
    ) {
        precondition(poses.count == bodyScratch.count && velocities.count == poses.count)
        bodyScratch.withUnsafeMutableBufferPointer { scratch in
            require(cb_world_read_bodies(handle, scratch.baseAddress, Int32(scratch.count)))
            for i in 0..<scratch.count {
                poses.initializeElement(at: i, to: scratch[i].world_from_body.pose)
                velocities.initializeElement(at: i, to: scratch[i].velocity.twist)
            }
        }
    }

    /// Places a body at once with a velocity, forgetting its contacts; a plane cannot be moved.
    public func setPose(of body: BodyID, to worldFromBody: Pose, velocity: Twist = .zero) {
        var state = cb_body_state(
            world_from_body: cb_pose(worldFromBody),
            velocity: cb_twist(velocity)
        )
        require(cb_body_set_state(handle, Int32(body.index), &state))
    }

    /// Sets the velocity of a dynamic or kinematic body; a kinematic one keeps it.
    public func setVelocity(of body: BodyID, to velocity: Twist) {
        var plain = cb_twist(velocity)
        require(cb_body_set_velocity(handle, Int32(body.index), &plain))
    }

    /// Lets a kinematic body drag along what it touches, as a belt does, without moving itself.
    public func setSurfaceVelocity(of body: BodyID, to velocity: Vector3) {
        var plain = cb_vector(velocity)
        require(cb_body_set_surface_velocity(handle, Int32(body.index), &plain))
    }

    private func state(of body: BodyID) -> cb_body_state {
        var state = cb_body_state()
        require(cb_body_read(handle, Int32(body.index), &state))
        return state
    }
}
