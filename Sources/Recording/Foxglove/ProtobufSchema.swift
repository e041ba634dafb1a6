/// Message types, described as a `FileDescriptorSet` for those who read a file without their source.
struct ProtobufSchema {
    /// What a field holds; raw values are `FieldDescriptorProto.Type`.
    enum Kind {
        case double
        case int32
        case int64
        case bool
        case string
        case bytes
        case fixed32
        /// A message by its full name, such as `foxglove.Pose`.
        case message(String)
        /// An enumeration by its full name.
        case enumeration(String)

        fileprivate var number: UInt64 {
            switch self {
            case .double: 1
            case .int64: 3
            case .int32: 5
            case .fixed32: 7
            case .bool: 8
            case .string: 9
            case .message: 11
            case .bytes: 12
            case .enumeration: 14
            }
        }

        fileprivate var typeName: String? {
            switch self {
            case .message(let name), .enumeration(let name): "." + name
            default: nil
            }
        }
    }

    struct Field {
        var number: Int
        var name: String
        var kind: Kind
        var isRepeated = false
    }

    struct Message {
        var name: String
        var fields: [Field]
        /// Nested enumerations, values in order from 0.
        var enumerations: [(name: String, values: [String])] = []
    }

    struct File {
        var path: String
        var package: String
        var dependencies: [String] = []
        var messages: [Message]
    }

    var files: [File]

    /// The set as protobuf encodes it.
    ///
    /// Source: `google/protobuf/descriptor.proto`.
    var descriptorSet: [UInt8] {
        var set = ProtobufWriter()
        for file in files {
            set.put(1) { out in
                out.put(1, file.path)
                out.put(2, file.package)
                for dependency in file.dependencies { out.put(3, dependency) }
                for message in file.messages { out.put(4) { Self.put(message, into: &$0) } }
                out.put(12, "proto3")
            }
        }
        return set.bytes
    }

    private static func put(_ message: Message, into out: inout ProtobufWriter) {
        out.put(1, message.name)
        for field in message.fields {
            out.put(2) {
                $0.put(1, field.name)
                $0.put(3, varint: UInt64(field.number))
                // LABEL_OPTIONAL or LABEL_REPEATED.
                $0.put(4, varint: field.isRepeated ? 3 : 1)
                $0.put(5, varint: field.kind.number)
                if let name = field.kind.typeName { $0.put(6, name) }
            }
        }
        for enumeration in message.enumerations {
            out.put(4) { out in
                out.put(1, enumeration.name)
                for (number, name) in enumeration.values.enumerated() {
                    out.put(2) {
                        $0.put(1, name)
                        $0.put(2, varint: UInt64(number))
                    }
                }
            }
        }
    }
}
