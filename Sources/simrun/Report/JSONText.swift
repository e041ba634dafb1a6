import Foundation

/// JSON as the program writes it: sorted keys, so that files compare.
enum JSONText {
    /// A value as JSON, without a new line at its end.
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Why decoding failed, in a few words.
    static func reason(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "no key " + place(context.codingPath + [key])
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context):
            return "something else at " + place(context.codingPath)
        case is DecodingError:
            return "something that is not JSON"
        default:
            return error.localizedDescription
        }
    }
}
