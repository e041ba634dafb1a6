import Diagnostics

/// Element types that a weight file may hold.
enum ElementType: String, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"

    /// Bytes of one element.
    var size: Int { self == .f32 ? 4 : 2 }
}

/// The checked header of a safetensors file: where each tensor lies.
struct SafetensorsHeader {
    /// One tensor's place in the data.
    struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        /// Bytes from the start of the data section.
        let range: Range<Int>
        let line: Int
    }

    /// All entries, in the order of their data.
    let entries: [Entry]
    /// Free text that the writer added.
    let metadata: [String: String]

    private static let mostDimensions = 8

    /// Parses the header and checks it against the number of data bytes that follow it.
    init(json: [UInt8], dataBytes: Int, file: String) throws(InputError) {
        guard json.first == UInt8(ascii: "{") else {
            throw InputError(file: file, expected: "a JSON header", found: "other bytes")
        }
        let root = try JSONParser.parse(json, file: file)
        guard case .object(let members) = root.value else {
            throw InputError(
                file: file,
                expected: "an object as header",
                found: root.value.kind
            )
        }
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
        for member in members {
            do {
                if member.key == "__metadata__" {
                    metadata = try Self.metadata(member)
                } else {
                    entries.append(try Self.entry(member, dataBytes: dataBytes))
                }
            } catch { throw error.inFile(file) }
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        do { try Self.checkCover(entries, dataBytes: dataBytes) } catch { throw error.inFile(file) }
        self.entries = entries
        self.metadata = metadata
    }

    private static func metadata(_ member: JSONMember) throws(InputError) -> [String: String] {
        guard case .object(let members) = member.node.value else {
            throw InputError(
                key: member.key,
                expected: "an object of strings",
                found: member.node.value.kind
            )
        }
        var result: [String: String] = [:]
        for entry in members {
            guard case .string(let text) = entry.node.value else {
                throw InputError(
                    key: "__metadata__.\(entry.key)",
                    expected: "a string",
                    found: entry.node.value.kind
                )
            }
            result[entry.key] = text
        }
        return result
    }

    private static func entry(_ member: JSONMember, dataBytes: Int) throws(InputError) -> Entry {
        let name = member.key
        guard case .object(let fields) = member.node.value else {
            throw InputError(key: name, expected: "an object", found: member.node.value.kind)
        }
        let known = ["dtype", "shape", "data_offsets"]
        for field in fields where !known.contains(field.key) {
            throw .unknown("field of a tensor", name: field.key, known: known, key: name)
        }
        func field(_ key: String) throws(InputError) -> JSONValue {
            guard let member = fields.first(where: { $0.key == key }) else {
                throw InputError(key: name, expected: key, found: "none")
            }
            return member.node.value
        }
        guard case .string(let typeName) = try field("dtype") else {
            throw InputError(key: "\(name).dtype", expected: "a string", found: "something else")
        }
        guard let type = ElementType(rawValue: typeName) else {
            let known = ElementType.allCases.map(\.rawValue)
            throw .unknown("dtype", name: typeName, known: known, key: name)
        }
        let shape = try integers(try field("shape"), key: "\(name).shape")
        let offsets = try integers(try field("data_offsets"), key: "\(name).data_offsets")
        guard shape.count <= mostDimensions else {
            throw InputError(
                key: "\(name).shape",
                expected: "at most \(mostDimensions) dimensions",
                found: "\(shape.count)"
            )
        }
        guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= dataBytes else {
            throw InputError(
                key: "\(name).data_offsets",
                expected: "a begin and an end within \(dataBytes) bytes of data",
                found: "\(offsets)"
            )
        }
        guard let bytes = product(shape + [type.size]), bytes == offsets[1] - offsets[0] else {
            throw InputError(
                key: name,
                expected: "as many bytes as shape \(shape) of \(typeName) takes",
                found: "\(offsets[1] - offsets[0])"
            )
        }
        return Entry(
            name: name,
            type: type,
            shape: shape,
            range: offsets[0]..<offsets[1],
            line: member.node.line
        )
    }

    private static func integers(_ value: JSONValue, key: String) throws(InputError) -> [Int] {
        guard case .array(let items) = value else {
            throw InputError(key: key, expected: "an array", found: value.kind)
        }
        var result: [Int] = []
        for item in items {
            guard case .number(let text) = item.value, let number = Int(text), number >= 0 else {
                throw InputError(
                    key: key,
                    expected: "whole numbers from 0 up",
                    found: item.value.kind
                )
            }
            result.append(number)
        }
        return result
    }

    /// The product, or nil where it does not fit.
    private static func product(_ factors: [Int]) -> Int? {
        var result = 1
        for factor in factors {
            let (product, overflow) = result.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            result = product
        }
        return result
    }

    /// Every byte of the data belongs to exactly one tensor.
    private static func checkCover(_ entries: [Entry], dataBytes: Int) throws(InputError) {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw InputError(
                    key: entry.name,
                    expected: "its data to begin at byte \(end)",
                    found: "byte \(entry.range.lowerBound), "
                        + (entry.range.lowerBound < end ? "an overlap" : "a hole")
                )
            }
            end = entry.range.upperBound
        }
        guard end == dataBytes else {
            throw InputError(
                expected: "\(end) bytes of data, as the header says",
                found: "\(dataBytes)"
            )
        }
    }
}
