import Diagnostics
import Foundation
import Runtime
import Spatial
import Testing

@testable import Tasks

@Suite struct CameraMountTests {
    /// Looks along the tool from beside the hand, down onto the table.
    private static let wrist = """
            - name: wrist
              mounted_on: tool
              eye: 0.08 0 -0.06 m
              target: 0.02 0 0.10 m
              up: 0 1 0
              vertical_field_of_view: 60 deg
              width: 64
              height: 64
              rate: 20 Hz
              delay: 0 ms
              jitter: 0 ms
          cloud:
        """

    @Test func `a wrist camera goes along with the tool`() throws {
        let setup = try TaskSetup.of("reach", replacing: [("  cloud:\n", Self.wrist + "\n")])
        var plant = try setup.makePlant()
        var before = plant.blankObservation
        #expect(before.frames.map(\.name) == ["front", "wrist"])
        plant.sense(into: &before)
        #expect(before.frames[1].depth.contains { $0 > 0.1 })
        // Turning the arm about its base changes what the world's camera sees of it, but the table
        // lies under the hand as before.
        try plant.advance(holding: setup.turned(0.3), substeps: 480)
        var after = plant.blankObservation
        plant.sense(into: &after)
        #expect(after.frames[1].capturedAt > before.frames[1].capturedAt)
        let changed = zip(before.frames[1].depth, after.frames[1].depth)
            .count { abs($0 - $1) > 0.01 }
        #expect(changed < 200, "of 4096 pixels, \(changed) at edges")
        #expect(zip(before.frames[0].depth, after.frames[0].depth).contains { abs($0 - $1) > 0.05 })
    }

    @Test func `a wrist camera whose up is along its view is refused`() throws {
        let wrong = Self.wrist.replacingOccurrences(of: "up: 0 1 0", with: "up: 0.06 0 -0.16")
        let error = try #require(throws: InputError.self) {
            try TaskFolder.task("reach", replacing: [("  cloud:\n", wrong + "\n")])
        }
        #expect(error.key == "sensors.cameras[1].target" && error.line != nil)
    }
}
