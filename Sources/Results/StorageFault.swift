/// What keeps a database from being written: a full disk, a lost device, another writer.
public struct StorageFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database's file.
    public let file: String
    /// SQLite's own words.
    public let what: String
    /// SQLite's result code.
    public let code: Int32

    /// One sentence.
    public var description: String { "\(file) cannot be written or read: \(what)" }
}
