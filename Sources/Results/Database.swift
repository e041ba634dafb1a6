internal import CSQLite
import Diagnostics

/// One SQLite file, used by one thread at a time.
///
/// Statements are written in the source and take their values as parameters: `StaticString` keeps
/// text from outside out of them.
public final class Database {
    /// How a file is opened.
    public enum Mode: Sendable {
        /// Made where it is missing, and written.
        case create
        /// Read and written; must be there.
        case write
        /// Read alone; must be there.
        case read
    }

    /// The file, as the user would type it.
    public let path: String
    let handle: OpaquePointer
    private var cache: [UnsafePointer<UInt8>: Statement] = [:]

    /// Opens a file; a writer keeps a write-ahead log, so that readers never wait.
    ///
    /// - Throws: `InputError` for a file that is none of SQLite's; ``StorageFault`` for others.
    public init(path: String, mode: Mode) throws {
        self.path = path
        var opened: OpaquePointer?
        let flags =
            switch mode {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .read: SQLITE_OPEN_READONLY
            }
        let result = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard result == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw InputError(
                file: path,
                expected: "a database that can be opened",
                found: String(cString: sqlite3_errstr(result))
            )
        }
        handle = opened
        try prepareConnection(mode)
    }

    deinit {
        cache.removeAll()
        sqlite3_close_v2(handle)
    }

    private func prepareConnection(_ mode: Mode) throws {
        guard csqlite_defend(handle) == SQLITE_OK else { throw fault(SQLITE_ERROR) }
        sqlite3_busy_timeout(handle, 10_000)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 64 << 20)
        do {
            try execute("PRAGMA cell_size_check = ON")
            try execute("PRAGMA foreign_keys = ON")
            if mode != .read {
                try execute("PRAGMA journal_mode = WAL")
                // Survives kill -9 of the program; a power cut may cost the last transactions.
                try execute("PRAGMA synchronous = NORMAL")
            }
            // Reads the header, and so finds out whether this is a database at all.
            _ = try statement("PRAGMA user_version").first { try $0.integer(0) }
        } catch let fault as StorageFault where fault.code == SQLITE_NOTADB {
            throw InputError(file: path, expected: "an SQLite database", found: "another file")
        }
    }

    /// Runs a statement without values.
    public func execute(_ sql: StaticString) throws {
        let result = sqlite3_exec(handle, Self.text(sql), nil, nil, nil)
        guard result == SQLITE_OK else { throw fault(result) }
    }

    /// A prepared statement, kept for the next call with the same text in the source.
    public func statement(_ sql: StaticString) throws -> Statement {
        if let known = cache[sql.utf8Start] { return known }
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(
            handle,
            Self.text(sql),
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &prepared,
            nil
        )
        guard result == SQLITE_OK, let prepared else { throw fault(result) }
        let statement = Statement(prepared, of: self)
        cache[sql.utf8Start] = statement
        return statement
    }

    /// Runs `body` as one transaction: all of it is kept, or nothing.
    public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Brings the write-ahead log into the file, so that the file alone holds everything and can be
    /// read where nothing may be written; left undone while somebody else reads.
    public func seal() throws {
        do {
            try execute("PRAGMA journal_mode = DELETE")
        } catch let fault as StorageFault
            where fault.code == SQLITE_BUSY || fault.code == SQLITE_LOCKED
        {
            return
        }
    }

    /// The row number that the last insertion gave.
    var lastRow: Int { Int(sqlite3_last_insert_rowid(handle)) }

    func fault(_ code: Int32) -> StorageFault {
        StorageFault(
            file: path,
            what: String(cString: sqlite3_errmsg(handle)),
            code: code & 0xFF
        )
    }

    private static func text(_ sql: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
