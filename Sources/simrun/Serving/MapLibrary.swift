import ArgumentParser
import Diagnostics
import Foundation
import Robots
import Runtime
import Sensing
import Serving
import Tasks

/// Which convention's keys a policy on the wire has.
enum MapLibrary {
    /// The map of a name that is shipped, or of a file.
    ///
    /// - Throws: `InputError` for a name that is none.
    static func map(_ name: String) throws(InputError) -> ObservationMap {
        let folder = Home.folder + "/maps"
        if name.hasSuffix(".yaml") || name.contains("/") {
            return try ObservationMap(atPath: name)
        }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let known = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        guard known.contains(name) else {
            throw .unknown("map", name: name, known: known.sorted(), key: "--map")
        }
        return try ObservationMap(atPath: "\(folder)/\(name).yaml")
    }
}

extension MapContext {
    /// What a map must know of a task and its robot.
    ///
    /// - Throws: `InputError` for a robot without a gripper.
    init(_ setup: TaskSetup) throws(InputError) {
        guard let gripper = setup.robot.gripper, gripper.maxOpening > 0 else {
            throw InputError(key: "--map", expected: "a robot with a gripper", found: "none")
        }
        let arm = setup.robot.armLinks
        self.init(
            joints: arm.map(\.jointName),
            lower: arm.map(\.limits.lower),
            upper: arm.map(\.limits.upper),
            maxOpening: gripper.maxOpening,
            closing: gripper.action(forOpening: 0),
            mode: setup.task.control.mode,
            scale: setup.task.control.scale,
            cameras: setup.task.cameras.map(\.camera.name)
        )
    }
}
