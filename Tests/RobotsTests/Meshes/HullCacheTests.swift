import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct HullCacheTests {
    private func hull() throws -> ConvexHull {
        try #require(MeshFile.hull(of: MeshTexts.corners(Vector3(0.1, 0.2, 0.3))))
    }

    @Test func whatIsKeptComesBackToTheLastBit() throws {
        let folder = try TemporaryFolder()
        let cache = HullCache(folder: folder.path + "/deep/hulls")
        let hull = try hull()
        #expect(cache.hull("a") == nil)
        cache.keep(hull, "a")
        #expect(cache.hull("a") == hull)
        #expect(cache.hull("b") == nil)
        // Nothing but the whole file is left.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/hulls")
        #expect(files == ["a.hull"])
    }

    @Test func withoutAFolderNothingIsKept() throws {
        let nowhere = HullCache(folder: nil)
        nowhere.keep(try hull(), "a")
        #expect(nowhere.hull("a") == nil)
        let forbidden = HullCache(folder: "/proc/simrun")
        forbidden.keep(try hull(), "a")
        #expect(forbidden.hull("a") == nil)
    }

    /// A cache may be cut off or scribbled over: it is then made again, never trusted.
    @Test func brokenFilesCountAsAbsent() throws {
        let sound = HullCache.encoded(try hull())
        #expect(HullCache.decoded(sound) != nil)
        for length in 0..<sound.count { #expect(HullCache.decoded(sound.prefix(length)) == nil) }
        #expect(HullCache.decoded(sound + Data([0])) == nil)
        var random = RandomStream(seed: 4)
        for _ in 0..<500 {
            let mutated = MeshFileTests.mutated(sound, &random)
            guard let hull = HullCache.decoded(mutated) else { continue }
            #expect(hull.vertices.allSatisfy { $0.isFinite })
            _ = hull.volume
        }
    }

    @Test func aMeshIsReadOnceAndAnotherContentIsAnotherKey() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "a.stl",
            MeshTexts.binarySTL(MeshTexts.corners([0.1, 0.1, 0.1]))
        )
        let key = try MeshFile(path: path).key
        #expect(key.count == 64)
        let cache = HullCache(folder: folder.path + "/hulls")
        let meshes = RobotMeshes(folder: folder.path, urdf: "r.urdf", cache: cache)
        let hull = try meshes.hull("a.stl", scale: [1, 1, 1])
        #expect(cache.hull(key) == hull && meshes.keys == [key])
        // What the cache holds is taken for the file's.
        let other = try #require(MeshFile.hull(of: MeshTexts.corners([0.2, 0.2, 0.2])))
        cache.keep(other, key)
        let again = RobotMeshes(folder: folder.path, urdf: "r.urdf", cache: cache)
        #expect(try again.hull("a.stl", scale: [1, 1, 1]) == other)
        try folder.write("a.stl", MeshTexts.binarySTL(MeshTexts.corners([0.1, 0.1, 0.2])))
        #expect(try MeshFile(path: path).key != key)
    }
}
