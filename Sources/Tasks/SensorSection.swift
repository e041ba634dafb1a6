import Diagnostics
import Robots
import Runtime
import Sensing
import Spatial

/// The `sensors` section of a task file.
enum SensorSection {
    /// What the section holds.
    struct Contents {
        var cameras: [CameraSpecification]
        var places: [YAMLPlace]
        var cloud: CloudSpecification?
        var conveyorEncoder: Int?
    }

    static func read(
        _ mapping: YAMLMapping,
        scene: [SceneObject]
    ) throws(InputError) -> Contents {
        var cameras: [CameraSpecification] = []
        var places: [YAMLPlace] = []
        for value in try mapping.list("cameras", limit: 8) {
            let camera = try camera(value.mapping(), index: UInt32(cameras.count))
            guard !cameras.contains(where: { $0.camera.name == camera.camera.name }) else {
                throw value.place.error(
                    expected: "a name that no other camera has",
                    found: "\"\(camera.camera.name)\""
                )
            }
            cameras.append(camera)
            places.append(value.place)
        }
        let cloud = try mapping.optional("cloud").map { (value) throws(InputError) in
            try self.cloud(value.mapping(), cameras: cameras)
        }
        let encoder = try mapping.optional("conveyor_encoder").map { (value) throws(InputError) in
            try conveyor(value, scene: scene)
        }
        try mapping.finish()
        return Contents(cameras: cameras, places: places, cloud: cloud, conveyorEncoder: encoder)
    }

    private static func conveyor(
        _ value: YAMLValue,
        scene: [SceneObject]
    ) throws(InputError) -> Int {
        let name = try value.string()
        if let index = scene.firstIndex(where: { $0.name == name && $0.kind == .conveyor }) {
            return index
        }
        throw value.place.error(
            expected: "a conveyor in the scene",
            found: "\"\(name)\"",
            nearest: nearestNames(
                to: name,
                among: scene.filter { $0.kind == .conveyor }.map(\.name)
            )
        )
    }

    private static func camera(
        _ mapping: YAMLMapping,
        index: UInt32
    ) throws(InputError) -> CameraSpecification {
        let name = try mapping.string("name")
        let intrinsics = try Intrinsics(
            verticalFieldOfView: mapping.quantity(
                "vertical_field_of_view",
                .angle,
                in: 0.01...3.0
            ),
            width: mapping.required("width").integer(in: 8...2048),
            height: mapping.required("height").integer(in: 8...2048)
        )
        let mount = try mapping.optional("mounted_on").map { (value) throws(InputError) in
            try value.choice(of: CameraSpecification.Mount.self)
        }
        let up = try mapping.optional("up").map { (value) throws(InputError) in
            try value.vector3(in: -1...1)
        }
        let eye = try mapping.vector3("eye", .length)
        let target = try mapping.vector3("target", .length)
        let camera = try atPlace(of: mapping.required("target")) { () throws(InputError) in
            try Camera.lookAt(
                name: name,
                intrinsics: intrinsics,
                eye: eye,
                target: target,
                up: up ?? Vector3(0, 0, 1)
            )
        }
        let rate = try mapping.quantity("rate", .frequency, in: 0.1...10_000)
        let delay = TimeSpan.seconds(try mapping.quantity("delay", .time, in: 0...10))
        let jitter = TimeSpan.seconds(try mapping.quantity("jitter", .time, in: 0...10))
        let timing = try atPlace(of: mapping.required("jitter")) { () throws(InputError) in
            try SensorTiming(rateHertz: rate, delay: delay, jitter: jitter, stream: index)
        }
        try mapping.finish()
        return CameraSpecification(camera: camera, mount: mount ?? .world, timing: timing)
    }

    private static func cloud(
        _ mapping: YAMLMapping,
        cameras: [CameraSpecification]
    ) throws(InputError) -> CloudSpecification {
        let value = try mapping.required("camera")
        let name = try value.string()
        let names = cameras.map(\.camera.name)
        guard let index = names.firstIndex(of: name) else {
            throw value.place.error(
                expected: "one of the task's cameras",
                found: "\"\(name)\"",
                nearest: nearestNames(to: name, among: names)
            )
        }
        let points = try mapping.required("points").integer(in: 16...4096)
        let region = try TaskFile.region(mapping.mapping("workspace"))
        let workspace = try atPlace(of: mapping.required("workspace")) { () throws(InputError) in
            try WorkspaceBox(minimum: region.lower, maximum: region.upper)
        }
        let cloud = CloudSpecification(camera: index, points: points, workspace: workspace)
        try mapping.finish()
        return cloud
    }

    /// Runs a check that knows no file, and gives its error the place of `value`.
    private static func atPlace<Result>(
        of value: YAMLValue,
        _ body: () throws(InputError) -> Result
    ) throws(InputError) -> Result {
        do {
            return try body()
        } catch {
            throw value.place.error(
                expected: error.expected,
                found: error.found,
                nearest: error.nearest
            )
        }
    }
}
