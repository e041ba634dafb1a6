import Spatial
import Testing

@testable import Runtime

@Suite struct ObservationTests {
    private func observation() -> Observation {
        var observation = Observation(
            jointCount: 2,
            cloudPoints: 3,
            frames: [CameraFrame(name: "front", width: 2, height: 1)]
        )
        observation.capturedAt = .milliseconds(7)
        observation.jointPositions[1] = 0.5
        observation.jointVelocities[0] = -1
        observation.gripperOpening = 0.03
        observation.worldFromTool.translation = Vector3(1, 2, 3)
        observation.goal = Vector3(4, 5, 6)
        observation.conveyorSpeed = 0.12
        observation.instruction = "pick"
        observation.cloud.coordinates[4] = 9
        observation.cloud.capturedAt = .milliseconds(5)
        observation.frames[0].rgb[2] = 200
        observation.frames[0].depth[1] = 0.7
        observation.frames[0].capturedAt = .milliseconds(4)
        return observation
    }

    /// Every field and number, by reflection: a field that is added later is compared too.
    private func text(_ observation: Observation) -> String {
        var text = ""
        dump(observation, to: &text)
        return text
    }

    @Test func `a copy has every field`() {
        var copy = Observation(
            jointCount: 2,
            cloudPoints: 3,
            frames: [CameraFrame(name: "front", width: 2, height: 1)]
        )
        #expect(text(copy) != text(observation()))
        copy.copy(observation())
        #expect(text(copy) == text(observation()))
        #expect(text(observation().twin) == text(observation()))
    }

    @Test func `a copy has storage of its own`() {
        var original = observation()
        var copy = original.twin
        copy.copy(original)
        original.cloud.coordinates[4] = 1
        original.frames[0].rgb[2] = 1
        #expect(text(copy) == text(observation()))
    }

    @Test func `the oldest sensor counts`() {
        #expect(observation().oldestCapture == .milliseconds(4))
    }
}
