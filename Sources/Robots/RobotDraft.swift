public import Diagnostics
import Foundation

/// A first robot.yaml for a folder that has a URDF alone, for its owner to edit.
///
/// What the URDF states is taken over. What it cannot state is chosen, marked in the file, and
/// listed in ``choices``: nothing is guessed silently.
public struct RobotDraft {
    /// The text of robot.yaml.
    public let yaml: String
    /// What was chosen that the URDF does not say, a sentence each.
    public private(set) var choices: [String] = []

    private let document: URDFDocument

    /// Drafts.
    ///
    /// - Parameters:
    ///   - directory: The robot's folder.
    ///   - urdf: The URDF's path in the folder; nil where the folder has just one.
    ///   - toolFrame: The link that is the tool frame; nil where the tree has just one end.
    ///   - home: The arm's home from base to tool, in radians (metres for sliders); nil to choose.
    /// - Throws: `InputError` for a folder without a URDF or with several, a tree with several ends,
    ///   a joint whose limits lack effort or velocity, or a home of another length.
    public init(
        directory: String,
        urdf: String? = nil,
        toolFrame: String? = nil,
        home: [Double]? = nil
    ) throws(InputError) {
        let name = if let urdf { urdf } else { try Self.onlyURDF(in: directory) }
        let path = try InputFile.path(of: name, inside: directory)
        document = try URDFDocument.parse(InputFile.text(atPath: path), file: path)
        let tool = try Self.tool(toolFrame, document)
        let arm = Self.chain(to: tool, document)
        guard !arm.isEmpty else {
            throw InputError(
                file: path,
                key: "--tool",
                expected: "a link that movable joints carry",
                found: quoted(tool)
            )
        }
        let names = Set(arm.map(\.name))
        let fingers = document.joints.filter { $0.kind != nil && !names.contains($0.name) }
        for joint in arm + fingers { try Self.checkLimits(joint, document) }
        if let home, home.count != arm.count {
            throw InputError(
                key: "--home",
                expected: "\(arm.count) numbers, for "
                    + arm.map(\.name).joined(separator: ", "),
                found: "\(home.count)"
            )
        }
        var text = DraftText(document: document)
        text.head(urdf: name, tool: tool)
        text.arm(arm, home: home)
        if !fingers.isEmpty { text.gripper(fingers) }
        yaml = text.lines.joined(separator: "\n") + "\n"
        choices = text.choices
    }

    private static func onlyURDF(in directory: String) throws(InputError) -> String {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = files.filter { $0.hasSuffix(".urdf") }.sorted()
        guard let only = found.first, found.count == 1 else {
            throw InputError(
                file: directory,
                key: "--urdf",
                expected: found.isEmpty ? "a folder with a .urdf" : "which .urdf to take",
                found: found.isEmpty ? "none" : found.prefix(20).joined(separator: ", ")
            )
        }
        return only
    }

    private static func tool(
        _ name: String?,
        _ document: URDFDocument
    ) throws(InputError) -> String {
        if let name {
            guard document.links[name] != nil else {
                throw InputError.unknown(
                    "link",
                    name: String(name.prefix(60)),
                    known: document.links.keys.sorted(),
                    file: document.file,
                    key: "--tool"
                )
            }
            return name
        }
        let parents = Set(document.joints.map(\.parent))
        let ends = document.links.keys.filter { !parents.contains($0) }.sorted()
        guard let end = ends.first, ends.count == 1 else {
            throw InputError(
                file: document.file,
                key: "--tool",
                expected: "which link is the tool frame",
                found: "several ends: " + ends.prefix(20).joined(separator: ", ")
            )
        }
        return end
    }

    private static func chain(
        to tool: String,
        _ document: URDFDocument
    ) -> [URDFDocument.Joint] {
        let parents = document.parentJoints
        var chain: [URDFDocument.Joint] = []
        var link = tool
        while let joint = parents[link] {
            if joint.kind != nil { chain.append(joint) }
            link = joint.parent
        }
        return chain.reversed()
    }

    private static func checkLimits(
        _ joint: URDFDocument.Joint,
        _ document: URDFDocument
    ) throws(InputError) {
        for (what, value) in [("velocity", joint.limits.velocity), ("effort", joint.limits.force)] {
            guard value > 0, value.isFinite else {
                throw document.error(
                    "joint",
                    joint.name,
                    "limit \(what)",
                    expected: "a number above 0",
                    found: value.isFinite ? "\(value)" : "none"
                )
            }
        }
    }
}

/// The lines of a draft, as they grow.
private struct DraftText {
    let document: URDFDocument
    var lines: [String] = []
    var choices: [String] = []

    private mutating func chose(_ sentence: String) { choices.append(sentence) }

