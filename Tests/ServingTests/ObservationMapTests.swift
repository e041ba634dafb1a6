import Diagnostics
import Foundation
import Robots
import Runtime
import Spatial
import Testing

@testable import Serving

/// Maps to other conventions' keys and back.
@Suite struct ObservationMapTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../maps").standardized.path

    static func map(_ name: String) throws -> ObservationMap {
        try ObservationMap(atPath: "\(folder)/\(name).yaml")
    }

    /// A robot of six joints, with the cameras and the mode of a map.
    static func context(_ map: ObservationMap, joints: Int = 6) throws -> MapContext {
        let cameras = map.entries.compactMap { entry in
            if case .picture(let picture) = entry.content { picture.camera } else { nil }
        }
        let names = [
            "shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "last",
            "seventh",
        ]
        return MapContext(
            joints: Array(names.prefix(joints)),
            lower: (0..<joints).map { -1 - Double($0) / 10 },
            upper: (0..<joints).map { 2 + Double($0) / 10 },
            maxOpening: 0.08,
            closing: 1,
            mode: map.controlMode,
            scale: ActionScale(translation: 0.02, rotation: 0.1, joint: 0.05),
            cameras: cameras
        )
    }

    static func observation(_ map: ObservationMap, joints: Int = 6) throws -> Observation {
        var frames: [CameraFrame] = []
        for case .picture(let picture) in map.entries.map(\.content)
        where !frames.contains(where: { $0.name == picture.camera }) {
            frames.append(CameraFrame(name: picture.camera, width: 8, height: 4))
        }
        var observation = Observation(jointCount: joints, cloudPoints: 0, frames: frames)
        for index in 0..<joints { observation.jointPositions[index] = 0.1 * Double(index) - 0.2 }
        observation.gripperOpening = 0.02
        observation.worldFromTool = Pose(
            rotation: Rotation(rotationVector: Vector3(0.1, -0.2, 0.3)),
            translation: Vector3(0.4, 0.1, 0.2)
        )
        observation.instruction = "pick up the cube"
        return observation
    }

    @Test(arguments: [("libero", 7), ("droid", 7), ("aloha", 6), ("so101", 5)])
    func `a shipped map turns an observation into theirs and back`(
        name: String,
        joints: Int
    ) throws {
        let map = try Self.map(name)
        let context = try Self.context(map, joints: joints)
        try map.requireFits(context)
        let observation = try Self.observation(map, joints: joints)
        let theirs = MessagePackValue.map(try #require(map.theirs(observation, context)))
        var back = Observation(jointCount: joints, cloudPoints: 0)
        try map.read(theirs, into: &back, context)
        #expect(back.instruction == observation.instruction)
        #expect(abs(back.gripperOpening - 0.02) < 1e-7)
        let bound = try BoundMap(map, context)
        if bound.covers(.toolPosition) {
            let off = back.worldFromTool.translation - observation.worldFromTool.translation
            #expect(off.x.magnitude + off.y.magnitude + off.z.magnitude < 1e-6)
            let turned = back.worldFromTool.rotation.angle(to: observation.worldFromTool.rotation)
            #expect(turned < 1e-5)
        }
        if bound.covers(.jointPositions) {
            for index in 0..<joints {
                let off = back.jointPositions[index] - observation.jointPositions[index]
                #expect(off.magnitude < 1e-6)
            }
        }
    }

    @Test(arguments: [("libero", 7), ("droid", 7), ("aloha", 6), ("so101", 5)])
    func `an action survives both ways`(name: String, joints: Int) throws {
        let map = try Self.map(name)
        let context = try Self.context(map, joints: joints)
        let width = context.actionWidth
        // Ends of the gripper alone, where a map switches it.
        for grip in [-1.0, 1.0] {
            let action = (0..<width - 1).map { 0.05 * Double($0) - 0.1 } + [grip]
            let theirs = map.theirs(action: action, context)
            #expect(theirs.count == map.actionWidth(joints: joints))
            let back = map.ours(theirs[...], context)
            #expect(zip(back, action).allSatisfy { ($0 - $1).magnitude < 1e-12 }, "\(back)")
        }
    }

    @Test func `LIBERO's numbers are what its convention says`() throws {
        let map = try Self.map("libero")
        let context = try Self.context(map)
        // 0.05 m for 1, where ours are 0.02 m; 1 closes, and so does our 1.
        let ours = map.ours([1, 0, -0.4, 0.2, 0, 0, 1][...], context)
        #expect(zip(ours, [2.5, 0, -1, 1, 0, 0, 1]).allSatisfy { ($0 - $1).magnitude < 1e-12 })
        let theirs = MessagePackValue.map(
            try #require(map.theirs(Self.observation(map), context))
        )
        guard case .ndarray(let state)? = theirs["observation/state"] else {
            Issue.record("no state")
            return
        }
        #expect(state.type == .float32 && state.shape == [8])
        #expect(zip(state.doubles().suffix(2), [0.01, -0.01]).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    @Test func `units of joints are what they say`() throws {
        for (unit, number) in [
            (JointUnit.rad, 0.5), (.deg, 28.6478897565), (.range100, 0), (.share100, 50),
        ] {
            #expect((unit.theirs(0.5, -1, 2) - number).magnitude < 1e-9)
            #expect((unit.ours(number, -1, 2) - 0.5).magnitude < 1e-9)
        }
    }

    @Test func `a picture is fitted, turned and laid out as declared`() {
        var frame = CameraFrame(name: "front", width: 4, height: 2)
        for index in 0..<24 { frame.rgb[index] = UInt8(10 * index) }
        var picture = MapPicture(
            camera: "front",
            height: 2,
            width: 4,
            layout: .hwc,
            isTurned: false
        )
        #expect(picture.array(of: frame).bytes == frame.rgb)
        picture.isTurned = true
        let turned = picture.array(of: frame).bytes
        #expect(turned[0..<3] == frame.rgb[21..<24] && turned[21..<24] == frame.rgb[0..<3])
        picture.isTurned = false
        picture.layout = .chw
        let planes = picture.array(of: frame)
        #expect(planes.shape == [3, 2, 4])
        #expect(planes.bytes[0..<8] == [0, 30, 60, 90, 120, 150, 180, 210][...])
        // Its shape is kept: what is over stays black.
        picture.layout = .hwc
        picture.height = 4
        let padded = picture.array(of: frame).bytes
        #expect(padded.prefix(12).allSatisfy { $0 == 0 } && padded[12..<36] == frame.rgb[...])
    }

    private static let good = """
        name: small
        source: here
        observation:
          - {key: state, type: float32, numbers: [{is: joint_positions, unit: rad}]}
          - {key: picture, camera: front, height: 8, width: 8, layout: hwc, rotate: 0 deg}
        actions:
          mode: pd_joint_pos
          horizon: 4
          numbers: [{is: joint_positions, unit: rad}, {is: gripper, closed: 0, open: 1}]
        """

    @Test(arguments: [
        (", unit: rad}]}", "}]}"), (", rotate: 0 deg", ""), (", layout: hwc", ""),
        (", closed: 0", ""), ("rotate: 0 deg", "rotate: 90 deg"), ("open: 1", "open: 0"),
        ("type: float32, ", ""), ("horizon: 4", "horizon: 0"), ("unit: rad}]}", "unit: turns}]}"),
        ("key: picture", "key: state"), ("key: picture", "key: [state, inner]"),
        ("  mode: pd_joint_pos\n", ""), ("source: here\n", ""), ("name: small", "nom: small"),
    ])
    func `what is not declared is refused`(old: String, new: String) throws {
        _ = try ObservationMap(YAMLMapping.parse(Self.good, file: "good.yaml"))
        let text = Self.good.replacingOccurrences(of: old, with: new)
        #expect(text != Self.good)
        #expect(throws: InputError.self) {
            try ObservationMap(YAMLMapping.parse(text, file: "bad.yaml"))
        }
    }

    @Test func `a task that does not fit is refused`() throws {
        let map = try Self.map("libero")
        var context = try Self.context(map)
        context.cameras = ["front"]
        #expect(throws: InputError.self) { try map.requireFits(context) }
        context = try Self.context(map)
        context.mode = .toolDeltaPosition
        #expect(throws: InputError.self) { try map.requireFits(context) }
    }
}
