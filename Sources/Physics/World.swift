import CBullet
public import Diagnostics
public import Spatial

/// A Bullet world of multibodies and rigid bodies, stepped at a fixed rate.
///
/// Articulated bodies follow Featherstone's algorithm; contacts, limits and motors are solved
/// together by projected Gauss-Seidel, in float64. Two worlds built by the same calls and driven
/// by the same commands agree to the last bit on one machine. A world belongs to one thread at a
/// time. To reset, build it anew, or restore a ``WorldSnapshot``.
public final class World {
    /// The settings it was created with.
    public let settings: WorldSettings
    let handle: OpaquePointer
    /// Scratch for batch reads, grown when things are added, or for contacts at the first call.
    var linkScratch: [cb_pose] = []
    var bodyScratch: [cb_body_state] = []
    var contactScratch: [cb_contact] = []

    /// Creates an empty world.
    ///
    /// - Throws: ``InputError`` naming the setting that is out of range, or the environment variable
    ///   `SIMRUN_SOLVER` if it names no solver.
    public init(_ settings: WorldSettings) throws(InputError) {
        try settings.validate()
        let solver =
            if let chosen = settings.solver { chosen } else { try ConstraintSolver.selected() }
        var plain = settings.plain
        var created: OpaquePointer?
        let status = cb_world_create(&plain, &created)
        guard status == CB_OK, let created else {
            throw InputError(key: "world", expected: "valid settings", found: "\(settings)")
        }
        cb_world_solve_by_reference(created, solver == .reference)
        self.settings = settings
        handle = created
    }

    deinit {
        cb_world_destroy(handle)
    }

    // MARK: Time

    /// Advances by `count` physics timesteps, at least 0.
    public func step(_ count: Int = 1) {
        require(cb_world_step(handle, Int32(count)))
    }

    /// The steps taken since the world was created, or as restored.
    public var stepCount: Int { Int(cb_world_step_count(handle)) }

    /// The steps that were solved by packed rows; others met no multibody, or Bullet iterated.
    var packedStepCount: Int { Int(cb_world_packed_step_count(handle)) }

    /// The simulated time in seconds.
    public var elapsedSeconds: Double { Double(stepCount) * settings.timestepSeconds }

    /// Whether every position and velocity is a finite number.
    public var isFinite: Bool { cb_world_is_finite(handle) }

    /// FNV-1a, 64 bit, over joint state, motor targets, poses and velocities.
    ///
    /// Equal on one machine for equal runs; other machines may round sine and cosine otherwise.
    public var stateHash: UInt64 { cb_world_hash(handle) }

    // MARK: Snapshot

    /// Everything the next step depends on.
    public func snapshot() -> WorldSnapshot {
        var saved: OpaquePointer?
        require(cb_world_save(handle, &saved))
        guard let saved else { preconditionFailure("out of memory for a snapshot") }
        return WorldSnapshot(handle: saved)
    }

    /// Goes back to `snapshot`; what follows equals the original run to the last bit.
    ///
    /// - Throws: ``InputError`` if the snapshot is of a world that was built by other calls.
    public func restore(_ snapshot: WorldSnapshot) throws(InputError) {
        guard cb_world_restore(handle, snapshot.handle) == CB_OK else {
            throw InputError(
                key: "snapshot",
                expected: "one of a world built alike",
                found: "one of another world"
            )
        }
    }

    // MARK: Forces, contacts, rays

    /// Pushes with `force` newtons at a world point, over every step of the next ``step(_:)``.
    public func applyForce(_ force: Vector3, at pointInWorld: Vector3, to object: WorldObject) {
        let status = cb_world_apply_force(
            handle,
            cb_object(object),
            cb_vector(force),
            cb_vector(pointInWorld)
        )
        require(status)
    }

    /// How `a` and `b` touched in the last step; `pointCount` is 0 if they did not.
    public func contact(between a: WorldObject, and b: WorldObject) -> Contact {
        var result = cb_contact()
        require(cb_world_contact_between(handle, cb_object(a), cb_object(b), &result))
        return result.contact
    }

    /// Fills `buffer` with the touching pairs, in a fixed order, and returns how many there are.
    ///
    /// The number may exceed the buffer, which then holds the first of them. Scratch of the
    /// buffer's length is kept, so only the first call with a longer buffer allocates.
    public func contacts(into buffer: UnsafeMutableBufferPointer<Contact>) -> Int {
        let capacity = buffer.count
        if contactScratch.count < capacity {
            contactScratch = Array(repeating: cb_contact(), count: capacity)
        }
        var total: Int32 = 0
        contactScratch.withUnsafeMutableBufferPointer { scratch in
            require(cb_world_contacts(handle, scratch.baseAddress, Int32(capacity), &total))
            for i in 0..<min(capacity, Int(total)) {
                buffer.initializeElement(at: i, to: scratch[i].contact)
            }
        }
        return Int(total)
    }

    /// Calls `body` for every touching pair, in a fixed order.
    ///
    /// Scratch is kept, so that only more contacts than ever before allocate.
    public func forEachContact(_ body: (Contact) -> Void) {
        if contactScratch.isEmpty {
            contactScratch = Array(repeating: cb_contact(), count: 256)
        }
        var total = readContacts()
        if total > contactScratch.count {
            contactScratch = Array(repeating: cb_contact(), count: 2 * total)
            total = readContacts()
        }
        for index in 0..<total { body(contactScratch[index].contact) }
    }

    /// Fills the scratch, and returns how many pairs touch.
    private func readContacts() -> Int {
        var total: Int32 = 0
        contactScratch.withUnsafeMutableBufferPointer { scratch in
            require(
                cb_world_contacts(handle, scratch.baseAddress, Int32(scratch.count), &total)
            )
        }
        return Int(total)
    }

    /// The first thing on the way from `start` to `end`, two different world points.
    public func rayTest(from start: Vector3, to end: Vector3) -> RayHit? {
        var hit = cb_ray_hit()
        require(cb_world_ray_test(handle, cb_vector(start), cb_vector(end), &hit))
        guard hit.hit else { return nil }
        return RayHit(
            object: hit.object.object,
            fraction: hit.fraction,
            position: hit.position.vector,
            normal: hit.normal.vector
        )
    }

    /// An argument that the C face refuses is a programmer's error by the time it gets there.
    func require(_ status: cb_status, _ function: StaticString = #function) {
        precondition(status == CB_OK, "World.\(function): argument out of range or not finite")
    }
}
