import Diagnostics
import Foundation
import Results
import Runtime
import Sensing
import Tasks

/// Pictures of failed episodes, made by running them again, or from their recordings.
///
/// A reproducible episode is the same each time; the hash of its final state proves that it was.
struct FrameStrips {
    static let width = 240
    static let height = 180
    /// Pictures of one episode.
    static let count = 6
    /// All pictures together, in bytes: base64 makes a third more of them.
    static let budget = 5 << 20

    /// An episode to show.
    private struct Target: Hashable {
        var cell: Int
        var failure: Int
    }

    /// Raw frames with the episode time they show.
    private struct Shots {
        var seconds: [Double] = []
        var rgb = Data()
    }

    /// Why cells have no pictures, each reason once.
    private(set) var notes: [String] = []
    private var shots: [Target: Shots] = [:]

    /// Adds pictures to up to `limit` failures: the first of each cell, then the second, and so on.
    static func add(to data: inout ReportData, limit: Int) throws {
        var strips = FrameStrips()
        let targets = Self.targets(in: data, limit: limit)
        for (cell, members) in Dictionary(grouping: targets, by: \.cell).sorted(by: {
            $0.key < $1.key
        }) {
            guard !Interrupt.isRequested else { break }
            strips.shoot(members, of: data.cells[cell])
        }
        let recorded = Self.recorded(in: data, limit: limit - targets.count)
        for target in recorded { strips.take(target, of: data) }
        try strips.place(targets + recorded, in: &data)
        data.notes += strips.notes
    }

    private static func targets(in data: ReportData, limit: Int) -> [Target] {
        ReportData.fairOrder(data) { failure, cell in
            cell.run.isReproducible && !cell.arguments.isEmpty && failure.elapsed != nil
                && failure.stateHash != nil && failure.pictures.bytes == 0
        }
        .prefix(limit).map { Target(cell: $0.cell, failure: $0.failure) }
    }

    /// Failures that cannot be run again but were recorded.
    private static func recorded(in data: ReportData, limit: Int) -> [Target] {
        ReportData.fairOrder(data) { failure, cell in
            !cell.run.isReproducible && failure.recording != nil && failure.pictures.bytes == 0
        }
        .prefix(max(0, limit)).map { Target(cell: $0.cell, failure: $0.failure) }
    }

    /// Takes a failure's pictures from its recording.
    private mutating func take(_ target: Target, of data: ReportData) {
        let failure = data.cells[target.cell].failures[target.failure]
        guard let path = failure.recording else { return }
        do {
            let strip = try RecordedStrip(
                path: path,
                count: Self.count,
                width: Self.width,
                height: Self.height
            )
            if !strip.seconds.isEmpty {
                shots[target] = Shots(seconds: strip.seconds, rgb: strip.rgb)
            }
        } catch {
            note("No pictures of \(path): \(error)")
        }
    }

    /// Runs a cell's episodes again and keeps their frames.
    private mutating func shoot(_ targets: [Target], of cell: ReportData.Cell) {
        do {
            let plan = try RunPlan(sweepArguments: cell.arguments)
            let now = try SweepCell(
                plan: plan,
                arguments: cell.arguments,
                options: cell.run.options,
                seeds: cell.seeds
            )
            guard now.hashes.agree(with: cell.hashes) else {
                return note("No pictures of \(cell.run.task): its files have changed since.")
            }
            try shoot(targets, of: cell, plan: plan)
        } catch {
            note("No pictures of \(cell.run.task): \(error)")
        }
    }