    mutating func head(urdf: String, tool: String) {
        lines += [
            "# Drafted from \(urdf). Lines marked \"chosen\" are not in the URDF: check each.",
            "# Quantities carry their unit.",
            "summary: a robot drafted from \(urdf)",
            "urdf: \(Self.scalar(urdf))",
            "tool_frame: \(Self.scalar(tool))",
            "colour: 0.8 0.8 0.8  # chosen",
            "",
            "# Time a command travels, and the first-order lag behind it; chosen.",
            "actuator: { delay: 0 ms, lag: 0 ms }",
            "",
            "# Contact of every surface but the gripper's pads; chosen.",
            "surface: { sliding: 0.5, rolling: 1 mm, spinning: 10 mm }",
            "",
            "arm:",
        ]
        chose("tool frame \(tool)")
        chose("no actuator delay or lag, grey, and contact friction of 0.5")
    }

    mutating func arm(_ joints: [URDFDocument.Joint], home: [Double]?) {
        for (index, joint) in joints.enumerated() {
            let slides = joint.kind == .prismatic
            lines += [
                "  \(Self.scalar(joint.name)):",
                "    home: \(Self.number(home?[index] ?? Self.home(joint))) \(slides ? "m" : "rad")"
                    + (home == nil ? "  # chosen" : ""),
                "    velocity: \(Self.number(joint.limits.velocity)) \(slides ? "m/s" : "rad/s")",
                "    acceleration: \(slides ? "2 m/s^2" : "10 rad/s^2")  # chosen",
                "    torque: \(Self.number(joint.limits.force)) \(slides ? "N" : "N m")",
                "    time_constant: 40 ms  # chosen",
                "    velocity_gain: 1",
            ]
        }
        if home == nil { chose("home: 0 where the limits allow it, else the middle of the range") }
        chose("accelerations of 10 rad/s^2 (2 m/s^2) and motors that follow within 40 ms")
    }

    /// The other movable joints as fingers of a parallel gripper.
    mutating func gripper(_ fingers: [URDFDocument.Joint]) {
        let strokes = fingers.map { $0.limits.upper - $0.limits.lower }
        let allSlide = fingers.allSatisfy { $0.kind == .prismatic }
        let opening = allSlide ? min(max(strokes.reduce(0, +), 1e-3), 1) : 0.08
        lines += [
            "",
            "# What moves and is no part of the arm; chosen: which end is open, and the opening.",
            "gripper:",
            "  kind: parallel  # chosen",
            "  convention: positive_closes  # chosen: +1 closes",
            "  max_opening: \(Self.number(opening)) m  # chosen",
            "  home_opening: \(Self.number(opening)) m  # chosen",
            "  fingers:",
        ]
        for joint in fingers {
            let slides = joint.kind == .prismatic
            let unit = slides ? "m" : "rad"
            let (low, high) = stroke(joint)
            lines += [
                "    \(Self.scalar(joint.name)):",
                "      closed: \(Self.number(low)) \(unit)  # chosen",
                "      open: \(Self.number(high)) \(unit)  # chosen",
                "      velocity: \(Self.number(joint.limits.velocity)) \(unit)/s",
                "      \(slides ? "force" : "torque"): \(Self.number(joint.limits.force))"
                    + (slides ? " N" : " N m"),
                "      time_constant: 40 ms  # chosen",
                "      velocity_gain: 1",
            ]
        }
        if fingers.contains(where: { $0.mimic != nil }) {
            lines.append("  gear: { max_force: 50 N, error_reduction: 0.1 }  # chosen")
        }
        let pads = fingers.map { Self.scalar($0.child) }.joined(separator: ", ")
        lines += [
            "  pads:", "    links: [\(pads)]  # chosen", "    sliding: 1.0  # chosen",
            "    rolling: 1 mm", "    spinning: 10 mm",
        ]
        chose(
            "fingers \(fingers.map(\.name).joined(separator: ", ")): closed at the lower limit, open"
                + " at the upper, \(Self.number(opening)) m apart"
        )
    }

    private static func home(_ joint: URDFDocument.Joint) -> Double {
        let limits = joint.limits
        guard limits.lower > 0 || limits.upper < 0 else { return 0 }
        return (limits.lower + limits.upper) / 2
    }

    /// Closed and open: the limits, of a joint that mimics where those of the other take it; a
    /// continuous joint gets a quarter turn.
    private func stroke(_ joint: URDFDocument.Joint) -> (Double, Double) {
        if let mimic = joint.mimic,
            let source = document.joints.first(where: { $0.name == mimic.source })
        {
            let (closed, open) = stroke(source)
            return (mimic.multiplier * closed, mimic.multiplier * open)
        }
        let limits = joint.limits
        return limits.lower.isFinite && limits.upper.isFinite
            ? (limits.lower, limits.upper) : (0, .pi / 2)
    }

    private static func number(_ value: Double) -> String {
        // As many digits as name the number, so that a limit is not exceeded by rounding.
        "\(value)"
    }

    /// A text that YAML reads as that text.
    private static func scalar(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || "0123456789_-./".unicodeScalars.contains($0))
        }
        let starts = text.first.map { $0.isLetter } ?? false
        guard !plain || !starts else { return text }
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\""
    }
}
