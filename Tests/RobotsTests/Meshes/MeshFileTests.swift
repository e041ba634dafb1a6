import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct MeshFileTests {
    static let sides = Vector3(0.1, 0.06, 0.2)
    static let corners = MeshTexts.corners(sides)

    private func hull(_ name: String, _ data: Data) throws -> ConvexHull {
        let folder = try TemporaryFolder()
        return try MeshFile(path: folder.write(name, data)).hull()
    }

    @Test(arguments: [
        ("a.stl", MeshTexts.binarySTL(corners)), ("b.STL", MeshTexts.textSTL(corners)),
        ("c.obj", MeshTexts.obj(corners)), ("d.dae", MeshTexts.dae(corners)),
        ("e.dae", MeshTexts.dae(corners.map { $0 * 1000 }, metres: 0.001)),
    ])
    func everyFormatGivesTheBoxItHolds(_ name: String, _ data: Data) throws {
        let hull = try hull(name, data)
        #expect(hull.vertices.count == 8, "\(hull.vertices)")
        #expect(hull.triangles.count == 12)
        #expect(abs(hull.volume / 0.0012 - 1) < 1e-5)
        for corner in Self.corners {
            #expect(hull.vertices.contains { ($0 - corner).length < 1e-6 })
            #expect(abs(hull.distanceOutside(corner)) < 1e-6)
        }
        #expect(abs(hull.distanceOutside(.zero) + 0.03) < 1e-6)
        #expect(abs(hull.distanceOutside(Vector3(0, 0, 0.3)) - 0.2) < 1e-6)
    }

    @Test(arguments: [
        ("a.stl", MeshTexts.binarySTL(corners)), ("c.obj", MeshTexts.obj(corners)),
        ("d.dae", MeshTexts.dae(corners)),
    ])
    func trianglesCloseTheBox(_ name: String, _ data: Data) throws {
        let folder = try TemporaryFolder()
        let corners = try MeshFile(path: folder.write(name, data)).triangles()
        #expect(corners.count == 36)
        // By Gauss: the signed volumes under the faces add up to the box's.
        let volume = stride(from: 0, to: corners.count, by: 3).reduce(0.0) { sum, at in
            sum + corners[at].dot(corners[at + 1].cross(corners[at + 2])) / 6
        }
        #expect(abs(abs(volume) / 0.0012 - 1) < 1e-5)
    }

    @Test func trianglesAreWhereTheSceneHasThem() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.dae", MeshTexts.dae(Self.corners, moved: 0.5))
        let heights = try MeshFile(path: path).triangles().map(\.z)
        #expect(abs((heights.min() ?? 0) - 0.4) < 1e-6)
        #expect(abs((heights.max() ?? 0) - 0.6) < 1e-6)
    }

    @Test func aScenePlacesItsMeshes() throws {
        let hull = try hull("a.dae", MeshTexts.dae(Self.corners, moved: 0.5))
        #expect(abs(hull.bounds.lower.z - 0.4) < 1e-6 && abs(hull.bounds.upper.z - 0.6) < 1e-6)
    }

    @Test func scalesStretchAndMirror() throws {
        let hull = try hull("a.stl", MeshTexts.binarySTL(Self.corners))
        let scaled = hull.scaled(by: Vector3(-1, 2, 1))
        #expect(abs(scaled.volume / hull.volume - 2) < 1e-6)
        #expect(scaled.distanceOutside(.zero) < 0)
    }

    /// A simplified hull lies inside the whole one, and not far inside.
    @Test func simplifyingKeepsTheShape() throws {
        var stream = RandomStream(seed: 3)
        let points = (0..<2000).map { _ in
            var direction = Vector3.zero
            for axis in 0..<3 { direction[axis] = stream.uniform(in: -1...1) }
            return direction / max(direction.length, 1e-9) * Vector3(0.1, 0.05, 0.2)
        }
        let whole = try #require(MeshFile.hull(of: points))
        #expect(whole.vertices.count > 1000)
        let simple = whole.simplified(to: 64)
        #expect(simple.vertices.count <= 64 && simple.vertices.count > 40)
        for vertex in simple.vertices {
            // The hull computer rounds to a ten-thousandth of the extent.
            #expect(whole.vertices.contains { ($0 - vertex).length < 1e-4 })
        }
        let overhang = whole.overhang(over: simple)
        #expect(overhang > 0 && overhang < 0.02, "\(overhang)")
        #expect(simple.volume > 0.8 * whole.volume)
        #expect(whole.simplified(to: 10_000) == whole)
    }

    static let daeText = String(decoding: MeshTexts.dae(corners), as: UTF8.self)

    static let broken: [(String, Data, String)] = [
        ("empty.stl", Data(), "mesh"),
        ("empty.obj", Data(), "mesh"),
        ("empty.dae", Data(), "mesh"),
        ("short.stl", MeshTexts.binarySTL(corners).prefix(300), "mesh"),
        ("lies.stl", lyingSTL(0xFFFF_FFF0), "mesh"),
        ("none.obj", Data("# nothing\n".utf8), "mesh"),
        ("index.obj", Data("v 0 0 0\nv 1 0 0\nf 1 2 900000\n".utf8), "mesh"),
        ("cube.ply", MeshTexts.binarySTL(corners), ".stl, .obj or .dae"),
        ("xml.dae", Data("<COLLADA><asset></COLLADA>".utf8), "mesh"),
        ("dae.dae", MeshTexts.obj(corners), "mesh"),
        // Assimp never gets past what is no number there.
        (
            "loop.dae", Data(daeText.replacingOccurrences(of: "<p>0 2 1", with: "<p>0 2 x").utf8),
            "too"
        ),
        ("nan.obj", Data("v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n".utf8), "mesh"),
        ("point.stl", MeshTexts.binarySTL(corners.map { _ in Vector3(1, 1, 1) }), "extent"),
    ]

    static func lyingSTL(_ count: UInt32) -> Data {
        var data = MeshTexts.binarySTL(corners)
        withUnsafeBytes(of: count.littleEndian) { data.replaceSubrange(80..<84, with: $0) }
        return data
    }

    @Test(arguments: broken.indices)
    func aBrokenMeshIsRefusedByName(_ index: Int) throws {
        let (name, data, mention) = Self.broken[index]
        let folder = try TemporaryFolder()
        let path = try folder.write(name, data)
        let error = try #require(throws: InputError.self) { try MeshFile(path: path).hull() }
        #expect(error.file == path)
        #expect(error.description.contains(mention), "\(error)")
        #expect(error.description.utf8.count < 600)
    }

    @Test func aFileTooLargeIsRefusedBeforeItIsParsed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.stl", Data())
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: UInt64(MeshFile.sizeLimit) + 1)
        try handle.close()
        let error = try #require(throws: InputError.self) { try MeshFile(path: path) }
        #expect(error.expected.contains("bytes"))
    }

    @Test func flatMeshesHaveAHullWithoutVolume() throws {
        let flat = MeshTexts.corners(Vector3(0.1, 0.2, 0))
        let hull = try hull("a.stl", MeshTexts.binarySTL(flat))
        #expect(hull.vertices.count == 4)
        #expect(hull.volume < 1e-12)
    }

    /// Mutated files are read or refused; none traps or hangs.
    @Test(arguments: ["stl", "text.stl", "obj", "dae"])
    func mutatedMeshesNeverTrap(_ kind: String) throws {
        let scale =
            ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1
        let sound: Data =
            switch kind {
            case "stl": MeshTexts.binarySTL(Self.corners)
            case "text.stl": MeshTexts.textSTL(Self.corners)
            case "obj": MeshTexts.obj(Self.corners)
            default: MeshTexts.dae(Self.corners)
            }
        let folder = try TemporaryFolder()
        var random = RandomStream(seed: 21)
        var refused = 0
        for _ in 0..<100 * scale {
            let data = Self.mutated(sound, &random)
            let path = try folder.write("m." + (kind.split(separator: ".").last ?? ""), data)
            do throws(InputError) {
                let hull = try MeshFile(path: path).hull()
                #expect(hull.vertices.count >= 3 && hull.vertices.allSatisfy { $0.isFinite })
                let known = 0..<Int32(hull.vertices.count)
                #expect(
                    hull.triangles.allSatisfy { t in (0..<3).allSatisfy { known.contains(t[$0]) } }
                )
                _ = hull.simplified(to: 16).volume
            } catch {
                refused += 1
                #expect(error.file == path, "\(error)")
            }
        }
        #expect(refused > 0)
    }

    /// Bytes replaced by chance or by what means something, runs cut out or doubled, an end cut off.
    static func mutated(_ sound: Data, _ random: inout RandomStream) -> Data {
        var bytes = [UInt8](sound)
        let tokens: [[UInt8]] = [
            [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0x80, 0, 0], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0xFF],
            Array("nan".utf8), Array("1e999".utf8), Array("-1".utf8), Array("99999999999".utf8),
            Array("<".utf8), Array("\"".utf8), Array("#n".utf8), Array("/".utf8), [0],
        ]
        for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 4 {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 1...80, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 3, 4:
                let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
                bytes.replaceSubrange(at..<min(bytes.count, at + token.count), with: token)
            default: bytes.removeSubrange(at...)
            }
        }
        return Data(bytes)
    }
}
