import Foundation
import Testing

/// The floor table of ARCHITECTURE.md: what each target may import of ours.
private let floors: [String: Int] = [
    "Diagnostics": 0, "CBullet": 0, "CUrdf": 0, "CKinematics": 0, "CRaycast": 0, "CHDF5": 0,
    "CMalloc": 0, "CKernels": 0, "CDigest": 0, "CCryptoSystem": 0, "CBulletSystem": 0,
    "CUrdfSystem": 0, "CEigenSystem": 0, "CMesh": 0, "CAssimpSystem": 0, "CRealtime": 0,
    "CProcessor": 0,
    "CZlib": 0, "CPngSystem": 0, "CPng": 0, "CGLFW": 0, "CSerial": 0, "CCamera": 0,
    "CJpegSystem": 0,
    "Spatial": 1, "Processor": 1,
    "Robots": 2, "Physics": 2, "Inference": 2,
    "Runtime": 3,
    "Sensing": 4, "Policies": 4, "Recording": 4, "Results": 4, "Serving": 4,
    "Bridge": 4,
    "Tasks": 5, "Viewer": 5,
    "simrun": 6, "simrun-bench": 6,
]

/// Imports that the floors alone would allow and the design forbids.
private let forbidden: [String: Set<String>] = [
    // No policy can see privileged state.
    "Policies": ["Physics", "Sensing", "Tasks"],
    // A viewer shows what is published: it knows no task and no physics.
    "Viewer": ["Tasks", "Physics", "Policies"],
    // The loop knows no Bullet, no file format, no network.
    "Runtime": ["Physics", "CBullet", "CHDF5", "GRDB", "CRaycast", "CSerial"],
]

/// Leaves are wrapped once: only these targets may import them.
private let wrappers: [String: Set<String>] = [
    "CBullet": ["Physics"], "CUrdf": ["Robots"], "CKinematics": ["Robots"],
    "CMesh": ["Robots"],
    "CRaycast": ["Sensing"], "CHDF5": ["Recording"], "CMalloc": ["simrun-bench"],
    "CDigest": ["Runtime"], "CRealtime": ["Runtime"], "CKernels": ["Inference"],
    "CProcessor": ["Processor"], "CZlib": ["Recording"], "CPng": ["Recording"],
    "GRDB": ["Results"], "CGLFW": ["Viewer"], "CSerial": ["Bridge"], "CCamera": ["Bridge"],
]

private let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private struct Import: CustomStringConvertible {
    var target: String
    var file: String
    var module: String
    var description: String { "\(file): import \(module)" }
}

private func imports() throws -> [Import] {
    let sources = root.appending(path: "Sources")
    var found: [Import] = []
    for target in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
        let folder = sources.appending(path: target)
        let files = FileManager.default.enumerator(atPath: folder.path)
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix(".swift") else { continue }
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                    words[..<at].allSatisfy({ $0.hasPrefix("@") || $0 == "public" })
                else { continue }
                let module = words[at + 1].split(separator: ".")[0]
                found.append(
                    Import(target: target, file: "\(target)/\(file)", module: String(module))
                )
            }
        }
    }
    return found
}

@Suite struct FloorTests {
    @Test func everyTargetStandsOnAFloor() throws {
        let targets = try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: "Sources").path
        )
        #expect(Set(targets).subtracting(floors.keys).isEmpty)
        #expect(targets.count > 15)
    }

    @Test func importsPointDown() throws {
        let all = try imports()
        #expect(all.count > 50)
        for item in all {
            guard let own = floors[item.target], let other = floors[item.module] else { continue }
            #expect(other < own, "\(item) does not point down")
        }
    }

    @Test func forbiddenImportsAreAbsent() throws {
        for item in try imports() {
            #expect(forbidden[item.target]?.contains(item.module) != true, "\(item)")
            if let allowed = wrappers[item.module] {
                #expect(allowed.contains(item.target), "\(item): the leaf is wrapped elsewhere")
            }
        }
    }

    @Test func theManifestSaysTheSameAsTheArchitecturePage() throws {
        let page = try String(
            contentsOf: root.appending(path: "ARCHITECTURE.md"),
            encoding: .utf8
        )
        for (target, floor) in floors where !target.hasSuffix("System") {
            let row = page.split(separator: "\n").first {
                $0.hasPrefix("| \(floor) |") && $0.contains("`\(target)`")
            }
            #expect(row != nil, "ARCHITECTURE.md has no row for \(target) on floor \(floor)")
        }
    }
}
