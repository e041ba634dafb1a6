import Diagnostics
import Foundation
import Testing

@testable import Tasks

/// One way to break a task file, and what the error must name.
struct TaskBreakage: Sendable, CustomTestStringConvertible {
    var what: String
    /// Text that is replaced once, and its replacement.
    var replace: (String, String)
    var key: String
    var mentions: [String] = []
    /// The error is on the line of the replaced text, unless the whole section is at fault.
    var namesLine = true

    var testDescription: String { what }
}

@Suite struct BrokenTaskTests {
    static let breakages: [TaskBreakage] = [
        TaskBreakage(
            what: "a list for a quantity",
            replace: ("time_limit: 6.25 s", "time_limit: [6, s]"),
            key: "time_limit",
            mentions: ["a list"]
        ),
        TaskBreakage(
            what: "a number for a name",
            replace: ("suite: mt10-style", "suite: 12"),
            key: "suite",
            mentions: ["text", "12"]
        ),
        TaskBreakage(
            what: "a text for a whole number",
            replace: ("points: 256", "points: many"),
            key: "sensors.cloud.points",
            mentions: ["whole number", "many"]
        ),
        TaskBreakage(
            what: "a fraction for a whole number",
            replace: ("points: 256", "points: 25.6"),
            key: "sensors.cloud.points",
            mentions: ["25.6"]
        ),
        TaskBreakage(
            what: "an unknown key",
            replace: ("  hold: 0.5 s", "  hold: 0.5 s\n  hould: 0.5 s"),
            key: "success.hould",
            mentions: ["hold"],
            namesLine: false
        ),
        TaskBreakage(
            what: "an unknown key at the root",
            replace: ("policy: meanflow-pick-place", "policy: meanflow-pick-place\nextra: 1"),
            key: "extra",
            namesLine: false
        ),
        TaskBreakage(
            what: "a missing key",
            replace: ("time_limit: 6.25 s\n", ""),
            key: "time_limit",
            namesLine: false
        ),
        TaskBreakage(
            what: "a missing section",
            replace: ("control:\n  mode", "controls:\n  mode"),
            key: "control",
            namesLine: false
        ),
        TaskBreakage(
            what: "a unit missing",
            replace: ("  hold: 0.5 s", "  hold: 0.5"),
            key: "success.hold",
            mentions: ["a time", "0.5"]
        ),
        TaskBreakage(
            what: "a unit missing in a vector",
            replace: ("position: 0.55 0 -0.02 m", "position: 0.55 0 -0.02"),
            key: "scene[0].position",
            mentions: ["length"]
        ),
        TaskBreakage(
            what: "a wrong unit",
            replace: ("mass: 0.064 kg", "mass: 0.064 m"),
            key: "scene[1].mass",
            mentions: ["kg"]
        ),
        TaskBreakage(
            what: "a rate in seconds",
            replace: ("  policy: 20 Hz", "  policy: 20 s"),
            key: "rates.policy",
            mentions: ["Hz"]
        ),
        TaskBreakage(
            what: "a range the wrong way round",
            replace: ("x: 0.40 to 0.50 m", "x: 0.50 to 0.40 m"),
            key: "scene[1].start.x"
        ),
        TaskBreakage(
            what: "an unknown shape",
            replace: ("shape: box\n    half_extents: 0.02", "shape: cone\n    half_extents: 0.02"),
            key: "scene[1].shape",
            mentions: ["cone", "box"]
        ),
        TaskBreakage(
            what: "a shape without size",
            replace: ("half_extents: 0.02 0.02 0.02 m", "half_extents: 0.02 0 0.02 m"),
            key: "scene[1].half_extents"
        ),
        TaskBreakage(
            what: "an unknown kind",
            replace: ("kind: dynamic", "kind: dynamite"),
            key: "scene[1].kind",
            mentions: ["dynamic"]
        ),
        TaskBreakage(
            what: "two things of one name",
            replace: ("- name: cube", "- name: table"),
            key: "scene[1]",
            mentions: ["table", "nothing else has"]
        ),
        TaskBreakage(
            what: "a thing with the goal's name",
            replace: ("- name: cube", "- name: goal"),
            key: "scene[1]",
            mentions: ["goal"]
        ),
        TaskBreakage(
            what: "a mass of nothing",
            replace: ("mass: 0.064 kg", "mass: 0 kg"),
            key: "scene[1].mass"
        ),
        TaskBreakage(
            what: "a colour out of range",
            replace: ("color: 0.80 0.15 0.12", "color: 0.80 15 0.12"),
            key: "scene[1].color"
        ),
        TaskBreakage(
            what: "a predicate over an unknown object",
            replace: ("from: cube", "from: cub"),
            key: "success.all[0].distance.from",
            mentions: ["cub", "cube"]
        ),
        TaskBreakage(
            what: "a predicate of nothing",
            replace: (
                """
                  all:
                    - distance:
                        from: cube
                        to: goal
                        at_most: 0.07 m
                """, "  all: []"
            ),
            key: "success.all",
            mentions: ["at least one"]
        ),
        TaskBreakage(
            what: "an unknown condition",
            replace: ("- distance:", "- distence:"),
            key: "success.all[0].distance",
            namesLine: false
        ),
        TaskBreakage(
            what: "a cloud of an unknown camera",
            replace: ("camera: front", "camera: frond"),
            key: "sensors.cloud.camera",
            mentions: ["frond", "front"]
        ),
        TaskBreakage(
            what: "a camera in its own target",
            replace: ("eye: 1.15 0.55 0.65 m", "eye: 0.50 0 0.08 m"),
            key: "sensors.cameras[0].target",
            namesLine: false
        ),
        TaskBreakage(
            what: "a camera without pixels",
            replace: ("width: 128", "width: 0"),
            key: "sensors.cameras[0].width"
        ),
        TaskBreakage(
            what: "a camera as large as memory",
            replace: ("height: 128", "height: 128000000000"),
            key: "sensors.cameras[0].height"
        ),
        TaskBreakage(
            what: "a negative delay",
            replace: ("delay: 0 ms", "delay: -1 ms"),
            key: "sensors.cameras[0].delay"
        ),
        TaskBreakage(
            what: "a jitter of too many captures",
            replace: (
                "rate: 20 Hz\n      delay: 0 ms\n      jitter: 0 ms",
                "rate: 1000 Hz\n      delay: 0 ms\n      jitter: 10 s"
            ),
            key: "sensors.cameras[0].jitter",
            namesLine: false
        ),
        TaskBreakage(
            what: "an unknown expert",
            replace: ("expert: pick-place", "expert: pick-plaice"),
            key: "expert",
            mentions: ["pick-plaice", "pick-place"]
        ),
        TaskBreakage(
            what: "a policy rate above the control rate",
            replace: ("  policy: 20 Hz", "  policy: 61 Hz"),
            key: "rates.policy",
            mentions: ["control rate"]
        ),
        TaskBreakage(
            what: "an unknown control mode",
            replace: ("mode: pd_ee_delta_pos", "mode: pd_ee_delta_poss"),
            key: "control.mode",
            mentions: ["pd_ee_delta_pos"]
        ),
        TaskBreakage(
            what: "a scale of another mode",
            replace: ("translation_scale: 0.02 m", "joint_scale: 0.02 rad"),
            key: "control.translation_scale",
            namesLine: false
        ),
        TaskBreakage(
            what: "interpolation that is not there",
            replace: ("interpolation: linear", "interpolation: cubic"),
            key: "control.interpolation",
            mentions: ["linear"]
        ),
        TaskBreakage(
            what: "a name that is not the file's",
            replace: ("name: pick-place", "name: pick-and-place"),
            key: "name",
            mentions: ["pick-place", "pick-and-place"]
        ),
        TaskBreakage(
            what: "an anchor",
            replace: ("robot: panda", "robot: &r panda"),
            key: "",
            mentions: ["anchor"]
        ),
        TaskBreakage(
            what: "YAML that does not parse",
            replace: ("rates:\n", "rates: [\n"),
            key: "",
            namesLine: false
        ),
        TaskBreakage(
            what: "a key twice",
            replace: ("robot: panda", "robot: panda\nrobot: panda"),
            key: "robot",
            namesLine: false
        ),
    ]

