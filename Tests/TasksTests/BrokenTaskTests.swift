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
            key: "success.all[0]",
            mentions: ["distence", "distance"]
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

    /// Mistakes in the predicate language and in what says more about starts than ranges do.
    static let languageBreakages: [TaskBreakage] = [
        TaskBreakage(
            what: "an object in a predicate that nobody named",
            replace: ("    - distance:\n", "    - grasped: cubed\n    - distance:\n"),
            key: "success.all[0].grasped",
            mentions: ["a dynamic object", "cubed", "cube"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a grasp of what does not move",
            replace: ("    - distance:\n", "    - grasped: table\n    - distance:\n"),
            key: "success.all[0].grasped",
            mentions: ["dynamic", "table"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a distance without a bound",
            replace: ("        at_most: 0.07 m\n", ""),
            key: "success.all[0].distance.at_most",
            namesLine: false
        ),
        TaskBreakage(
            what: "bounds the wrong way round",
            replace: (
                "        at_most: 0.07 m", "        at_least: 0.1 m\n        at_most: 0.07 m"
            ),
            key: "success.all[0].distance.at_most",
            mentions: ["at_least"],
            namesLine: false
        ),
        TaskBreakage(
            what: "axes that are none",
            replace: ("        at_most: 0.07 m", "        axes: xw\n        at_most: 0.07 m"),
            key: "success.all[0].distance.axes",
            mentions: ["x, y and z", "xw"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a box that nobody named",
            replace: (
                "    - distance:\n", "    - in: { object: cube, box: tray }\n    - distance:\n"
            ),
            key: "success.all[0].in.box",
            mentions: ["under places", "tray"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a point where a box is needed",
            replace: (
                "\nsuccess:\n  all:\n",
                "\nplaces: [{ name: tip, of: cube, at: 0 0 0.02 m }]\nsuccess:\n  all:\n"
                    + "    - in: { object: cube, box: tip }\n"
            ),
            key: "success.all[0].in.box",
            mentions: ["half_extents", "tip"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a place fixed to nothing",
            replace: (
                "\nsuccess:\n",
                "\nplaces: [{ name: tip, of: cubed, at: 0 0 0.02 m }]\nsuccess:\n"
            ),
            key: "places[0].of",
            mentions: ["fixed to", "cubed", "cube"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a place with the name of a thing",
            replace: (
                "\nsuccess:\n",
                "\nplaces: [{ name: cube, of: cube, at: 0 0 0.02 m }]\nsuccess:\n"
            ),
            key: "places[0]",
            mentions: ["nothing else has"],
            namesLine: false
        ),
        TaskBreakage(
            what: "something that stands on itself",
            replace: (
                "    - distance:\n", "    - on: { object: cube, support: cube }\n    - distance:\n"
            ),
            key: "success.all[0].on.support",
            mentions: ["another object"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a joint without bounds",
            replace: (
                "    - distance:\n", "    - joint: { of: robot, name: a }\n    - distance:\n"
            ),
            key: "success.all[0].joint",
            mentions: ["at_least", "neither"],
            namesLine: false
        ),
        TaskBreakage(
            what: "conditions nested without end",
            replace: (
                "    - distance:\n",
                "    - " + String(repeating: "{not: ", count: 10) + "{grasped: cube}"
                    + String(repeating: "}", count: 10) + "\n    - distance:\n"
            ),
            key: "success.all[0]" + String(repeating: ".not", count: 8),
            mentions: ["at most 8 deep"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a judgement that is none",
            replace: ("  hold: 0.5 s", "  judged: always\n  hold: 0.5 s"),
            key: "success.judged",
            mentions: ["at_end", "always"],
            namesLine: false
        ),
        TaskBreakage(
            what: "start ranges that cannot be separated",
            replace: (
                "\ngoal:\n", "\nseparations: [{ of: [cube, goal], at_least: 0.5 m }]\ngoal:\n"
            ),
            key: "separations[0].at_least",
            mentions: ["0.36", "cube", "the goal", "wider"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a separation of one",
            replace: ("\ngoal:\n", "\nseparations: [{ of: [cube], at_least: 0.5 m }]\ngoal:\n"),
            key: "separations[0].of",
            mentions: ["two names"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a place chosen twice",
            replace: (
                "\ngoal:\n",
                "\nfixed_starts: { factors: [{ objects: [cube], places: [0.4 0 m] }] }\ngoal:\n"
            ),
            key: "scene[1]",
            mentions: ["fixed_starts chooses", "both for cube"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a start that is nowhere",
            replace: (
                "      x: 0.40 to 0.50 m\n      y: -0.10 to 0.10 m\n      z: 0.0201",
                "      z: 0.0201"
            ),
            key: "scene[1]",
            mentions: ["fixed_starts", "neither for cube"],
            namesLine: false
        ),
        TaskBreakage(
            what: "fewer places than objects",
            replace: (
                "\ngoal:\n",
                "\nfixed_starts: { factors: [{ objects: [cube, table], places: [0.4 0 m] }] }\ngoal:\n"
            ),
            key: "fixed_starts.factors[0].places",
            mentions: ["as many places as objects"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a distractor that success speaks of",
            replace: (
                "\ngoal:\n",
                "\ndistractors: { objects: [cube], at_least: 0, at_most: 1 }\ngoal:\n"
            ),
            key: "distractors",
            mentions: ["no success condition", "cube"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a material that nobody named",
            replace: ("    friction: 0.8\n", "    material: rubber\n"),
            key: "scene[1].material",
            mentions: ["under materials", "rubber"],
            namesLine: false
        ),
        TaskBreakage(
            what: "parts that are none",
            replace: ("    shape: box\n    half_extents: 0.02 0.02 0.02 m\n", "    parts: []\n"),
            key: "scene[1].parts",
            mentions: ["at least one part"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a camera on something that carries none",
            replace: ("      rate: 20 Hz", "      mounted_on: elbow\n      rate: 20 Hz"),
            key: "sensors.cameras[0].mounted_on",
            mentions: ["world, tool", "elbow"],
            namesLine: false
        ),
        TaskBreakage(
            what: "instructions of two sorts",
            replace: ("  - take the cube to", "  - say: take the cube to"),
            key: "instructions[1]",
            mentions: ["text", "a mapping"],
            namesLine: false
        ),
        TaskBreakage(
            what: "no instruction",
            replace: (
                """
                instructions:
                  - pick up the red cube and bring it to the goal
                  - take the cube to the target position
                  - lift the red block and hold it at the goal
                """, "instructions: []"
            ),
            key: "instructions",
            mentions: ["at least one"],
            namesLine: false
        ),
    ]

    @Test(arguments: ["panda_joint9", "panda_finger_joint1"])
    func `a predicate over a joint that is missing or moves otherwise is refused`(
        joint: String
    ) throws {
        let condition =
            "    - joint: { of: robot, name: \(joint), at_least: 1 rad }\n    - distance:\n"
        let task = try TaskFolder.task("pick-place", replacing: [("    - distance:\n", condition)])
        let error = try #require(throws: InputError.self) {
            try TaskSetup(task: task, robot: TaskFolder.panda.get())
        }
        #expect(error.key == "success.all[0].joint.name" && error.line != nil && error.file != nil)
        let cure = joint == "panda_joint9" ? "a joint of panda" : "in metres"
        #expect(error.description.contains(cure), "\(error)")
        #expect(error.nearest.contains("panda_joint1") == (joint == "panda_joint9"))
    }

    @Test func `an arm's start must be that arm's`() throws {
        for (joints, word) in [("0 0 rad", "7 positions"), ("0 0 0 0 0 9 0 rad", "panda_joint4")] {
            let start = "robot: panda\nrobot_start: { joints: \(joints) }"
            let task = try TaskFolder.task("pick-place", replacing: [("robot: panda", start)])
            let error = try #require(throws: InputError.self) {
                try TaskSetup(task: task, robot: TaskFolder.panda.get())
            }
            #expect(
                error.key == "robot_start.joints" && error.description.contains(word),
                "\(error)"
            )
        }
    }

    @Test(arguments: breakages + languageBreakages)
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
