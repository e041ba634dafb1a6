import CMalloc
import Robots
import Runtime
import Sensing
import Spatial
import Tasks

/// A plant that counts what is allocated inside `advance`, so that it can be told from the rest.
struct CountingPlant: Plant {
    var plant: SimulatedPlant
    /// Heap allocations inside ``advance(holding:substeps:)`` so far: Bullet's own.
    private(set) var allocationsInStep: UInt64 = 0

    init(_ plant: SimulatedPlant) {
        self.plant = plant
    }

    var elapsed: TimeSpan { plant.elapsed }
    var jointState: JointState { plant.jointState }
    var status: EpisodeStatus { plant.status }

    mutating func sense(into observation: inout Observation) throws(LoopFault) {
        plant.sense(into: &observation)
    }

    mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        let before = cm_allocations()
        try plant.advance(holding: command, substeps: substeps)
        allocationsInStep += cm_allocations() - before
    }
}

extension CountingPlant: ViewedScene {
    var goal: Vector3? { plant.goal }

    mutating func readVisuals(into visuals: inout [Visual]) { plant.readVisuals(into: &visuals) }

    mutating func readFrames(into frames: inout [Pose]) { plant.readFrames(into: &frames) }

    mutating func readContacts(into contacts: UnsafeMutableBufferPointer<ContactMark>) -> Int {
        plant.readContacts(into: contacts)
    }
}
