import Diagnostics
import Foundation
import Robots
import Spatial

/// The `fixtures` section of a task file.
///
/// What a fixture is made of stands in the task file itself, or under the same keys in
/// `fixtures/NAME.yaml` beside it.
enum FixtureSection {
    /// The fixtures, and the files that they were read from.
    struct Contents {
        var fixtures: [SceneFixture] = []
        /// Paths relative to the task file's folder, each once, in the order of naming.
        var files: [String] = []
    }

    static func read(
        _ root: YAMLMapping,
        scene: [SceneObject]
    ) throws(InputError) -> Contents {
        var contents = Contents()
        guard let section = root.optional("fixtures") else { return contents }
        let folder = URL(filePath: root.place.file).deletingLastPathComponent().path
        var taken = SceneNames.reserved + scene.map(\.name)
        for value in try section.list(limit: 16) {
            let mapping = try value.mapping()
            let name = try mapping.string("name")
            guard !taken.contains(name), isPlain(name) else {
                throw try mapping.required("name").place.error(
                    expected: "a name that nothing else has, without dots",
                    found: "\"\(name.prefix(60))\""
                )
            }
            taken.append(name)
            let model: FixtureModel
            if let file = mapping.optional("fixture") {
                let (path, reference) = try included(file, folder: folder)
                let included = try YAMLMapping.file(atPath: path)
                _ = try included.string("summary")
                model = try FixtureReader.model(included)
                try included.finish()
                if !contents.files.contains(reference) { contents.files.append(reference) }
            } else {
                model = try FixtureReader.model(mapping)
            }
            contents.fixtures.append(
                SceneFixture(
                    name: name,
                    model: model,
                    start: try start(mapping.mapping("start"), scene: scene),
                    joints: try joints(mapping, of: model),
                    place: mapping.place
                )
            )
            try mapping.finish()
        }
        return contents
    }

    /// Names stand before and after the dot of a place such as `drawer.handle`.
    static func isPlain(_ name: String) -> Bool { !name.isEmpty && !name.contains(".") }

    private static func included(
        _ value: YAMLValue,
        folder: String
    ) throws(InputError) -> (path: String, reference: String) {
        let file = try value.string() + ".yaml"
        do {
            return (try InputFile.path(of: file, inside: folder + "/fixtures"), "fixtures/" + file)
        } catch {
            throw value.place.error(
                expected: "a fixture that stands beside the task in fixtures/NAME.yaml",
                found: error.found
            )
        }
    }

    /// Ranges, or `under: OBJECT`.
    private static func start(
        _ mapping: YAMLMapping,
        scene: [SceneObject]
    ) throws(InputError) -> SceneFixture.Start {
        if let value = mapping.optional("under") {
            let object = try SceneNames(scene: scene).dynamicObject(value)
            try mapping.finish()
            return .under(object: object)
        }
        let region = try TaskFile.openRegion(mapping)
        let start = SceneObject.Start(region: region, yaw: try mapping.range("yaw", .angle))
        try mapping.finish()
        return .drawn(start)
    }

    /// Where joints start: the task's ranges under `joints`, else the fixture's own.
    private static func joints(
        _ mapping: YAMLMapping,
        of model: FixtureModel
    ) throws(InputError) -> [ClosedRange<Double>] {
        var starts = model.links.map { $0.start...$0.start }
        guard let section = try mapping.optional("joints")?.mapping() else { return starts }
        for (index, link) in model.links.enumerated() {
            guard let value = section.optional(link.name) else { continue }
            let range = try value.range(link.joint.dimension)
            guard link.range.contains(range.lowerBound), link.range.contains(range.upperBound)
            else {
                throw value.mismatch("positions in the joint's range, \(link.range.text)")
            }
            starts[index] = range
        }
        try section.finish()
        return starts
    }
}

extension ClosedRange<Double> {
    fileprivate var text: String { "\(lowerBound) to \(upperBound)" }
}
