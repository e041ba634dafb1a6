public import Diagnostics

extension RobotModel {
    /// Loads a robot from its folder, which holds `robot.yaml`, the URDF that it names, and the meshes
    /// that that one names.
    ///
    /// - Parameter directory: The folder; its name is the robot's.
    /// - Throws: ``InputError`` with file, line and key for anything missing, unknown, of a wrong
    ///   type or unit, out of range, or at odds between the files.
    public static func load(directory: String) throws(InputError) -> RobotModel {
        try load(directory: directory, cache: .standard)
    }

    static func load(directory: String, cache: HullCache) throws(InputError) -> RobotModel {
        try RobotModel(RobotSource(directory: directory, cache: cache))
    }

    /// Builds a robot from texts; the paths are only named in errors.
    static func parse(
        name: String,
        yaml: String,
        urdf: String,
        yamlPath: String = "robot.yaml",
        urdfPath: String = "robot.urdf"
    ) throws(InputError) -> RobotModel {
        try RobotModel(
            RobotSource(
                name: name,
                yaml: yaml,
                urdf: urdf,
                yamlPath: yamlPath,
                urdfPath: urdfPath
            )
        )
    }

    private init(_ source: RobotSource) throws(InputError) {
        let file = source.file
        let parts = try RobotAssembly(
            urdf: source.document,
            file: file,
            meshes: source.meshes
        ).parts()
        let kinematics = KinematicModel(
            links: parts.links,
            armJointCount: parts.armJointCount,
            linkFromTool: parts.linkFromTool,
            home: parts.home
        )
        guard let kinematics else {
            throw InputError(
                file: source.document.file,
                expected: "a serial arm",
                found: "another tree"
            )
        }
        name = source.name
        summary = file.summary
        base = parts.base
        links = parts.links
        armJointCount = parts.armJointCount
        toolFrameName = parts.toolFrameName
        linkFromTool = parts.linkFromTool
        gripper = parts.gripper
        gears = parts.gears
        home = parts.home
        homeOpening = file.gripper?.homeOpening ?? 0
        actuator = file.actuator
        servos = parts.servos
        self.kinematics = kinematics
        contentHash = fnv1a([source.yaml, source.urdf] + (source.meshes?.keys ?? []))
    }
}

/// FNV-1a over the bytes of some texts, with a zero byte behind each.
private func fnv1a(_ texts: [String]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in texts {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = hash &* 0x100_0000_01b3
    }
    return hash
}
