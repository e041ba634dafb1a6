import Diagnostics
import Foundation
import Testing

@testable import Tasks

/// Mistakes in the keys that say how things move by themselves.
@Suite struct BrokenMotionTests {
    static let breakages: [(task: String, breakage: TaskBreakage)] = [
        (
            "conveyor-pick",
            TaskBreakage(
                what: "a belt without direction",
                replace: ("    surface_heading: 90 deg\n", ""),
                key: "scene[1].surface_heading"
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "a direction without unit",
                replace: ("surface_heading: 90 deg", "surface_heading: 90"),
                key: "scene[1].surface_heading",
                mentions: ["an angle"]
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "a belt that is static",
                replace: ("kind: conveyor", "kind: static"),
                key: "scene[1].surface_heading"
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "an encoder of what is no belt",
                replace: ("conveyor_encoder: belt", "conveyor_encoder: table"),
                key: "sensors.conveyor_encoder",
                mentions: ["a conveyor", "table", "belt"]
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "a lift of what cannot be lifted",
                replace: ("object: cube", "object: belt"),
                key: "success.all[0].lifted.object",
                mentions: ["dynamic", "cube"]
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "a lift by nothing",
                replace: ("by: 0.10 m", "by: 0 m"),
                key: "success.all[0].lifted.by"
            )
        ),
        (
            "conveyor-pick",
            TaskBreakage(
                what: "two conditions in one",
                replace: ("    - lifted:", "    - distance: 1\n      lifted:"),
                key: "success.all[0]",
                mentions: ["distance and lifted"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a driven thing without a path",
                replace: ("    path:", "    paths:"),
                key: "scene[1].path"
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a path of another shape",
                replace: ("shape: circle", "shape: square"),
                key: "scene[1].path.shape",
                mentions: ["square", "circle"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a circle of no radius",
                replace: ("radius: 0.06 to 0.12 m", "radius: 0 to 0.12 m"),
                key: "scene[1].path.radius",
                mentions: ["1 mm"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a direction that is none",
                replace: ("direction: either", "direction: left"),
                key: "scene[1].path.direction",
                mentions: ["left", "either"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a place to start for what has a path",
                replace: ("    path:", "    position: 0 0 0 m\n    path:"),
                key: "scene[1].position"
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "an offset without unit",
                replace: ("offset: 0 0 0.04 m", "offset: 0 0 0.04"),
                key: "success.all[0].distance.offset",
                mentions: ["length"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a marker without a speed",
                replace: (
                    "target_speed:\n  default: 0.12 m/s\n  range: 0.05 to 0.25 m/s\n", ""
                ),
                key: "",
                mentions: ["target_speed", "marker"]
            )
        ),
        (
            "track",
            TaskBreakage(
                what: "a default speed out of its range",
                replace: ("default: 0.12 m/s", "default: 0.5 m/s"),
                key: "target_speed.range",
                mentions: ["include the default"]
            )
        ),
        (
            "intercept",
            TaskBreakage(
                what: "a heading without unit",
                replace: ("heading: 160 to 200 deg", "heading: 160 to 200"),
                key: "scene[1].launch.heading",
                mentions: ["a range"]
            )
        ),
        (
            "intercept",
            TaskBreakage(
                what: "a launch with an unknown key",
                replace: ("heading: 160 to 200 deg", "heading: 160 to 200 deg\n      sped: 1"),
                key: "scene[1].launch.sped"
            )
        ),
        (
            "intercept",
            TaskBreakage(
                what: "a speed of nothing",
                replace: ("    launch:\n      heading: 160 to 200 deg\n", ""),
                key: "target_speed",
                mentions: ["moves by itself"]
            )
        ),
    ]

    @Test(arguments: breakages)
    func `a broken motion is refused by its key`(
        task: String,
        breakage: TaskBreakage
    ) throws {
        let text = try TaskFolder.text(task)
        let range = try #require(text.range(of: breakage.replace.0))
        let broken = text.replacingCharacters(in: range, with: breakage.replace.1)
        try TaskFolder.withFile(broken, name: task + ".yaml") { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path && error.line != nil)
            if !breakage.key.isEmpty { #expect(error.key == breakage.key, "\(error)") }
            for word in breakage.mentions {
                #expect(error.description.contains(word), "\(error)")
            }
        }
    }
}
