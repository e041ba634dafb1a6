import Diagnostics
import Foundation
import Robots

/// The jobs of a sweep on Slurm, kept in its folder.
struct SlurmJobs: Codable, Equatable {
    /// The array.
    var array: Int
    /// The job that merges when the array has ended.
    var merge: Int
    /// Tasks of the array.
    var shards: Int

    private static let package = "Slurm's client programs"

    /// Submits an array and the job that follows it.
    ///
    /// - Parameter flags: Further flags of sbatch, such as `--partition=cpu`, for both.
    static func submit(
        _ script: SlurmScript,
        flags: [String]
    ) throws -> SlurmJobs {
        let folder = script.folder
        let files = (array: folder.path + "/array.sbatch", merge: folder.path + "/merge.sbatch")
        try WholeFile.write(script.array, to: files.array)
        try WholeFile.write(script.merge, to: files.merge)
        let array = try sbatch(flags + ["--output=\(folder.logs)/%a.log", files.array])
        do {
            let merge = try sbatch(
                flags + [
                    "--dependency=afterany:\(array)", "--output=\(folder.logs)/merge.log",
                    files.merge,
                ]
            )
            return SlurmJobs(array: array, merge: merge, shards: script.shards)
        } catch {
            // Without its merge the array would end unheard.
            _ = try? ExternalProgram.run(["scancel", "\(array)"], package: package)
            throw error
        }
    }

    /// How many of the jobs' tasks wait or run.
    func active() throws -> Int {
        let result = try ExternalProgram.run(
            ["squeue", "--noheader", "--array", "--format=%i", "--jobs=\(array),\(merge)"],
            package: Self.package
        )
        if result.status != 0 {
            // Slurm forgets jobs some minutes after their end.
            guard result.errors.contains("Invalid job id") else {
                throw Self.failed(result, "squeue")
            }
            return 0
        }
        return result.output.split(whereSeparator: \.isNewline).count
    }

    private static func sbatch(_ words: [String]) throws -> Int {
        let result = try ExternalProgram.run(["sbatch", "--parsable"] + words, package: package)
        // With --parsable: the number, and on some sites the cluster after a semicolon.
        let number = result.output.prefix { $0.isNumber }
        guard result.status == 0, let job = Int(number) else { throw failed(result, "sbatch") }
        return job
    }

    private static func failed(_ result: ExternalProgram.Result, _ program: String) -> Outcome {
        let lines = result.errors.split(whereSeparator: \.isNewline).suffix(5).map(String.init)
        return .fault("\(program) ended with exit code \(result.status)", lastTicks: lines)
    }
}

extension SlurmJobs {
    /// The jobs of an earlier run of the sweep, if they can be read.
    static func kept(in folder: SweepFolder) -> SlurmJobs? {
        guard let text = try? InputFile.text(atPath: file(in: folder), limit: 4096) else {
            return nil
        }
        return try? JSONDecoder().decode(SlurmJobs.self, from: Data(text.utf8))
    }

    func keep(in folder: SweepFolder) throws {
        try WholeFile.write(try JSONText.of(self) + "\n", to: Self.file(in: folder))
    }

    private static func file(in folder: SweepFolder) -> String { folder.path + "/slurm.json" }
}
