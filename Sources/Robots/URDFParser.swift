internal import CUrdf
import Diagnostics

/// Owns ROS's parsed model and hands out its flat structs.
final class URDFParser {
    private let model: OpaquePointer

    /// Parses a text that ``XMLOutline`` has accepted.
    init(_ text: String, outline: XMLOutline) throws(InputError) {
        var message = [CChar](repeating: 0, count: 600)
        var copy = text
        let model = copy.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                cu_model_parse(characters.baseAddress, characters.count, &message, 600)
            }
        }
        guard let model else {
            let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let found = String(decoding: bytes, as: UTF8.self)
            throw Self.error(found, outline)
        }
        self.model = model
    }

    deinit {
        cu_model_free(model)
    }

    var links: UnsafeBufferPointer<cu_link> {
        UnsafeBufferPointer(start: cu_model_links(model), count: Int(cu_model_link_count(model)))
    }

    var joints: UnsafeBufferPointer<cu_joint> {
        UnsafeBufferPointer(start: cu_model_joints(model), count: Int(cu_model_joint_count(model)))
    }

    var shapes: UnsafeBufferPointer<cu_shape> {
        UnsafeBufferPointer(start: cu_model_shapes(model), count: Int(cu_model_shape_count(model)))
    }

    /// The parser's own sentence, at the element it names in brackets or quotes.
    private static func error(_ sentence: String, _ outline: XMLOutline) -> InputError {
        for name in sentence.split(whereSeparator: { "[]'\"".contains($0) }) {
            for element in ["joint", "link", "material"] {
                guard let line = outline.line(of: element, named: String(name)) else { continue }
                let key = "\(element) \(quoted(name))"
                return InputError(line: line, key: key, expected: "a valid URDF", found: sentence)
            }
        }
        return InputError(expected: "a valid URDF", found: sentence)
    }
}
