import Robots
import Runtime
import Spatial
import Tasks

/// A plant of which recordings can be made: a simulation, or an arm with the one that follows it.
protocol RecordedPlant: Plant {
    /// Names of the frames that may move.
    var frameNames: [String] { get }
    /// Names of the numbers of the true state.
    var stateNames: [String] { get }
    /// Everything that can be seen, by frames.
    var frameShapes: [SimulatedPlant.FrameShape] { get }
    /// The true state as one vector.
    var flatState: [Double] { get }
    /// A blank observation with room for what it senses.
    var blankObservation: Observation { get }
    /// Writes the pose of each frame.
    func copyFramePoses(into poses: UnsafeMutableBufferPointer<Pose>)
    /// Writes the true state.
    func copyState(into state: UnsafeMutableBufferPointer<Double>)
}

extension SimulatedPlant: RecordedPlant {}
