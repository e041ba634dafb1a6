import CBullet

/// A world's whole state at one step: joint state, motor targets and gains, poses, velocities,
/// pending forces and the contact points with their impulses.
///
/// It never changes once made, so it may be shared between threads.
public final class WorldSnapshot: @unchecked Sendable {
    let handle: OpaquePointer

    init(handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        cb_snapshot_destroy(handle)
    }
}
