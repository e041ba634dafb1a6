import Diagnostics
import Foundation
internal import GRDB

/// A sweep's SQLite file: how it is opened, and errors in the project's own terms.
///
/// Used by one thread at a time. Calls may lie within each other; those within ``transaction(_:)``
/// belong to it.
final class ResultsFile {
    /// The file, as the user would type it.
    let path: String
    private let queue: DatabaseQueue

    /// Opens a file; a writer keeps a write-ahead log, so that readers never wait.
    ///
    /// - Throws: `InputError` for a file that is missing or none of SQLite's; ``StorageFault``.
    init(path: String, mode: SweepStore.Mode) throws {
        self.path = path
        if mode != .create, !FileManager.default.fileExists(atPath: path) {
            throw InputError(file: path, expected: "a sweep's results", found: "no such file")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration(mode))
        } catch let error as DatabaseError {
            throw Self.refusal(path, error)
        }
    }

    private static func configuration(_ mode: SweepStore.Mode) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = mode == .read
        configuration.busyMode = .timeout(10)
        // With .wal, synchronous is NORMAL: it survives kill -9 of the program; a power cut may
        // cost the last transactions.
        if mode != .read { configuration.journalMode = .wal }
        configuration.prepareDatabase { database in
            // A file that was made to harm: its schema may call no function, pages are checked.
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            // Reads the header, and so finds out whether this is a database at all.
            _ = try Int.fetchOne(database, sql: "PRAGMA user_version")
        }
        return configuration
    }

    /// What keeps a file from being opened at all.
    private static func refusal(_ path: String, _ error: DatabaseError) -> any Error {
        switch error.resultCode {
        case .SQLITE_NOTADB:
            InputError(file: path, expected: "an SQLite database", found: "another file")
        case .SQLITE_CANTOPEN:
            InputError(
                file: path,
                expected: "a database that can be opened",
                found: error.message ?? "one that cannot"
            )
        default: fault(path, error)
        }
    }

    private static func fault(_ path: String, _ error: DatabaseError) -> StorageFault {
        StorageFault(
            file: path,
            what: error.message ?? "\(error.resultCode)",
            code: error.resultCode.rawValue
        )
    }

    /// Reads or writes.
    func access<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.unsafeReentrantWrite(body)
        } catch let error as DatabaseError {
            throw Self.fault(path, error)
        }
    }

    /// Runs `body` as one transaction: all of it is kept, or nothing.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try access { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body()
                return .commit
            }
            guard let value else { preconditionFailure("a transaction that ran has a value") }
            return value
        }
    }

    /// Takes the steps that the tables lack.
    func migrate(by migrator: DatabaseMigrator) throws {
        do {
            try migrator.migrate(queue)
        } catch let error as DatabaseError {
            throw Self.fault(path, error)
        }
    }

    /// Brings the write-ahead log into the file, so that the file alone holds everything and can be
    /// read where nothing may be written; left undone while somebody else reads.
    func seal() throws {
        do {
            try access { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        } catch let fault as StorageFault
            where fault.code == ResultCode.SQLITE_BUSY.rawValue
            || fault.code == ResultCode.SQLITE_LOCKED.rawValue
        {
            return
        }
    }

    /// Hands over each row of a query; the row is valid during the call alone.
    func rows(
        _ sql: StaticString,
        _ values: StatementArguments = [],
        each: (ResultsRow) throws -> Void
    ) throws {
        try access { database in
            let statement = try database.cachedStatement(sql: "\(sql)")
            let rows = try Row.fetchCursor(statement, arguments: values)
            while let row = try rows.next() { try each(ResultsRow(row: row, file: path)) }
        }
    }

    /// The first row's value, made by `read`; nil without a row.
    func first<Value>(
        _ sql: StaticString,
        _ values: StatementArguments = [],
        _ read: (ResultsRow) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try rows(sql, values) { row in
            if value == nil { value = try read(row) }
        }
        return value
    }

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func run(_ sql: StaticString, _ values: StatementArguments = []) throws -> Int {
        try access { database in
            try database.cachedStatement(sql: "\(sql)").execute(arguments: values)
            return database.changesCount
        }
    }

    /// The row number that the last insertion gave.
    func lastRow() throws -> Int { try access { Int($0.lastInsertedRowID) } }
}
