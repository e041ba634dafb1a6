import Diagnostics
import Foundation
import Robots
import Runtime
import Sensing
import Spatial

/// Reads `tasks/NAME.yaml`.
///
/// Every key must be known, typed, in range and with its unit.
enum TaskFile {
    /// Reads and checks one task file.
    ///
    /// - Throws: ``InputError`` with file, line and key of the first mistake.
    static func read(atPath path: String) throws(InputError) -> TaskDefinition {
        let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
        return try read(YAMLMapping.file(atPath: path), stem: stem) {
            (files) throws(InputError) in try hash(ofFile: path, including: files)
        }
    }

    /// A task from a text of this program's own, which has no file to hash.
    static func parse(_ text: String, name: String) throws(InputError) -> TaskDefinition {
        try read(YAMLMapping.parse(text, file: name), stem: name) { _ in "none" }
    }

    private static func read(
        _ root: YAMLMapping,
        stem: String,
        hash: ([String]) throws(InputError) -> String
    ) throws(InputError) -> TaskDefinition {
        let name = try root.string("name")
        guard name == stem else {
            throw try root.required("name").place.error(
                expected: "the file's own name, \(stem)",
                found: "\"\(name)\""
            )
        }
        let materials = try MaterialsSection.read(root)
        let scene = try SceneSection.objects(root.list("scene", limit: 64), materials: materials)
        let goal = try root.optional("goal").map { (value) throws(InputError) in
            try region(value.mapping())
        }
        try MotionSection.check(root, scene: scene)
        let fixtures = try FixtureSection.read(root, scene: scene)
        var names = SceneNames(scene: scene, hasGoal: goal != nil, fixtures: fixtures.fixtures)
        names.places = fixtures.fixtures.enumerated().flatMap { $1.namedPlaces(index: $0) }
        names.places += try PlacesSection.read(root, names: names)
        let fixedStarts = try PlacementSection.fixedStarts(root, names: names)
        try SceneSection.requireStarts(scene, fixedStarts: fixedStarts)
        let instructions = try InstructionSection.read(root, names: names)
        let success = try root.mapping("success")
        let sensors = try SensorSection.read(root.mapping("sensors"), scene: scene)
        let definition = TaskDefinition(
            name: name,
            suite: try root.string("suite"),
            source: try root.string("source"),
            instructions: instructions,
            robot: try root.string("robot"),
            worldFromBase: try basePose(root.mapping("world_from_base")),
            robotStart: try root.optional("robot_start").map { (value) throws(InputError) in
                try robotStart(value.mapping())
            },
            rates: try rates(root.mapping("rates")),
            targetSpeed: try root.optional("target_speed").map { (value) throws(InputError) in
                try targetSpeed(value.mapping())
            },
            timeLimit: .seconds(try root.quantity("time_limit", .time, in: 0.1...3600)),
            control: try control(root.mapping("control")),
            safety: try root.optional("safety").map { (value) throws(InputError) in
                try safety(value.mapping())
            },
            scene: scene,
            fixedStarts: fixedStarts,
            separations: try PlacementSection.separations(
                root,
                names: names,
                goal: goal,
                fixedStarts: fixedStarts
            ),
            distractors: try PlacementSection.distractors(root, names: names),
            fixtures: fixtures.fixtures,
            goal: goal,
            success: try SuccessSection.read(
                success,
                names: names,
                instructions: instructions
            ),
            cameras: sensors.cameras,
            conveyorEncoder: sensors.conveyorEncoder,
            cloud: sensors.cloud,
            expert: try expert(root.required("expert")),
            script: try script(root, names: names),
            policy: try root.string("policy"),
            hash: try hash(fixtures.files),
            lines: TaskLines(
                goal: root.optional("goal")?.place,
                success: success.place,
                cameras: sensors.places
            )
        )
        try root.finish()
        try requirePresence(definition, root)
        return definition
    }

    /// The digest of the file, or of it and the files that it names.
    private static func hash(
        ofFile path: String,
        including files: [String]
    ) throws(InputError) -> String {
        guard !files.isEmpty else { return try ContentHash.sha256(ofFile: path) }
        let url = URL(filePath: path)
        return try ContentHash.sha256(
            ofFiles: [url.lastPathComponent] + files,
            in: url.deletingLastPathComponent().path
        )
    }

    /// Three ranges `x`, `y` and `z`.
    static func region(_ mapping: YAMLMapping) throws(InputError) -> BoxRegion {
        let region = try openRegion(mapping)
        try mapping.finish()
        return region
    }