    @Test(arguments: breakages)
    func `a broken task is refused with file, line and key`(breakage: TaskBreakage) throws {
        let text = try TaskFolder.text("pick-place")
        let range = try #require(text.range(of: breakage.replace.0))
        let broken = text.replacingCharacters(in: range, with: breakage.replace.1)
        // The line of the last character replaced: edits of several lines end in the guilty one.
        let line =
            text[..<range.lowerBound].count { $0 == "\n" } + 1
            + breakage.replace.0.count { $0 == "\n" }
        try TaskFolder.withFile(broken) { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path)
            #expect(error.line != nil)
            if breakage.namesLine, !breakage.replace.0.contains("\n") {
                #expect(error.line == line, "\(error)")
            }
            if !breakage.key.isEmpty { #expect(error.key == breakage.key, "\(error)") }
            for word in breakage.mentions {
                #expect(error.description.contains(word), "\(error)")
            }
        }
    }

    @Test(arguments: ["", " ", "# nothing", "12", "[a, b]", "null"])
    func `a file that is no mapping is refused`(text: String) throws {
        try TaskFolder.withFile(text) { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path)
        }
    }

    @Test func `a control rate out of range is refused`() throws {
        #expect(throws: InputError.self) {
            try TaskSetup.of("reach", controlHertz: .nan)
        }
        #expect(throws: InputError.self) {
            try TaskSetup.of("reach", controlHertz: 1e9)
        }
    }
}
