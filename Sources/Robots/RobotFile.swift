internal import Diagnostics
internal import Spatial

/// The contents of a robot.yaml, checked on their own; the URDF is not yet looked at.
struct RobotFile {
    struct Joint {
        var name: String
        var place: YAMLPlace
        var velocity: YAMLValue
        var acceleration: YAMLValue?
        var force: YAMLValue
        var motor: MotorGains
        /// Home for an arm joint.
        var home: YAMLValue?
        /// Both ends of the stroke for a finger.
        var closed: YAMLValue?
        var open: YAMLValue?
    }

    struct Gripper {
        var place: YAMLPlace
        var kind: GripperKind
        var convention: GripperConvention
        var maxOpening: Double
        var homeOpening: Double
        var fingers: [Joint]
        var gear: (maxForce: Double, errorReduction: Double)?
        var pads: [YAMLValue]
        var padFriction: SurfaceFriction
    }

    struct Shapes {
        var place: YAMLPlace
        var collisions: [LinkShape]?
        var visuals: [LinkShape]?
    }

    var summary: String
    var urdf: YAMLValue
    var toolFrame: YAMLValue
    var actuator: ActuatorTiming
    var surface: SurfaceFriction
    var colour: SIMD3<Float>
    var armPlace: YAMLPlace
    var arm: [Joint]
    var gripper: Gripper?
    var servos: ServoSection?
    var shapes: [(link: String, shapes: Shapes)]

    init(_ root: YAMLMapping) throws(InputError) {
        summary = try root.string("summary")
        urdf = try root.required("urdf")
        toolFrame = try root.required("tool_frame")
        let timing = try root.mapping("actuator")
        actuator = ActuatorTiming(
            delay: try timing.quantity("delay", .time, in: 0...1),
            lag: try timing.quantity("lag", .time, in: 0...1)
        )
        try timing.finish()
        let surface = try root.mapping("surface")
        self.surface = try Self.friction(surface)
        try surface.finish()
        colour = try Self.colour(root.required("colour"))
        let arm = try root.mapping("arm")
        armPlace = arm.place
        self.arm = []
        for name in arm.keys {
            self.arm.append(try Self.joint(name, arm.mapping(name), isFinger: false))
        }
        gripper = try root.optional("gripper").map { value throws(InputError) in
            try Self.gripper(value.mapping())
        }
        servos = try root.optional("servos").map { value throws(InputError) in
            try ServoSection(value.mapping())
        }
        shapes = []
        if let links = try root.optional("links")?.mapping() {
            for name in links.keys {
                shapes.append((name, try Self.shapes(links.mapping(name), colour)))
            }
        }
        try root.finish()
    }

    private static func friction(_ mapping: YAMLMapping) throws(InputError) -> SurfaceFriction {
        SurfaceFriction(
            sliding: try mapping.number("sliding", in: 0...10),
            rolling: try mapping.quantity("rolling", .length, in: 0...1),
            spinning: try mapping.quantity("spinning", .length, in: 0...1)
        )
    }

    private static func colour(_ value: YAMLValue) throws(InputError) -> SIMD3<Float> {
        SIMD3<Float>(try value.vector3(in: 0...1))
    }

    private static func joint(
        _ name: String,
        _ mapping: YAMLMapping,
        isFinger: Bool
    ) throws(InputError) -> Joint {
        // A finger that slides has a force, one that swings a torque.
        let swings = mapping.keys.contains("torque")
        let joint = Joint(
            name: name,
            place: mapping.place,
            velocity: try mapping.required("velocity"),
            acceleration: isFinger ? nil : try mapping.required("acceleration"),
            force: try mapping.required(isFinger && !swings ? "force" : "torque"),
            motor: MotorGains(
                timeConstant: try mapping.quantity("time_constant", .time, in: 1e-4...10),
                velocityGain: try mapping.number("velocity_gain", in: 0...1)
            ),
            home: isFinger ? nil : try mapping.required("home"),
            closed: isFinger ? try mapping.required("closed") : nil,
            open: isFinger ? try mapping.required("open") : nil
        )
        try mapping.finish()
        return joint
    }

    private static func gripper(_ mapping: YAMLMapping) throws(InputError) -> Gripper {
        let maxOpening = try mapping.quantity("max_opening", .length, in: 1e-4...1)
        let fingers = try mapping.mapping("fingers")
        var joints: [Joint] = []
        for name in fingers.keys {
            joints.append(try joint(name, fingers.mapping(name), isFinger: true))
        }
        guard !joints.isEmpty else { throw fingers.place.error(expected: "fingers", found: "none") }
        let gear = try mapping.optional("gear").map { value throws(InputError) in
            let gear = try value.mapping()
            let numbers = (
                maxForce: try gear.quantity("max_force", .force, in: 0...1e5),
                errorReduction: try gear.number("error_reduction", in: 0...1)
            )
            try gear.finish()
            return numbers
        }
        let pads = try mapping.mapping("pads")
        let gripper = Gripper(
            place: mapping.place,
            kind: try mapping.choice("kind", of: GripperKind.self),
            convention: try mapping.choice("convention", of: GripperConvention.self),
            maxOpening: maxOpening,
            homeOpening: try mapping.quantity("home_opening", .length, in: 0...maxOpening),
            fingers: joints,
            gear: gear,
            pads: try pads.list("links", limit: 16),
            padFriction: try friction(pads)
        )
        try pads.finish()
        try mapping.finish()
        return gripper
    }

    private static func shapes(
        _ mapping: YAMLMapping,
        _ colour: SIMD3<Float>
    ) throws(InputError) -> Shapes {
        var lists: [[LinkShape]?] = []
        for key in ["collision", "visual"] {
            guard let value = mapping.optional(key) else {
                lists.append(nil)
                continue
            }
            var shapes: [LinkShape] = []
            for entry in try value.list(limit: 64) {
                shapes.append(try shape(entry.mapping(), colour))
            }
            lists.append(shapes)
        }
        try mapping.finish()
        return Shapes(place: mapping.place, collisions: lists[0], visuals: lists[1])
    }

    private static func shape(
        _ mapping: YAMLMapping,
        _ colour: SIMD3<Float>
    ) throws(InputError) -> LinkShape {
        let primitive = try Primitive.read(from: mapping)
        let origin = try mapping.optional("at")?.vector3(.length) ?? .zero
        let turn = try mapping.optional("rpy")?.vector3(.angle) ?? .zero
        let shape = LinkShape(
            primitive: primitive,
            linkFromShape: Pose(
                rotation: Rotation(roll: turn.x, pitch: turn.y, yaw: turn.z),
                translation: origin
            ),
            colour: try mapping.optional("colour").map { value throws(InputError) in
                try Self.colour(value)
            } ?? colour
        )
        try mapping.finish()
        return shape
    }
}
