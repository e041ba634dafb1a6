import Foundation
import Robots

/// The shipped Panda, as folder, texts and model.
enum Panda {
    static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("robots/panda").path

    static func model() throws -> RobotModel { try RobotModel.load(directory: directory) }

    static func text(_ file: String) throws -> String {
        try String(contentsOfFile: directory + "/" + file, encoding: .utf8)
    }
}
