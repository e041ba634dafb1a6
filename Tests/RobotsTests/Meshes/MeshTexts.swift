import Foundation
import Spatial

/// Mesh files of a hull's triangles, as each format writes them.
enum MeshTexts {
    /// The corners of a box of full sides about the origin.
    static func corners(_ sides: Vector3) -> [Vector3] {
        (0..<8).map { corner in
            Vector3(
                corner & 1 == 0 ? -sides.x / 2 : sides.x / 2,
                corner & 2 == 0 ? -sides.y / 2 : sides.y / 2,
                corner & 4 == 0 ? -sides.z / 2 : sides.z / 2
            )
        }
    }

    /// Two triangles for each side of ``corners(_:)``.
    static let boxTriangles: [[Int]] = [
        [0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4], [2, 6, 3], [3, 6, 7],
        [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5],
    ]

    static func binarySTL(_ points: [Vector3], _ triangles: [[Int]] = boxTriangles) -> Data {
        var data = Data(count: 80)
        func append<T>(_ value: T) { withUnsafeBytes(of: value) { data.append(contentsOf: $0) } }
        append(UInt32(triangles.count).littleEndian)
        for triangle in triangles {
            for _ in 0..<3 { append(Float(0)) }
            for corner in triangle {
                for axis in 0..<3 { append(Float(points[corner][axis])) }
            }
            append(UInt16(0))
        }
        return data
    }

    static func textSTL(_ points: [Vector3]) -> Data {
        var text = "solid box\n"
        for triangle in boxTriangles {
            text += "facet normal 0 0 0\nouter loop\n"
            for corner in triangle {
                text += "vertex \(points[corner].x) \(points[corner].y) \(points[corner].z)\n"
            }
            text += "endloop\nendfacet\n"
        }
        return Data((text + "endsolid box\n").utf8)
    }

    static func obj(_ points: [Vector3]) -> Data {
        var text = "mtllib /etc/passwd\no box\nusemtl none\n"
        for point in points { text += "v \(point.x) \(point.y) \(point.z)\n" }
        for triangle in boxTriangles {
            text += "f " + triangle.map { "\($0 + 1)" }.joined(separator: " ") + "\n"
        }
        return Data(text.utf8)
    }

    /// COLLADA in a unit of its own, with y up, moved along z by a node.
    static func dae(_ points: [Vector3], metres: Double = 1, moved: Double = 0) -> Data {
        let floats = points.flatMap { [$0.x, $0.y, $0.z] }.map { "\($0)" }.joined(separator: " ")
        let indices = boxTriangles.flatMap { $0 }.map { "\($0)" }.joined(separator: " ")
        return Data(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
              <asset><unit name="u" meter="\(metres)"/><up_axis>Y_UP</up_axis></asset>
              <library_geometries><geometry id="g"><mesh>
                <source id="p"><float_array id="a" count="\(points.count * 3)">\(floats)</float_array>
                  <technique_common><accessor source="#a" count="\(points.count)" stride="3">
                    <param name="X" type="float"/><param name="Y" type="float"/>
                    <param name="Z" type="float"/>
                  </accessor></technique_common></source>
                <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
                <triangles count="\(boxTriangles.count)">
                  <input semantic="VERTEX" source="#v" offset="0"/><p>\(indices)</p></triangles>
              </mesh></geometry></library_geometries>
              <library_visual_scenes><visual_scene id="s">
                <node id="n"><translate>0 0 \(moved)</translate>
                  <instance_geometry url="#g"/></node>
              </visual_scene></library_visual_scenes>
              <scene><instance_visual_scene url="#s"/></scene>
            </COLLADA>
            """.utf8
        )
    }
}

/// A temporary folder that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/meshes-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Writes a file, making the folders above it.
    @discardableResult
    func write(_ name: String, _ data: Data) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path,
            withIntermediateDirectories: true
        )
        try data.write(to: URL(fileURLWithPath: file))
        return file
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
