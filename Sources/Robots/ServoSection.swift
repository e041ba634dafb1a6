internal import Diagnostics

/// The `servos` section of a robot.yaml; its joints are not yet looked up.
struct ServoSection {
    private let place: YAMLPlace
    private let busProtocol: ServoProtocol
    private let baud: Int
    private let stepsPerTurn: Int
    private let zero: Int
    private let stopAfterLostTicks: Int
    private let followingError: FollowingError
    private var entries: [(place: YAMLPlace, servo: Servo)] = []

    init(_ mapping: YAMLMapping) throws(InputError) {
        place = mapping.place
        busProtocol = try mapping.choice("protocol", of: ServoProtocol.self)
        baud = try mapping.required("baud").integer(in: 9_600...10_000_000)
        stepsPerTurn = try mapping.required("steps_per_turn").integer(in: 16...1 << 24)
        zero = try mapping.required("zero").integer(in: 0...1 << 24)
        stopAfterLostTicks =
            try mapping.optional("stop_after_lost_ticks")?.integer(in: 1...1000)
            ?? ServoMap.standardLostTicks
        followingError = try Self.followingError(mapping)
        let torqueLimit = try Self.torqueLimit(mapping) ?? 1
        let joints = try mapping.mapping("joints")
        for name in joints.keys {
            let entry = try joints.mapping(name)
            entries.append((entry.place, try Self.servo(name, entry, torqueLimit)))
        }
        try mapping.finish()
        try checkNumbers()
    }

    /// The map over the finished links: every joint that no gear moves needs a servo.
    func map(of links: [RobotLink], gears: [MimicGear]) throws(InputError) -> ServoMap {
        for (index, link) in links.enumerated() where !gears.contains(where: { $0.joint == index })
        {
            guard entries.contains(where: { $0.servo.jointName == link.jointName }) else {
                throw place.error(
                    expected: "a servo for the joint \(quoted(link.jointName))",
                    found: "none"
                )
            }
        }
        var servos: [Servo] = []
        for (place, servo) in entries {
            guard let index = links.firstIndex(where: { $0.jointName == servo.jointName }) else {
                throw InputError.unknown(
                    "joint",
                    name: String(servo.jointName.prefix(60)),
                    known: links.map(\.jointName),
                    file: place.file,
                    line: place.line,
                    key: place.key
                )
            }
            guard (links[index].kind == .prismatic) == (servo.crank != nil) else {
                throw place.error(
                    expected: "a crank where a servo moves a slider, and only there",
                    found: servo.crank == nil ? "no crank" : "a crank on a hinge"
                )
            }
            var known = servo
            known.link = index
            servos.append(known)
        }
        return ServoMap(
            busProtocol: busProtocol,
            baud: baud,
            stepsPerTurn: stepsPerTurn,
            zero: zero,
            servos: servos.sorted { $0.link < $1.link },
            stopAfterLostTicks: stopAfterLostTicks,
            followingError: followingError
        )
    }

    private static func followingError(
        _ mapping: YAMLMapping
    ) throws(InputError) -> FollowingError {
        guard let value = mapping.optional("following_error") else {
            return .standard
        }
        let error = try value.mapping()
        let bound = FollowingError(
            angle: try error.quantity("angle", .angle, in: 0.01...3.2),
            time: try error.quantity("time", .time, in: 0.01...60)
        )
        try error.finish()
        return bound
    }

    private static func torqueLimit(_ mapping: YAMLMapping) throws(InputError) -> Double? {
        try mapping.optional("torque_limit")?.number(in: 0.01...1)
    }

    private static func servo(
        _ name: String,
        _ mapping: YAMLMapping,
        _ torqueLimit: Double
    ) throws(InputError) -> Servo {
        var shadows: [Servo.Shadow] = []
        for value in try mapping.optional("shadows")?.list(limit: 4) ?? [] {
            let shadow = try value.mapping()
            shadows.append(
                Servo.Shadow(id: try number(shadow), direction: try direction(shadow))
            )
            try shadow.finish()
        }
        let crank = try mapping.optional("crank").map { value throws(InputError) in
            let crank = try value.mapping()
            let horn = try crank.quantity("horn", .length, in: 1e-4...1)
            let lengths = ServoCrank(
                horn: horn,
                rod: try crank.quantity("rod", .length, in: horn...1)
            )
            try crank.finish()
            return lengths
        }
        let servo = Servo(
            jointName: name,
            link: 0,
            id: try number(mapping),
            model: try mapping.string("model"),
            direction: try direction(mapping),
            shadows: shadows,
            crank: crank,
            torqueLimit: try Self.torqueLimit(mapping) ?? torqueLimit
        )
        try mapping.finish()
        return servo
    }

    private static func number(_ mapping: YAMLMapping) throws(InputError) -> UInt8 {
        UInt8(clamping: try mapping.required("id").integer(in: 0...252))
    }

    private static func direction(_ mapping: YAMLMapping) throws(InputError) -> Int {
        let value = try mapping.required("direction")
        let direction = try value.integer(in: -1...1)
        guard direction != 0 else { throw value.mismatch("1 or -1") }
        return direction
    }

    private func checkNumbers() throws(InputError) {
        var seen: Set<UInt8> = []
        for (place, servo) in entries {
            for id in [servo.id] + servo.shadows.map(\.id) where !seen.insert(id).inserted {
                throw place.error(expected: "each id once", found: "\(id) again")
            }
        }
    }
}
