internal import Diagnostics
internal import Spatial

/// The meshes of one robot: found inside its folder, read once each, as convex hulls.
final class RobotMeshes {
    /// The most corners of a hull for contact; more cost time and change nothing that matters.
    static let vertexLimit = 64
    /// Extents between which a part of a robot lies, in metres.
    private static let extents = 1e-4...20.0

    /// How the error ends for a path out of the folder.
    private static let way = "leads outside"

    private let folder: String
    /// The URDF's own folder, relative to `folder`; empty or ends with a slash.
    private let prefix: String
    private let cache: HullCache
    private var hulls: [String: ConvexHull] = [:]
    /// The hashes of all files read, in the order of reading.
    private(set) var keys: [String] = []

    /// Meshes that a URDF names, such as `urdf/robot.urdf` inside `folder`.
    init(folder: String, urdf: String, cache: HullCache) {
        self.folder = folder
        self.cache = cache
        let parts = urdf.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        prefix = parts.map { $0 + "/" }.joined()
    }

    /// The whole hull of a mesh, scaled to metres.
    ///
    /// - Throws: `InputError`; one without a file is about the reference.
    func hull(_ reference: String, scale: Vector3) throws(InputError) -> ConvexHull {
        let hull = try unscaled(path(of: reference)).scaled(by: scale)
        let (lower, upper) = hull.bounds
        let extent = (upper - lower).max()
        guard Self.extents.contains(extent) else {
            throw InputError(
                expected:
                    "a mesh of 0.1 mm to 20 m; one in millimetres has scale=\"0.001 0.001 0.001\"",
                found: "\(quoted(reference)), \(extent) m across"
            )
        }
        return hull
    }

    private func unscaled(_ path: String) throws(InputError) -> ConvexHull {
        if let hull = hulls[path] { return hull }
        let file = try MeshFile(path: path)
        let key = file.key
        let hull: ConvexHull
        if let kept = cache.hull(key) {
            hull = kept
        } else {
            hull = try file.hull()
            cache.keep(hull, key)
        }
        hulls[path] = hull
        keys.append(key)
        return hull
    }

    /// Where a reference leads: `package://NAME/REST` to `NAME/REST` or `REST` in the robot's folder,
    /// a relative path from the URDF's folder or the robot's.
    func path(of reference: String) throws(InputError) -> String {
        let candidates = try candidates(reference)
        var firstError: InputError?
        for candidate in candidates {
            do throws(InputError) {
                return try InputFile.path(of: candidate, inside: folder)
            } catch {
                // A way out of the folder says more than a file that is not there.
                if firstError == nil || error.found.hasSuffix(Self.way) { firstError = error }
            }
        }
        if let firstError, firstError.found.hasSuffix(Self.way) { throw firstError }
        throw InputError(
            expected: "a mesh inside the robot's folder",
            found: "no " + candidates.map(quoted).joined(separator: " and no ")
        )
    }

    private func candidates(_ reference: String) throws(InputError) -> [String] {
        let scheme = "package://"
        if reference.hasPrefix(scheme) {
            let whole = String(reference.dropFirst(scheme.count))
            let rest = whole.split(separator: "/", maxSplits: 1).dropFirst().joined()
            return rest.isEmpty ? [whole] : [whole, rest]
        }
        guard !reference.contains("://"), !reference.hasPrefix("/") else {
            throw InputError(
                expected: "a mesh inside the robot's folder, as a relative path or package://",
                found: quoted(reference)
            )
        }
        return prefix.isEmpty ? [reference] : [prefix + reference, reference]
    }
}
