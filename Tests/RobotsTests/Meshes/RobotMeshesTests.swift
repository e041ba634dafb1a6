import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Robots

/// A user's own robot: a URDF with meshes in its folder.
@Suite struct RobotMeshesTests {
    /// A folder `arm` with a URDF of two joints whose second link is a mesh.
    private func folder(
        mesh: String,
        urdf: String = "robot.urdf",
        scale: String = ""
    ) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        func link(_ name: String, _ body: String) -> String {
            """
            <link name="\(name)"><inertial><mass value="1"/>
            <inertia ixx="0.01" ixy="0" ixz="0" iyy="0.01" iyz="0" izz="0.01"/></inertial>\(body)</link>
            """
        }
        func joint(_ name: String, _ parent: String, _ child: String) -> String {
            """
            <joint name="\(name)" type="revolute"><parent link="\(parent)"/><child link="\(child)"/>
            <origin xyz="0 0 0.2" rpy="0 0 0"/><axis xyz="0 1 0"/>
            <limit lower="-1" upper="1" effort="50" velocity="2"/></joint>
            """
        }
        let shape =
            "<geometry><mesh filename=\"\(mesh)\"\(scale)/></geometry>"
        let text =
            "<robot name=\"arm\">" + link("base", "") + link("lower", "")
            + link("upper", "<visual>\(shape)</visual><collision>\(shape)</collision>")
            + joint("one", "base", "lower") + joint("two", "lower", "upper") + "</robot>"
        try folder.write("arm/" + urdf, Data(text.utf8))
        let draft = try RobotDraft(directory: folder.path + "/arm", urdf: urdf)
        #expect(draft.choices.count == 4)
        try folder.write("arm/robot.yaml", Data(draft.yaml.utf8))
        return folder
    }

    private static let stl = MeshTexts.binarySTL(MeshTexts.corners([0.1, 0.06, 0.2]))

    @Test(arguments: [
        ("meshes/a.stl", "meshes/a.stl", "robot.urdf"),
        ("package://arm/meshes/a.stl", "meshes/a.stl", "robot.urdf"),
        ("package://meshes/a.stl", "meshes/a.stl", "robot.urdf"),
        ("package://arm_description/a.stl", "arm_description/a.stl", "robot.urdf"),
        ("../meshes/a.stl", "meshes/a.stl", "urdf/robot.urdf"),
        ("meshes/a.stl", "meshes/a.stl", "urdf/robot.urdf"),
    ])
    func aMeshIsFoundInsideTheFolder(_ reference: String, _ place: String, _ urdf: String) throws {
        let folder = try folder(mesh: reference, urdf: urdf)
        try folder.write("arm/" + place, Self.stl)
        let robot = try RobotModel.load(
            directory: folder.path + "/arm",
            cache: HullCache(folder: nil)
        )
        let hull = try #require(robot.links[1].body.hulls.first)
        #expect(hull.hull.vertices.count == 8 && hull.overhang < 1e-6)
        #expect(robot.links[1].body.collisions.isEmpty)
        #expect(robot.unseenLinks == ["upper"])
    }

    @Test(arguments: [
        ("../outside.stl", "leads outside"),
        ("package://../outside.stl", "leads outside"),
        ("/etc/hostname", "relative path"),
        ("file:///etc/hostname", "relative path"),
        ("http://example.com/a.stl", "relative path"),
        ("link.stl", "leads outside"),
        ("missing.stl", "missing.stl"),
        ("package://other/missing.stl", "other/missing.stl"),
        ("a.step", ".stl, .obj or .dae"),
    ])
    func aMeshOutsideOrMissingIsRefusedByPlace(_ reference: String, _ mention: String) throws {
        let folder = try folder(mesh: reference)
        try folder.write("outside.stl", Self.stl)
        try folder.write("arm/a.step", Self.stl)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/arm/link.stl",
            withDestinationPath: folder.path + "/outside.stl"
        )
        let error = try #require(throws: InputError.self) {
            try RobotModel.load(directory: folder.path + "/arm", cache: HullCache(folder: nil))
        }
        #expect(error.description.contains(mention), "\(error)")
        #expect(error.file?.hasPrefix(folder.path) == true, "\(error)")
    }

    @Test func aScaleTurnsMillimetresIntoMetresAndItsAbsenceIsNoticed() throws {
        let millimetres = MeshTexts.binarySTL(MeshTexts.corners([100, 60, 200_00]))
        let wrong = try folder(mesh: "a.stl")
        try wrong.write("arm/a.stl", millimetres)
        let error = try #require(throws: InputError.self) {
            try RobotModel.load(directory: wrong.path + "/arm", cache: HullCache(folder: nil))
        }
        #expect(error.expected.contains("scale=\"0.001"), "\(error)")
        #expect(error.line != nil && error.key == "link \"upper\" collision")

        let right = try folder(mesh: "a.stl", scale: " scale=\"0.001 0.001 0.00001\"")
        try right.write("arm/a.stl", millimetres)
        let robot = try RobotModel.load(
            directory: right.path + "/arm",
            cache: HullCache(folder: nil)
        )
        let bounds = try #require(robot.links[1].body.hulls.first).hull.bounds
        #expect((bounds.upper - Vector3(0.05, 0.03, 0.1)).length < 1e-6)
    }

    @Test func anotherMeshIsAnotherRobot() throws {
        let folder = try folder(mesh: "a.stl")
        try folder.write("arm/a.stl", Self.stl)
        let arm = folder.path + "/arm"
        let first = try RobotModel.load(directory: arm, cache: HullCache(folder: nil)).contentHash
        let same = try RobotModel.load(directory: arm, cache: HullCache(folder: nil)).contentHash
        #expect(first == same)
        try folder.write("arm/a.stl", MeshTexts.binarySTL(MeshTexts.corners([0.1, 0.06, 0.3])))
        let other = try RobotModel.load(directory: arm, cache: HullCache(folder: nil)).contentHash
        #expect(first != other)
    }

    @Test func whatFitProposesIsSeen() throws {
        let folder = try folder(mesh: "a.stl")
        try folder.write("arm/a.stl", Self.stl)
        let arm = folder.path + "/arm"
        let bare = try RobotModel.load(directory: arm, cache: HullCache(folder: nil)).links[1].body
        #expect(bare.meshes.count == 1 && bare.visuals.isEmpty)
        #expect(try bare.meshes[0].triangles().count == 36)
        let fit = try RobotFit(directory: arm)
        let part = try #require(fit.parts.first)
        #expect(fit.parts.count == 1 && part.link == "upper" && part.fits[0].kind == "box")
        #expect(abs(part.added[0]) < 1e-3)
        let text = try String(contentsOfFile: arm + "/robot.yaml", encoding: .utf8)
        let lines = ["links:", "  upper:", "    visual:"] + part.yaml.map { "      " + $0 }
        try folder.write("arm/robot.yaml", Data((text + lines.joined(separator: "\n")).utf8))
        let robot = try RobotModel.load(directory: arm, cache: HullCache(folder: nil))
        #expect(robot.unseenLinks.isEmpty)
        #expect(robot.links[1].body.hulls.count == 1 && robot.links[1].body.visuals.count == 1)
        // People see the mesh in place of the box.
        #expect(robot.links[1].body.visuals[0].standsForMesh)
        #expect(robot.links[1].body.meshes == bare.meshes)
        guard case .box(let half) = robot.links[1].body.visuals[0].primitive else {
            Issue.record("no box")
            return
        }
        #expect((half - Vector3(0.05, 0.03, 0.1)).length < 3e-4)
        #expect(try RobotFit(directory: arm).parts.isEmpty)
    }
}
