import Diagnostics
internal import GRDB

/// One row, read strictly: a column of another type than asked for is an error, whoever wrote it.
struct ResultsRow {
    let row: Row
    let file: String

    /// A whole number.
    func integer(_ column: Int) throws(InputError) -> Int {
        guard case .int64(let number) = value(column) else {
            throw refuse(column, "a whole number")
        }
        return Int(number)
    }

    /// A number; whole ones count too.
    func real(_ column: Int) throws(InputError) -> Double {
        switch value(column) {
        case .int64(let number): return Double(number)
        case .double(let number): return number
        default: throw refuse(column, "a number")
        }
    }

    /// Text.
    func text(_ column: Int) throws(InputError) -> String {
        guard case .string(let text) = value(column) else { throw refuse(column, "text") }
        return text
    }

    /// 1 or 0.
    func flag(_ column: Int) throws(InputError) -> Bool { try integer(column) != 0 }

    /// A whole number, or nil for no value.
    func optionalInteger(_ column: Int) throws(InputError) -> Int? {
        row.hasNull(atIndex: column) ? nil : try integer(column)
    }

    /// A number, or nil for no value.
    func optionalReal(_ column: Int) throws(InputError) -> Double? {
        row.hasNull(atIndex: column) ? nil : try real(column)
    }

    /// Text, or nil for no value.
    func optionalText(_ column: Int) throws(InputError) -> String? {
        row.hasNull(atIndex: column) ? nil : try text(column)
    }

    private func value(_ column: Int) -> DatabaseValue.Storage {
        (row[column] as DatabaseValue).storage
    }

    private func refuse(_ column: Int, _ expected: String) -> InputError {
        InputError(
            file: file,
            key: Array(row.columnNames)[column],
            expected: expected,
            found: "a value of another type"
        )
    }
}