    /// Three ranges `x`, `y` and `z` in a mapping that may hold more keys.
    static func openRegion(_ mapping: YAMLMapping) throws(InputError) -> BoxRegion {
        let x = try mapping.range("x", .length)
        let y = try mapping.range("y", .length)
        let z = try mapping.range("z", .length)
        return BoxRegion(
            lower: Vector3(x.lowerBound, y.lowerBound, z.lowerBound),
            upper: Vector3(x.upperBound, y.upperBound, z.upperBound)
        )
    }

    /// What success speaks of is always there.
    private static func requirePresence(
        _ task: TaskDefinition,
        _ root: YAMLMapping
    ) throws(InputError) {
        guard let distractors = task.distractors else { return }
        for index in task.instructions.indices {
            for fact in task.success(of: index).condition.facts {
                guard let object = fact.subject, distractors.objects.contains(object) else {
                    continue
                }
                throw try root.required("distractors").place.error(
                    expected: "objects that no success condition speaks of",
                    found: task.scene[object].name
                )
            }
        }
    }

    private static func robotStart(_ mapping: YAMLMapping) throws(InputError) -> RobotStart {
        let value = try mapping.required("joints")
        let count = try value.string().split(separator: " ").count - 1
        guard (1...16).contains(count) else {
            throw value.mismatch(
                "a joint position for each arm joint and a unit, such as 0 0.5 rad"
            )
        }
        let start = RobotStart(
            joints: try value.quantities(.angle, count: count),
            place: value.place
        )
        try mapping.finish()
        return start
    }

    private static func basePose(_ mapping: YAMLMapping) throws(InputError) -> Pose {
        let pose = Pose(
            rotation: Rotation(axis: Vector3(0, 0, 1), angle: try mapping.quantity("yaw", .angle)),
            translation: try mapping.vector3("position", .length)
        )
        try mapping.finish()
        return pose
    }

    private static func rates(_ mapping: YAMLMapping) throws(InputError) -> TaskDefinition.Rates {
        let rates = TaskDefinition.Rates(
            control: try mapping.quantity("control", .frequency, in: 1...10_000),
            policy: try mapping.quantity("policy", .frequency, in: 0.1...10_000),
            physics: try mapping.quantity("physics", .frequency, in: 60...10_000)
        )
        guard rates.policy <= rates.control else {
            throw try mapping.required("policy").mismatch("a policy rate up to the control rate")
        }
        try mapping.finish()
        return rates
    }

    private static func targetSpeed(
        _ mapping: YAMLMapping
    ) throws(InputError) -> TaskDefinition.TargetSpeed {
        let speed = TaskDefinition.TargetSpeed(
            standard: try mapping.quantity("default", .velocity, in: 0...10),
            range: try mapping.range("range", .velocity)
        )
        guard speed.range.lowerBound >= 0, speed.range.contains(speed.standard) else {
            throw try mapping.required("range").mismatch("speeds from 0 that include the default")
        }
        try mapping.finish()
        return speed
    }

    /// The only ways to move between actions and to treat an old target, said out loud.
    private enum Interpolation: String, CaseIterable { case linear }
    private enum StaleTargetRule: String, CaseIterable { case hold }

    private static func control(
        _ mapping: YAMLMapping
    ) throws(InputError) -> TaskDefinition.Control {
        let mode = try mapping.choice("mode", of: ControlMode.self)
        _ = try mapping.choice("interpolation", of: Interpolation.self)
        _ = try mapping.choice("stale_target", of: StaleTargetRule.self)
        let workspace = try mapping.optional("workspace").map { (value) throws(InputError) in
            try region(value.mapping())
        }
        let control = TaskDefinition.Control(
            mode: mode,
            scale: try ScaleSection.read(mapping, mode: mode),
            workspace: workspace
        )
        try mapping.finish()
        return control
    }

    private static func safety(
        _ mapping: YAMLMapping
    ) throws(InputError) -> TaskDefinition.Safety {
        let safety = TaskDefinition.Safety(
            floor: try mapping.optional("floor") == nil
                ? nil : mapping.quantity("floor", .length, in: -10...10),
            box: try mapping.optional("box").map { (value) throws(InputError) in
                try region(value.mapping())
            }
        )
        try mapping.finish()
        return safety
    }

    /// The rules, which `expert: script` asks for.
    private static func script(
        _ root: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> ExpertScript? {
        let isAsked = try root.string("expert") == Expert.script.rawValue
        guard let value = root.optional("script") else {
            guard isAsked else { return nil }
            throw try root.required("expert").mismatch("a section script beside it")
        }
        guard isAsked else { throw value.mismatch("the expert to be called script") }
        return try ScriptSection.read(value, names: names)
    }

    private static func expert(_ value: YAMLValue) throws(InputError) -> String {
        let name = try value.string()
        do {
            _ = try Expert.named(name)
        } catch {
            throw value.place.error(
                expected: error.expected,
                found: error.found,
                nearest: error.nearest
            )
        }
        return name
    }
}
