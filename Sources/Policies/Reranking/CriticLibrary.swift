public import Diagnostics

/// The critics in a list of directories.
public struct CriticLibrary: Sendable {
    /// Directories that hold critic directories; earlier ones win.
    public let searchPaths: [String]

    /// Creates a library over directories; those that do not exist are passed over.
    public init(searchPaths: [String]) {
        self.searchPaths = searchPaths
    }

    /// The names of all critics, sorted.
    public var names: [String] { folders.names }

    /// The directory of a critic.
    ///
    /// - Parameter name: A name, or a path to a directory (it holds a `/`).
    /// - Throws: `InputError` with the nearest names.
    public func directory(of name: String) throws(InputError) -> String {
        try folders.directory(of: name)
    }

    private var folders: ModelFolders {
        ModelFolders(kind: "critic", marker: "critic.json", searchPaths: searchPaths)
    }
}
