import Foundation
internal import Spatial

/// Hulls of mesh files, kept in a folder under the hash of the file's contents, so that a mesh is
/// read once.
///
/// A cache: what cannot be written is not kept, what cannot be read is made again.
struct HullCache {
    /// The folder; nil keeps nothing.
    let folder: String?

    /// `$XDG_CACHE_HOME/simrun/hulls`, by default below `~/.cache`.
    static var standard: HullCache {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache" : nil }
        return HullCache(folder: (base ?? home).map { $0 + "/simrun/hulls" })
    }

    /// A file starts with this, then vertex and triangle counts, all as 8 bytes, little-endian.
    private static let magic: UInt64 = 0x0131_6C75_686D_6973
    private static let headerBytes = 24
    private static let vertexLimit = 65_536
    private static let sizeLimit = headerBytes + vertexLimit * 24 + 2 * vertexLimit * 12

    /// What is kept under a key.
    func hull(_ key: String) -> ConvexHull? {
        guard let folder, let handle = FileHandle(forReadingAtPath: path(folder, key)) else {
            return nil
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: Self.sizeLimit + 1) else { return nil }
        return Self.decoded(data)
    }

    /// Keeps a hull; the file appears whole or not at all.
    func keep(_ hull: ConvexHull, _ key: String) {
        guard let folder, hull.vertices.count <= Self.vertexLimit else { return }
        try? FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        try? Self.encoded(hull).write(
            to: URL(fileURLWithPath: path(folder, key)),
            options: .atomic
        )
    }

    private func path(_ folder: String, _ key: String) -> String { "\(folder)/\(key).hull" }

    static func encoded(_ hull: ConvexHull) -> Data {
        var data = Data()
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
        }
        append(magic)
        append(UInt64(hull.vertices.count))
        append(UInt64(hull.triangles.count))
        for vertex in hull.vertices {
            for axis in 0..<3 { append(vertex[axis].bitPattern) }
        }
        for triangle in hull.triangles {
            for corner in 0..<3 { append(triangle[corner]) }
        }
        return data
    }

    /// Nil for anything that is not a whole, sound file.
    static func decoded(_ data: Data) -> ConvexHull? {
        guard data.count >= headerBytes, data.count <= sizeLimit else { return nil }
        return data.withUnsafeBytes { bytes in
            func number<Number: FixedWidthInteger>(_ offset: Int) -> Number {
                Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
            }
            let (magic, vertexCount, triangleCount): (UInt64, UInt64, UInt64) =
                (number(0), number(8), number(16))
            guard magic == Self.magic, vertexCount <= vertexLimit,
                triangleCount <= 2 * vertexLimit
            else { return nil }
            let vertexBytes = Int(vertexCount) * 24
            guard bytes.count == headerBytes + vertexBytes + Int(triangleCount) * 12 else {
                return nil
            }
            let vertices = (0..<Int(vertexCount)).map { index in
                let at = headerBytes + index * 24
                return Vector3(
                    Double(bitPattern: number(at)),
                    Double(bitPattern: number(at + 8)),
                    Double(bitPattern: number(at + 16))
                )
            }
            let triangles = (0..<Int(triangleCount)).map { index in
                let at = headerBytes + vertexBytes + index * 12
                return SIMD3<Int32>(number(at), number(at + 4), number(at + 8))
            }
            let corners = Int32(0)..<Int32(vertexCount)
            guard vertices.count >= 3, vertices.allSatisfy(\.isFinite),
                triangles.allSatisfy({ t in (0..<3).allSatisfy { corners.contains(t[$0]) } })
            else { return nil }
            return ConvexHull(vertices: vertices, triangles: triangles)
        }
    }
}
