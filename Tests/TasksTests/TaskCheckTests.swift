import Diagnostics
import Foundation
import Testing

@testable import Tasks

/// One way in which a well formed task makes no sense, and what the complaint must name.
struct Nonsense: Sendable, CustomTestStringConvertible {
    var what: String
    var task = "pick-place"
    var replace: (String, String)
    var key: String
    var mentions: [String]

    var testDescription: String { what }
}

@Suite struct TaskCheckTests {
    static let nonsense: [Nonsense] = [
        Nonsense(
            what: "a sensor slower than its task",
            replace: ("rate: 20 Hz", "rate: 10 Hz"),
            key: "sensors.cameras[0].rate",
            mentions: ["20.0 Hz", "10.0 Hz", "old pictures"]
        ),
        Nonsense(
            what: "pictures that arrive after the end",
            replace: ("delay: 0 ms", "delay: 7 s"),
            key: "sensors.cameras[0].delay",
            mentions: ["time limit", "7.0 s"]
        ),
        Nonsense(
            what: "a goal out of the arm's reach",
            replace: ("z: 0.05 to 0.30 m\n\nsuccess", "z: 0.05 to 1.50 m\n\nsuccess"),
            key: "goal",
            mentions: ["within reach of panda", "1.5"]
        ),
        Nonsense(
            what: "an object out of the workspace",
            replace: ("y: -0.10 to 0.10 m\n      z: 0.0201", "y: -0.48 to 0.10 m\n      z: 0.0201"),
            key: "scene[1]",
            mentions: ["a start of cube", "-0.48"]
        ),
        Nonsense(
            what: "an object that starts in the air",
            replace: ("z: 0.0201 to 0.0201 m", "z: 0.0801 to 0.0801 m"),
            key: "scene[1].start",
            mentions: ["cube", "falls"]
        ),
        Nonsense(
            what: "an object that starts inside the table",
            replace: ("z: 0.0201 to 0.0201 m", "z: 0.012 to 0.012 m"),
            key: "scene[1].start",
            mentions: ["cube", "table", "inside"]
        ),
        Nonsense(
            what: "an object that falls off the table",
            replace: ("half_extents: 0.40 0.50 0.02 m", "half_extents: 0.12 0.50 0.02 m"),
            key: "scene[1].start",
            mentions: ["cube", "falls"]
        ),
        Nonsense(
            what: "a success that holds before anybody acts",
            replace: ("to: goal\n        at_most: 0.07 m", "to: goal\n        at_most: 1 m"),
            key: "success",
            mentions: ["before anybody acts"]
        ),
        Nonsense(
            what: "a fixture whose handle is out of the arm's reach",
            task: "drawer-open",
            replace: ("x: 0.60 to 0.60 m", "x: 1.10 to 1.10 m"),
            key: "fixtures[0]",
            mentions: ["drawer.tray", "within reach of panda", "nearer to its base"]
        ),
        Nonsense(
            what: "a fixture that is out of reach in one corner of its range",
            task: "drawer-open",
            replace: ("y: -0.10 to 0.10 m", "y: -0.45 to 0.10 m"),
            key: "fixtures[0]",
            mentions: ["drawer.tray", "-0.45"]
        ),
        Nonsense(
            what: "a joint that ends out of the arm's reach",
            task: "drawer-open",
            replace: ("x: 0.60 to 0.60 m", "x: 0.33 to 0.33 m"),
            key: "fixtures[0]",
            mentions: ["drawer.tray"]
        ),
        Nonsense(
            what: "a slot that no peg can be brought to",
            task: "peg-insert-side",
            replace: ("y: 0.25 to 0.35 m", "y: 0.25 to 0.70 m"),
            key: "fixtures[0]",
            mentions: ["what success asks for at socket"]
        ),
        Nonsense(
            what: "a place in the world that is out of reach",
            task: "sweep-into",
            replace: ("of: world, at: 0.64 0 -0.02 m", "of: world, at: 1.24 0 -0.02 m"),
            key: "success",
            mentions: ["what success asks for", "1.24"]
        ),
    ]

    @Test(arguments: nonsense)
    func `nonsense is complained of with file, line and key`(nonsense: Nonsense) throws {
        let text = try TaskFolder.text(nonsense.task)
        let range = try #require(text.range(of: nonsense.replace.0))
        let broken = text.replacingCharacters(in: range, with: nonsense.replace.1)
        try TaskFolder.withFile(broken, name: nonsense.task + ".yaml") { path in
            let task = try TaskFile.read(atPath: path)
            let setup = try TaskSetup(task: task, robot: TaskFolder.panda.get())
            let problems = try TaskCheck(setup: setup).problems
            let problem = try #require(problems.first { $0.key == nonsense.key }, "\(problems)")
            #expect(problem.file == path && problem.line != nil)
            for word in nonsense.mentions {
                #expect(problem.description.contains(word), "\(problem)")
            }
        }
    }

    @Test(arguments: TaskFolder.library.names)
    func `our own are within reach`(name: String) throws {
        let task = try TaskFolder.library.task(named: name)
        let setup = try TaskSetup(task: task, robot: TaskFolder.robots.load(task.robot))
        #expect(ReachCheck(setup: setup).problems == [])
    }

    @Test(arguments: ["reach", "pick-place", "conveyor-pick", "spoon-on-towel"])
    func `nothing is wrong with our own`(name: String) throws {
        let task = try TaskFolder.library.task(named: name)
        let setup = try TaskSetup(task: task, robot: TaskFolder.robots.load(task.robot))
        let check = try TaskCheck(setup: setup)
        #expect(check.problems == [])
        #expect(check.notes.contains { $0.hasPrefix("rebuild") })
    }
}
