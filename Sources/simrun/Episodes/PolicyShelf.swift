import Diagnostics
import Inference
import Policies
import Synchronization

/// Policies that this process has loaded: plans of the same policy share its weights.
enum PolicyShelf {
    private struct Key: Hashable {
        var directory: String
        var format: String?
    }

    private static let shelf = Mutex<[Key: UNetModel]>([:])
    private static let languageShelf = Mutex<[Key: DiscreteDiffusionModel]>([:])

    /// The policy of a directory, loaded the first time it is asked for.
    static func model(
        directory: String,
        format: WeightFormat?
    ) throws(InputError) -> UNetModel {
        let key = Key(directory: directory, format: format?.rawValue)
        if let model = shelf.withLock({ $0[key] }) { return model }
        let model = try UNetModel(directory: directory, format: format)
        shelf.withLock { $0[key] = model }
        return model
    }

    private static let critics = Mutex<[String: CriticModel]>([:])

    /// The critic of a directory, loaded the first time it is asked for.
    static func critic(directory: String) throws(InputError) -> CriticModel {
        if let critic = critics.withLock({ $0[directory] }) { return critic }
        let critic = try CriticModel(directory: directory)
        critics.withLock { $0[directory] = critic }
        return critic
    }

    /// The discrete-diffusion policy of a directory, likewise.
    static func discreteDiffusionModel(
        directory: String,
        format: WeightFormat?
    ) throws(InputError) -> DiscreteDiffusionModel {
        let key = Key(directory: directory, format: format?.rawValue)
        if let model = languageShelf.withLock({ $0[key] }) { return model }
        let model = try DiscreteDiffusionModel(directory: directory, format: format)
        languageShelf.withLock { $0[key] = model }
        return model
    }
}
