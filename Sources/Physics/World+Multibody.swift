import CBullet
public import Diagnostics
public import Spatial

extension World {
    /// Adds an articulated body.
    ///
    /// - Throws: ``InputError`` naming the link and value that is out of range.
    public func add(_ specification: MultibodySpecification) throws(InputError) -> MultibodyID {
        try specification.validate()
        var id: Int32 = -1
        let status = specification.withPlain { cb_world_add_multibody(handle, &$0, &id) }
        try check(status, adding: specification.name)
        growScratch(links: specification.links.count)
        return MultibodyID(index: Int(id))
    }

    /// The number of movable joints: the length of every joint vector.
    public func jointCount(of multibody: MultibodyID) -> Int {
        Int(cb_multibody_joint_count(handle, Int32(multibody.index)))
    }

    /// The number of links, the base not counted.
    public func linkCount(of multibody: MultibodyID) -> Int {
        Int(cb_multibody_link_count(handle, Int32(multibody.index)))
    }

    /// Reads joint positions (rad or m) and velocities, both `jointCount` long, in link order.
    public func readJointState(
        of multibody: MultibodyID,
        positions: UnsafeMutableBufferPointer<Double>,
        velocities: UnsafeMutableBufferPointer<Double>
    ) {
        precondition(positions.count == velocities.count, "joint vectors of different lengths")
        let status = cb_multibody_read_joints(
            handle,
            Int32(multibody.index),
            positions.baseAddress,
            velocities.baseAddress,
            Int32(positions.count)
        )
        require(status)
    }

    /// Puts the joints at positions and velocities, `jointCount` long, and aims the motors there.
    public func setJointState(
        of multibody: MultibodyID,
        positions: UnsafeBufferPointer<Double>,
        velocities: UnsafeBufferPointer<Double>
    ) {
        precondition(positions.count == velocities.count, "joint vectors of different lengths")
        let status = cb_multibody_set_joints(
            handle,
            Int32(multibody.index),
            positions.baseAddress,
            velocities.baseAddress,
            Int32(positions.count)
        )
        require(status)
    }

    /// Sets what the motors aim at: positions (rad or m) and, if given, velocities.
    ///
    /// Both are `jointCount` long; without velocities the target is at rest.
    public func setMotorTargets(
        of multibody: MultibodyID,
        positions: UnsafeBufferPointer<Double>,
        velocities: UnsafeBufferPointer<Double>? = nil
    ) {
        precondition(
            velocities.map { $0.count == positions.count } ?? true,
            "joint vectors of different lengths"
        )
        let status = cb_multibody_set_targets(
            handle,
            Int32(multibody.index),
            positions.baseAddress,
            velocities?.baseAddress,
            Int32(positions.count)
        )
        require(status)
    }

    /// Changes a joint's motor; `joint` counts the movable joints in link order.
    ///
    /// - Throws: ``InputError`` naming the gain that is out of range.
    public func setMotor(
        of multibody: MultibodyID,
        joint: Int,
        gains: MotorGains
    ) throws(InputError) {
        try gains.validate(owner: "joint \(joint)")
        var plain = cb_motor(gains)
        let status = cb_multibody_set_motor(
            handle,
            Int32(multibody.index),
            Int32(joint),
            &plain
        )
        require(status)
    }

    /// Reads `worldFromLink` of every link, `linkCount` long, in link order.
    public func readLinkPoses(
        of multibody: MultibodyID,
        into poses: UnsafeMutableBufferPointer<Pose>
    ) {
        linkScratch.withUnsafeMutableBufferPointer { scratch in
            precondition(poses.count <= scratch.count, "more poses than links")
            let status = cb_multibody_read_links(
                handle,
                Int32(multibody.index),
                scratch.baseAddress,
                Int32(poses.count)
            )
            require(status)
            for i in 0..<poses.count {
                poses.initializeElement(at: i, to: scratch[i].pose)
            }
        }
    }

    /// `worldFromBase` of a multibody.
    public func basePose(of multibody: MultibodyID) -> Pose {
        var pose = cb_pose()
        require(cb_multibody_read_base(handle, Int32(multibody.index), &pose))
        return pose.pose
    }

    private func growScratch(links: Int) {
        while linkScratch.count < links { linkScratch.append(cb_pose()) }
    }

    func check(_ status: cb_status, adding name: String) throws(InputError) {
        guard status != CB_OK else { return }
        let expected =
            switch status {
            case CB_FULL: "at most \(CB_MAX_OBJECTS) links and bodies in a world"
            case CB_NO_MEMORY: "enough memory"
            default: "values in range"
            }
        throw InputError(key: name, expected: expected, found: "a refusal by the physics engine")
    }
}
