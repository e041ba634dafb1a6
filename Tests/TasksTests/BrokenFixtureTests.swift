import Diagnostics
import Foundation
import Testing

@testable import Tasks

@Suite struct BrokenFixtureTests {
    /// A task with one fixture written out in its own file.
    static let section = """
        fixtures:
          - name: lid
            friction: 0.8
            rolling_friction: 0.001
            spinning_friction: 0.01
            base:
              parts:
                - { shape: box, half_extents: 0.05 0.05 0.05 m, at: 0 0 0.05 m, color: 0.5 0.5 0.5 }
            links:
              - name: flap
                joint: revolute
                axis: 0 1 0
                at: 0 0 0.1 m
                range: 0 to 90 deg
                mass: 0.2 kg
                damping: 0.01 N m s/rad
                joint_friction: 0.01 N m
                spring: { stiffness: 0.1 N m/rad, rest: 0 rad }
                parts:
                  - { shape: box, half_extents: 0.05 0.05 0.005 m, at: 0 0 0.01 m, color: 0.9 0.5 0.5 }
                places:
                  - { name: rim, at: 0.05 0 0 m }
            start: { x: 0.6 to 0.6 m, y: 0 to 0 m, z: 0 to 0 m, yaw: 0 to 0 rad }
            joints: { flap: 0 to 10 deg }

        goal:
        """

    static func text(_ section: String) throws -> String {
        try TaskFolder.text("reach").replacingOccurrences(of: "goal:\n", with: section + "\n")
    }

    static let breakages: [TaskBreakage] = [
        TaskBreakage(
            what: "a name that an object has",
            replace: ("- name: lid", "- name: table"),
            key: "fixtures[0].name",
            mentions: ["table"]
        ),
        TaskBreakage(
            what: "a name with a dot",
            replace: ("- name: lid", "- name: lid.top"),
            key: "fixtures[0].name",
            mentions: ["dots"]
        ),
        TaskBreakage(
            what: "an unknown joint",
            replace: ("joint: revolute", "joint: hinge"),
            key: "fixtures[0].links[0].joint",
            mentions: ["revolute, prismatic", "hinge"]
        ),
        TaskBreakage(
            what: "a length for an angle",
            replace: ("range: 0 to 90 deg", "range: 0 to 0.1 m"),
            key: "fixtures[0].links[0].range",
            mentions: ["rad", "0.1 m"]
        ),
        TaskBreakage(
            what: "damping of the wrong kind",
            replace: ("damping: 0.01 N m s/rad", "damping: 0.01 N s/m"),
            key: "fixtures[0].links[0].damping",
            mentions: ["N m s/rad"]
        ),
        TaskBreakage(
            what: "stiffness of the wrong kind",
            replace: ("stiffness: 0.1 N m/rad", "stiffness: 0.1 N/m"),
            key: "fixtures[0].links[0].spring.stiffness",
            mentions: ["N m/rad"]
        ),
        TaskBreakage(
            what: "no axis",
            replace: ("axis: 0 1 0", "axis: 0 0 0"),
            key: "fixtures[0].links[0].axis",
            mentions: ["a direction"]
        ),
        TaskBreakage(
            what: "no mass",
            replace: ("mass: 0.2 kg", "mass: 0 kg"),
            key: "fixtures[0].links[0].mass"
        ),
        TaskBreakage(
            what: "a parent that does not stand above",
            replace: ("axis: 0 1 0", "axis: 0 1 0\n        parent: flab"),
            key: "fixtures[0].links[0].parent",
            mentions: ["flab"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a place named like a link",
            replace: ("name: rim", "name: flap"),
            key: "fixtures[0]",
            mentions: ["flap"],
            namesLine: false
        ),
        TaskBreakage(
            what: "a start of a joint that is not there",
            replace: ("joints: { flap: 0 to 10 deg }", "joints: { flip: 0 to 10 deg }"),
            key: "fixtures[0].joints.flip",
            mentions: ["flap"]
        ),
        TaskBreakage(
            what: "a start beyond the joint's range",
            replace: ("joints: { flap: 0 to 10 deg }", "joints: { flap: 0 to 100 deg }"),
            key: "fixtures[0].joints.flap",
            mentions: ["range"]
        ),
        TaskBreakage(
            what: "no colour",
            replace: ("at: 0 0 0.01 m, color: 0.9 0.5 0.5 }", "at: 0 0 0.01 m }"),
            key: "fixtures[0].links[0].parts[0]",
            mentions: ["color"]
        ),
        TaskBreakage(
            what: "an unknown key",
            replace: ("mass: 0.2 kg", "mass: 0.2 kg\n        colour: red"),
            key: "fixtures[0].links[0].colour",
            namesLine: false
        ),
    ]

    @Test func `what is broken below is whole`() throws {
        try TaskFolder.withFile(try Self.text(Self.section), name: "reach.yaml") { path in
            let fixture = try TaskFile.read(atPath: path).fixtures[0]
            #expect(fixture.link(named: "flap") == 0)
            let rim = fixture.namedPlaces(index: 3)
            #expect(rim.map(\.name) == ["lid.rim"])
            #expect(rim[0].centre.frame == .fixture(3, link: 0))
            #expect(fixture.model.links[0].spring?.stiffness == 0.1)
        }
    }

    @Test(arguments: breakages)
    func `a broken fixture is refused with file, line and key`(breakage: TaskBreakage) throws {
        let text = try Self.text(Self.section)
        let range = try #require(text.range(of: breakage.replace.0))
        let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
        let broken = text.replacingCharacters(in: range, with: breakage.replace.1)
        try TaskFolder.withFile(broken, name: "reach.yaml") { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path)
            #expect(error.line != nil)
            if breakage.namesLine { #expect(error.line == line, "\(error)") }
            #expect(error.key == breakage.key, "\(error)")
            for word in breakage.mentions {
                #expect(error.description.contains(word), "\(error)")
            }
        }
    }

    @Test(arguments: ["../reach", "nothing", "/etc/passwd", ""])
    func `a fixture's file stays in its folder`(name: String) throws {
        let section = FixtureTests.section("\"\(name)\"")
        try TaskFolder.withFile(try Self.text(section), name: "reach.yaml") { path in
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == path && error.line != nil)
            #expect(error.key == "fixtures[0].fixture", "\(error)")
        }
    }

    @Test func `a mistake in a fixture's file names that file`() throws {
        let section = FixtureTests.section("drawer")
        try TaskFolder.withFile(try Self.text(section), name: "reach.yaml") { path in
            let fixture =
                URL(filePath: path).deletingLastPathComponent().path
                + "/fixtures/drawer.yaml"
            let broken = try String(contentsOfFile: fixture, encoding: .utf8)
                .replacingOccurrences(of: "range: 0 to 0.16 m", with: "range: 0 to 0.16")
            try broken.write(toFile: fixture, atomically: true, encoding: .utf8)
            let error = try #require(throws: InputError.self) { try TaskFile.read(atPath: path) }
            #expect(error.file == fixture && error.key == "links[0].range", "\(error)")
        }
    }
}
