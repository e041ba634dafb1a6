import ArgumentParser
import Diagnostics
import Foundation
import Recording

/// `simrun export`: recordings as data to learn from.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Turn recordings into a data set: robomimic's HDF5 or LeRobotDataset v3.",
        discussion: """
            One row for each action that was taken. HDF5 is written here. For lerobot, a Python with \
            h5py, pandas and pyarrow turns it into a folder (training/export_lerobot.py; \
            SIMRUN_PYTHON names the interpreter): timestamps are frame_index/fps as the format has \
            it, real capture times stand in columns of their own.
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument { case hdf5, lerobot }

    @Argument(help: ArgumentHelp("Recordings of simrun task --record.", valueName: "file.mcap"))
    var files: [String]

    @Option(help: "What to make: hdf5 or lerobot.") var to: Format
    @Option(help: ArgumentHelp("The file or the folder to make.", valueName: "path")) var out:
        String

    func run() throws {
        let recordings = try files.map { try RecordedEpisode(path: $0) }
        switch to {
        case .hdf5:
            try WholeFile.check(out)
            try DemonstrationExport(recordings: recordings).write(to: out)
        case .lerobot: try exportLeRobot(recordings)
        }
        Console.line("\(out): \(recordings.count) episodes")
    }

    private func exportLeRobot(_ recordings: [RecordedEpisode]) throws {
        guard !FileManager.default.fileExists(atPath: out) else {
            throw InputError(
                file: out,
                key: "--out",
                expected: "a new folder",
                found: "one that exists"
            )
        }
        let between = FileManager.default.temporaryDirectory
            .appending(path: "simrun-export-\(UUID().uuidString).hdf5").path
        defer { try? FileManager.default.removeItem(atPath: between) }
        try DemonstrationExport(recordings: recordings).write(to: between)
        let python = ProcessInfo.processInfo.environment["SIMRUN_PYTHON"] ?? "python3"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            python, Home.folder + "/training/export_lerobot.py", between, "--out", out,
        ]
        process.standardOutput = FileHandle.standardError
        do {
            try process.run()
        } catch {
            throw InputError(key: "SIMRUN_PYTHON", expected: "a Python to run", found: python)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw InputError(
                key: "--to lerobot",
                expected: "\(python) with h5py, pandas and pyarrow, and ffmpeg for pictures",
                found: "training/export_lerobot.py ended with status \(process.terminationStatus)"
            )
        }
    }
}
