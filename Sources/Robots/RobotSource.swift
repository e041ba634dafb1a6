internal import Diagnostics
import Foundation

/// A robot's folder, read: `robot.yaml`, the URDF that it names, and where its meshes are.
struct RobotSource {
    /// The folder's name.
    let name: String
    /// The text of robot.yaml.
    let yaml: String
    let file: RobotFile
    /// The text of the URDF.
    let urdf: String
    let document: URDFDocument
    let meshes: RobotMeshes?

    init(directory: String, cache: HullCache) throws(InputError) {
        let path = directory + "/robot.yaml"
        let yaml = try InputFile.text(atPath: path)
        let file = try RobotFile(YAMLMapping.parse(yaml, file: path))
        let urdfName = try file.urdf.string()
        let urdfPath: String
        do {
            urdfPath = try InputFile.path(of: urdfName, inside: directory)
        } catch {
            guard error.file == nil else { throw error }
            throw file.urdf.place.error(expected: error.expected, found: error.found)
        }
        let urdf = try InputFile.text(atPath: urdfPath)
        self.yaml = yaml
        self.file = file
        self.urdf = urdf
        name = URL(fileURLWithPath: directory).standardizedFileURL.lastPathComponent
        document = try URDFDocument.parse(urdf, file: urdfPath)
        meshes = RobotMeshes(folder: directory, urdf: urdfName, cache: cache)
    }

    /// From texts; the paths are only named in errors, and meshes cannot be read.
    init(
        name: String,
        yaml: String,
        urdf: String,
        yamlPath: String,
        urdfPath: String
    ) throws(InputError) {
        self.name = name
        self.yaml = yaml
        self.urdf = urdf
        file = try RobotFile(YAMLMapping.parse(yaml, file: yamlPath))
        document = try URDFDocument.parse(urdf, file: urdfPath)
        meshes = nil
    }
}
