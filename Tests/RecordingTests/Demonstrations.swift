import Diagnostics
import Foundation
import Spatial

@testable import Recording

/// A folder of its own for one test, removed when it goes.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("recording-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}

/// An episode with every type of column, its numbers drawn from its seed.
func episode(seed: UInt64, steps: Int, image: Bool = true) throws -> EpisodeTable {
    var random = RandomStream(seed: seed)
    var actions = try Column(path: "actions", shape: [4], type: .float32)
    var rewards = try Column(path: "rewards", type: .float32)
    var dones = try Column(path: "dones", type: .uint8)
    var states = try Column(path: "states", shape: [3], type: .float64)
    var cloud = try Column(path: "obs/point_cloud", shape: [5, 3], type: .float32)
    var sense = try Column(path: "timing/sense", type: .int64)
    var hash = try Column(path: "timing/state_hash", type: .uint64)
    var picture = try Column(path: "obs/front_image", shape: [6, 8, 3], type: .uint8)
    for step in 0..<steps {
        actions.append((0..<4).map { _ in Float(random.normal()) })
        rewards.append(Float(step == steps - 1 ? 1 : 0))
        dones.append(UInt8(step == steps - 1 ? 1 : 0))
        states.append((0..<3).map { _ in random.normal() })
        cloud.append((0..<15).map { _ in Float(random.normal()) })
        sense.append(Int64(step) * 33_333_333 - 5)
        hash.append(random.next())
        picture.append((0..<144).map { UInt8(truncatingIfNeeded: $0 * (step + 1)) })
    }
    return EpisodeTable(
        seed: seed,
        attributes: [
            "success": 1, "noise": 0.25, "cause": "none", "goal": .reals([0.5, -0.25, 1]),
        ],
        columns: [actions, rewards, dones, states, cloud, sense, hash] + (image ? [picture] : [])
    )
}

/// Writes a file of episodes with these seeds and lengths.
func write(_ path: String, episodes: [(seed: UInt64, steps: Int)]) throws {
    let writer = try DemonstrationWriter(
        path: path,
        environment: "pick-place",
        arguments: ["robot": "panda", "rate_hertz": 30.0],
        attributes: ["task": "pick-place", "expert": "scripted é", "rate_hertz": 30.0]
    )
    for (seed, steps) in episodes {
        try writer.append(try episode(seed: seed, steps: steps))
    }
    try writer.finish(filters: ["train": Array(episodes.indices.dropLast())])
}

/// The numbers of a column as its type has them.
func numbers<Element: ColumnElement>(
    _ table: EpisodeTable,
    _ path: String,
    as type: Element.Type = Element.self
) -> [Element] {
    guard let column = table.columns.first(where: { $0.path == path }) else { return [] }
    return column.bytes.withUnsafeBytes { bytes in
        (0..<bytes.count / MemoryLayout<Element>.size).map {
            bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
        }
    }
}
