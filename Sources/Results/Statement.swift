internal import CSQLite
public import Diagnostics

/// A prepared statement: the only way in which values reach the database.
///
/// Used by one thread at a time, like its database.
public final class Statement {
    private let handle: OpaquePointer
    private unowned let database: Database
    private let columns: Int

    init(_ handle: OpaquePointer, of database: Database) {
        self.handle = handle
        self.database = database
        columns = Int(sqlite3_column_count(handle))
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs the statement to its end, whatever rows it gives.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    public func run(_ values: [SQLValue] = []) throws -> Int {
        try rows(values) { _ in }
        return Int(sqlite3_changes(database.handle))
    }

    /// Runs the statement and hands over each row; the row is valid during the call alone.
    public func rows(_ values: [SQLValue] = [], each: (Row) throws -> Void) throws {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(values)
        while true {
            let result = sqlite3_step(handle)
            guard result != SQLITE_DONE else { return }
            guard result == SQLITE_ROW else { throw database.fault(result) }
            try each(Row(handle: handle, count: columns, file: database.path))
        }
    }

    /// The first row's value, made by `read`; nil without a row.
    public func first<Value>(
        _ values: [SQLValue] = [],
        _ read: (Row) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try rows(values) { row in
            if value == nil { value = try read(row) }
        }
        return value
    }

    private func bind(_ values: [SQLValue]) throws {
        precondition(
            values.count == Int(sqlite3_bind_parameter_count(handle)),
            "a statement needs a value for each of its parameters"
        )
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let result =
                switch value {
                case .null: sqlite3_bind_null(handle, place)
                case .integer(let number): sqlite3_bind_int64(handle, place, number)
                case .real(let number): sqlite3_bind_double(handle, place, number)
                case .text(let text): csqlite_bind_text(handle, place, text, Int32(text.utf8.count))
                }
            guard result == SQLITE_OK else { throw database.fault(result) }
        }
    }

    /// One row, read strictly: a column of another type than asked for is an error.
    public struct Row {
        fileprivate let handle: OpaquePointer
        fileprivate let count: Int
        fileprivate let file: String

        fileprivate init(handle: OpaquePointer, count: Int, file: String) {
            self.handle = handle
            self.count = count
            self.file = file
        }

        /// A whole number.
        public func integer(_ column: Int) throws(InputError) -> Int {
            try require(column, SQLITE_INTEGER, "a whole number")
            return Int(sqlite3_column_int64(handle, Int32(column)))
        }

        /// A number; whole ones count too.
        public func real(_ column: Int) throws(InputError) -> Double {
            if type(column) != SQLITE_INTEGER { try require(column, SQLITE_FLOAT, "a number") }
            return sqlite3_column_double(handle, Int32(column))
        }

        /// Text.
        public func text(_ column: Int) throws(InputError) -> String {
            try require(column, SQLITE_TEXT, "text")
            guard let bytes = sqlite3_column_text(handle, Int32(column)) else { return "" }
            let length = Int(sqlite3_column_bytes(handle, Int32(column)))
            let buffer = UnsafeBufferPointer(start: bytes, count: length)
            return String(decoding: buffer, as: UTF8.self)
        }

        /// 1 or 0.
        public func flag(_ column: Int) throws(InputError) -> Bool { try integer(column) != 0 }

        /// A whole number, or nil for no value.
        public func optionalInteger(_ column: Int) throws(InputError) -> Int? {
            type(column) == SQLITE_NULL ? nil : try integer(column)
        }

        /// A number, or nil for no value.
        public func optionalReal(_ column: Int) throws(InputError) -> Double? {
            type(column) == SQLITE_NULL ? nil : try real(column)
        }

        /// Text, or nil for no value.
        public func optionalText(_ column: Int) throws(InputError) -> String? {
            type(column) == SQLITE_NULL ? nil : try text(column)
        }

        private func type(_ column: Int) -> Int32 {
            precondition(column < count, "a row of \(count) columns has no column \(column)")
            return sqlite3_column_type(handle, Int32(column))
        }

        private func require(
            _ column: Int,
            _ wanted: Int32,
            _ expected: String
        ) throws(InputError) {
            guard type(column) == wanted else {
                throw InputError(
                    file: file,
                    key: String(cString: sqlite3_column_name(handle, Int32(column))),
                    expected: expected,
                    found: "a value of another type"
                )
            }
        }
    }
}
