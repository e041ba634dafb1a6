import Diagnostics
import Foundation
import Viewer

/// Pictures and videos through the ffmpeg program; files appear whole or not at all.
final class PictureEncoder {
    private let process = Process()
    private let pipe = Pipe()
    private let path: String
    private let partial: String
    private var isFinished = false

    /// Starts ffmpeg for raw RGB frames.
    ///
    /// - Parameters:
    ///   - path: The file to make; its ending tells the format.
    ///   - framesPerSecond: Nil for a single picture.
    init(
        path: String,
        width: Int,
        height: Int,
        framesPerSecond: Double?
    ) throws(InputError) {
        try WholeFile.check(path)
        self.path = path
        let url = URL(filePath: path)
        partial =
            url.deletingLastPathComponent()
            .appending(path: ".partial-\(getpid())-\(url.lastPathComponent)").path
        var arguments = [
            "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", "\(width)x\(height)",
        ]
        if let framesPerSecond {
            arguments += ["-r", "\(framesPerSecond)", "-i", "-", "-pix_fmt", "yuv420p"]
        } else {
            arguments += ["-i", "-", "-frames:v", "1"]
        }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments + [partial]
        process.standardInput = pipe
        do {
            try process.run()
        } catch {
            throw InputError(
                file: path,
                expected: "the ffmpeg program on PATH",
                found: error.localizedDescription
            )
        }
    }

    deinit {
        if !isFinished {
            process.terminate()
            try? FileManager.default.removeItem(atPath: partial)
        }
    }

    /// Writes one picture as a file of its own.
    static func write(_ picture: Picture, to path: String) throws(InputError) {
        let encoder = try PictureEncoder(
            path: path,
            width: picture.width,
            height: picture.height,
            framesPerSecond: nil
        )
        try encoder.add(picture.rgb)
        try encoder.finish()
    }

    /// Adds one frame of red, green and blue bytes, row by row.
    func add(_ rgb: [UInt8]) throws(InputError) {
        do {
            try pipe.fileHandleForWriting.write(contentsOf: Data(rgb))
        } catch {
            throw failure("it stopped reading frames")
        }
    }

    /// Waits for the file and moves it to its place.
    func finish() throws(InputError) {
        isFinished = true
        try? pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        guard process.terminationStatus == 0, rename(partial, path) == 0 else {
            try? FileManager.default.removeItem(atPath: partial)
            // 127 is the shell's word for a program that is not there.
            throw failure(
                process.terminationStatus == 127
                    ? "no ffmpeg program on PATH"
                    : "it ended with status \(process.terminationStatus)"
            )
        }
    }

    private func failure(_ found: String) -> InputError {
        InputError(file: path, expected: "ffmpeg to write it", found: found)
    }
}
