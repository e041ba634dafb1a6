import Diagnostics
import Foundation
import Inference
import Serving

/// A JSON file that says what an observation holds, for `simrun probe --observation FILE.json`.
///
/// A value with a `dtype` is an array: `{"dtype": "uint8", "shape": [224, 224, 3]}` is drawn anew
/// for each request, with `"values"` it is one number everywhere or a flat list. Other objects are
/// maps inside the map; strings, numbers, booleans and lists stand for themselves.
struct ObservationFile {
    private static let maximumFileBytes = 16 << 20
    /// Of all arrays of an observation together.
    private static let maximumArrayBytes = 64 << 20

    private let file: String
    private var arrayBytes = 0

    static func read(_ path: String) throws(InputError) -> ObservationTemplate {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size, size <= maximumFileBytes,
            let data = FileManager.default.contents(atPath: path)
        else {
            throw InputError(
                file: path,
                expected: "a readable JSON file of at most \(maximumFileBytes >> 20) MiB",
                found: size.map { "\($0) bytes" } ?? "no file"
            )
        }
        let root = try JSONParser.parse([UInt8](data), file: path)
        guard case .object(let members) = root.value, !members.isEmpty else {
            throw InputError(
                file: path,
                line: root.line,
                expected: "an object of the observation's keys",
                found: root.value.kind
            )
        }
        var reader = ObservationFile(file: path)
        return ObservationTemplate(name: path, fields: try reader.fields(members))
    }

    private mutating func fields(
        _ members: [JSONMember]
    ) throws(InputError) -> [ObservationTemplate.Field] {
        var fields: [ObservationTemplate.Field] = []
        for member in members {
            fields.append(
                ObservationTemplate.Field(member.key, try content(member.node, key: member.key))
            )
        }
        return fields
    }

    private mutating func content(
        _ node: JSONNode,
        key: String
    ) throws(InputError) -> ObservationTemplate.Content {
        guard case .object(let members) = node.value else {
            return .value(try value(node, key: key))
        }
        guard members.contains(where: { $0.key == "dtype" }) else {
            return .group(try fields(members))
        }
        return try array(members, node: node, key: key)
    }

    private func value(_ node: JSONNode, key: String) throws(InputError) -> MessagePackValue {
        switch node.value {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .string(let text): return .string(text)
        case .number(let text):
            if let integer = Int64(text) { return .integer(integer) }
            return .real(try number(node, key: key))
        case .array(let items):
            var values: [MessagePackValue] = []
            for item in items { values.append(try value(item, key: key)) }
            return .array(values)
        case .object:
            throw refusal(node, key: key, "a value or a list of values")
        }
    }

    private mutating func array(
        _ members: [JSONMember],
        node: JSONNode,
        key: String
    ) throws(InputError) -> ObservationTemplate.Content {
        let known = ["dtype", "shape", "values"]
        for member in members where !known.contains(member.key) {
            throw .unknown(
                "key of an array",
                name: String(member.key.prefix(64)),
                known: known,
                file: file,
                line: member.node.line,
                key: key
            )
        }
        let type = try type(members, node: node, key: key)
        let shape = try shape(members, node: node, type: type, key: key)
        guard let values = members.first(where: { $0.key == "values" })?.node else {
            return .random(type, shape: shape)
        }
        let count = shape.reduce(1, *)
        let numbers = try numbers(values, count: count, key: key)
        return .value(.ndarray(NumpyArray(type: type, shape: shape, numbers: numbers)))
    }

    private func type(
        _ members: [JSONMember],
        node: JSONNode,
        key: String
    ) throws(InputError) -> NumpyType {
        let dtype = members.first { $0.key == "dtype" }?.node ?? node
        guard case .string(let name) = dtype.value else {
            throw refusal(dtype, key: key + ".dtype", "a numpy type such as \"float32\"")
        }
        guard let type = NumpyType(rawValue: name) else {
            throw .unknown(
                "numpy type",
                name: String(name.prefix(64)),
                known: NumpyType.allCases.map(\.rawValue),
                file: file,
                line: dtype.line,
                key: key + ".dtype"
            )
        }
        return type
    }

    private mutating func shape(
        _ members: [JSONMember],
        node: JSONNode,
        type: NumpyType,
        key: String
    ) throws(InputError) -> [Int] {
        let shape = members.first { $0.key == "shape" }?.node ?? node
        guard case .array(let items) = shape.value, items.count <= MessagePackLimits().rank else {
            throw refusal(shape, key: key + ".shape", "a list such as [224, 224, 3]")
        }
        var dimensions: [Int] = []
        var bytes = type.width
        for item in items {
            guard case .number(let text) = item.value, let dimension = Int(text),
                (0...Self.maximumArrayBytes).contains(dimension)
            else { throw refusal(item, key: key + ".shape", "whole numbers of at least 0") }
            dimensions.append(dimension)
            bytes = min(bytes * dimension, Self.maximumArrayBytes + 1)
        }
        arrayBytes += bytes
        guard arrayBytes <= Self.maximumArrayBytes else {
            throw InputError(
                file: file,
                line: shape.line,
                key: key + ".shape",
                expected: "arrays of at most \(Self.maximumArrayBytes >> 20) MiB together",
                found: "more"
            )
        }
        return dimensions
    }

    private func numbers(
        _ node: JSONNode,
        count: Int,
        key: String
    ) throws(InputError) -> [Double] {
        switch node.value {
        case .number: return Array(repeating: try number(node, key: key), count: count)
        case .array(let items) where items.count == count:
            var numbers: [Double] = []
            for item in items { numbers.append(try number(item, key: key)) }
            return numbers
        default: throw refusal(node, key: key + ".values", "a number or a flat list of \(count)")
        }
    }

    private func number(_ node: JSONNode, key: String) throws(InputError) -> Double {
        guard case .number(let text) = node.value, let number = Double(text), number.isFinite else {
            throw refusal(node, key: key, "a number")
        }
        return number
    }

    private func refusal(_ node: JSONNode, key: String, _ expected: String) -> InputError {
        InputError(
            file: file,
            line: node.line,
            key: key,
            expected: expected,
            found: node.value.kind
        )
    }
}