    private mutating func shoot(
        _ targets: [Target],
        of cell: ReportData.Cell,
        plan: RunPlan
    ) throws {
        var rest = targets[...]
        var camera = EpisodeCamera(plan: plan)
        var taken: [(target: Target, shots: Shots, hash: String)] = []
        try EpisodeRunner(plan: plan).work(
            SeedLine(
                next: {
                    guard let target = rest.first else { return nil }
                    let failure = cell.failures[target.failure]
                    camera.begin(elapsed: failure.elapsed ?? 0)
                    return UInt64(failure.seed)
                },
                deliver: { episode, _ in
                    guard let target = rest.popFirst() else { return }
                    let shots = Shots(seconds: camera.seconds, rgb: camera.rgb)
                    taken.append((target, shots, episode.stateHash.hexadecimal))
                },
                watch: { camera.see($0) }
            )
        )
        if let failure = camera.failure { throw failure }
        for (target, shots, hash) in taken {
            if hash == cell.failures[target.failure].stateHash {
                self.shots[target] = shots
            } else {
                note(
                    "Some episodes of \(cell.run.task) did not end as recorded when run again on this"
                        + " machine; they have no pictures."
                )
            }
        }
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    // MARK: - Encoding

    private mutating func place(_ targets: [Target], in data: inout ReportData) throws {
        let ready = targets.filter { shots[$0] != nil }
        guard !ready.isEmpty else { return }
        let pictures: [Data]
        do {
            pictures = try Self.jpegs(of: ready.compactMap { shots[$0]?.rgb })
        } catch let error as InputError {
            return note("No pictures: \(error).")
        }
        var rest = pictures[...]
        var bytes = 0
        for target in ready {
            guard let seconds = shots[target]?.seconds, rest.count >= seconds.count else { break }
            let frames = Array(zip(seconds, rest.prefix(seconds.count)))
            rest = rest.dropFirst(seconds.count)
            bytes += frames.reduce(0) { $0 + $1.1.count }
            guard bytes <= Self.budget else { break }
            data.cells[target.cell].failures[target.failure].pictures = .strip(
                frames.map { (seconds: $0.0, jpeg: $0.1) }
            )
        }
    }

    /// JPEG files of raw frames, all by one run of ffmpeg.
    private static func jpegs(of frames: [Data]) throws -> [Data] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-frames-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let raw = folder.appending(path: "frames.rgb")
        let all = frames.reduce(into: Data()) { $0 += $1 }
        try all.write(to: raw)
        let result = try ExternalProgram.run(
            [
                "ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
                "-s", "\(width)x\(height)", "-i", raw.path, "-q:v", "5",
                folder.path + "/%06d.jpg",
            ],
            package: "ffmpeg"
        )
        guard result.status == 0 else {
            throw InputError(
                key: "ffmpeg",
                expected: "it to write pictures",
                found: "exit code \(result.status)"
            )
        }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".jpg") }.sorted()
            .map { try Data(contentsOf: folder.appending(path: $0)) }
    }
}

/// Takes pictures of one episode after another at even times.
private struct EpisodeCamera {
    private let plan: RunPlan
    private var view: SceneView?
    private var times: [Double] = []
    private(set) var seconds: [Double] = []
    private(set) var rgb = Data()
    private(set) var failure: InputError?

    init(plan: RunPlan) {
        self.plan = plan
    }

    /// Starts an episode that lasts so many seconds.
    mutating func begin(elapsed: Double) {
        let last = Double(FrameStrips.count - 1)
        // A little early, so that rounding does not cost the last picture.
        times = (0..<FrameStrips.count).map { elapsed * Double($0) / last - 1e-6 }
        seconds = []
        rgb = Data()
    }

    /// Takes the picture that is due, if one is.
    mutating func see(_ plant: SimulatedPlant) {
        let now = plant.elapsed.seconds
        guard failure == nil, seconds.count < times.count, now >= times[seconds.count] else {
            return
        }
        do throws(InputError) {
            var view = try existingView(plant)
            view.render(plant)
            rgb += Data(view.frame.rgb)
            seconds.append(now)
            self.view = view
        } catch {
            failure = error
        }
    }

    private func existingView(_ plant: SimulatedPlant) throws(InputError) -> SceneView {
        if let view { return view }
        return try SceneView(
            task: plan.setup.task,
            plant: plant,
            width: FrameStrips.width,
            height: FrameStrips.height
        )
    }
}

extension SweepCell.Hashes {
    /// Whether the digests that both have are the same; a report of `simrun task` has none of traces.
    fileprivate func agree(with other: SweepCell.Hashes) -> Bool {
        task == other.task && robot == other.robot && policy == other.policy
            && (latency == nil || other.latency == nil || latency == other.latency)
    }
}
