internal import CMesh
internal import Diagnostics
import Foundation
internal import Spatial

/// A mesh file's bytes, and what they hold: a convex hull for contact, triangles for the eye.
struct MeshFile {
    /// The kinds of file that are read, by their extension.
    static let formats = ["stl", "obj", "dae"]
    /// The largest file that is read, in bytes (64 MiB).
    static let sizeLimit = 64 << 20

    private let path: String
    private let format: String
    private let bytes: Data

    /// Reads the bytes.
    ///
    /// - Throws: `InputError` for a missing, large or unreadable file, or another extension.
    init(path: String) throws(InputError) {
        self.path = path
        format = URL(fileURLWithPath: path).pathExtension.lowercased()
        guard Self.formats.contains(format) else {
            throw InputError(
                file: path,
                expected: "a mesh as .stl, .obj or .dae",
                found: format.isEmpty ? "no extension" : ".\(format.prefix(20))"
            )
        }
        bytes = try InputFile.bytes(atPath: path, limit: Self.sizeLimit)
    }

    /// SHA-256 of format and contents, in hexadecimal.
    var key: String {
        var digest = [UInt8](repeating: 0, count: 32)
        let text = Data((format + "\n").utf8) + bytes
        let isDone = text.withUnsafeBytes { cm_sha256($0.baseAddress, $0.count, &digest) }
        precondition(isDone == 1, "libcrypto has no SHA-256")
        return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The convex hull of all vertices, in the file's own unit.
    ///
    /// - Throws: `InputError` for a file that is not what its extension says, without vertices,
    ///   with numbers that are none, or of no extent.
    func hull() throws(InputError) -> ConvexHull {
        let points = try read(cm_points_read)
        defer { cm_points_free(points) }
        let count = cm_points_count(points)
        guard let made = cm_hull_create(cm_points_data(points), count) else {
            throw InputError(
                file: path,
                expected: "a mesh with an extent",
                found: "\(count) vertices that span nothing"
            )
        }
        defer { cm_hull_free(made) }
        return Self.hull(made)
    }

    /// The corners of all triangles, three each, in the file's own unit.
    ///
    /// - Throws: `InputError` for a file that is not what its extension says.
    func triangles() throws(InputError) -> [Vector3] {
        let points = try read(cm_triangles_read)
        defer { cm_points_free(points) }
        let numbers = UnsafeBufferPointer(
            start: cm_points_data(points),
            count: 3 * Int(cm_points_count(points))
        )
        return stride(from: 0, to: numbers.count, by: 3).map {
            Vector3(numbers[$0], numbers[$0 + 1], numbers[$0 + 2])
        }
    }

    private typealias Reader = (
        UnsafeRawPointer?, Int, UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int
    ) -> OpaquePointer?

    /// What the reader makes of the bytes, to be freed.
    private func read(_ reader: Reader) throws(InputError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: 400)
        let points = bytes.withUnsafeBytes {
            reader($0.baseAddress, $0.count, format, &message, message.count)
        }
        if let points { return points }
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let reason = String(decoding: text, as: UTF8.self)
        throw InputError(
            file: path,
            expected: "a mesh in the format .\(format)",
            found: quoted(reason.replacingOccurrences(of: "\n", with: " "))
        )
    }

    /// The hull of some points; nil when they span nothing.
    static func hull(of points: [Vector3]) -> ConvexHull? {
        let numbers = points.flatMap { [$0.x, $0.y, $0.z] }
        guard let made = cm_hull_create(numbers, Int32(clamping: points.count)) else { return nil }
        defer { cm_hull_free(made) }
        return hull(made)
    }

    private static func hull(_ made: OpaquePointer) -> ConvexHull {
        let points = UnsafeBufferPointer(
            start: cm_hull_points(made),
            count: 3 * Int(cm_hull_point_count(made))
        )
        let corners = UnsafeBufferPointer(
            start: cm_hull_triangles(made),
            count: 3 * Int(cm_hull_triangle_count(made))
        )
        return ConvexHull(
            vertices: stride(from: 0, to: points.count, by: 3).map {
                Vector3(points[$0], points[$0 + 1], points[$0 + 2])
            },
            triangles: stride(from: 0, to: corners.count, by: 3).map {
                SIMD3(corners[$0], corners[$0 + 1], corners[$0 + 2])
            }
        )
    }
}
