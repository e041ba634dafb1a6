public import Spatial

/// What an observation holds, from which observations for measurements are drawn.
public struct ObservationTemplate: Equatable, Sendable {
    /// A key and what stands there.
    public struct Field: Equatable, Sendable {
        /// The key, as the server knows it.
        public var key: String
        /// What stands there.
        public var content: Content

        /// Creates a field.
        public init(_ key: String, _ content: Content) {
            self.key = key
            self.content = content
        }
    }

    /// What stands at a key.
    public indirect enum Content: Equatable, Sendable {
        /// The same value in every observation.
        case value(MessagePackValue)
        /// An array drawn anew for each observation: integers over all their values, reals
        /// uniform in `[-1, 1)`.
        case random(NumpyType, shape: [Int])
        /// A map inside the map.
        case group([Field])
    }

    /// The name in reports.
    public var name: String
    /// The keys, in order.
    public var fields: [Field]

    /// Creates a template.
    public init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// Draws an observation.
    public func observation(_ random: inout RandomStream) -> MessagePackValue {
        Self.map(fields, &random)
    }

    /// The same template with other text under the key `prompt`.
    public func with(prompt: String) -> ObservationTemplate {
        var template = self
        let field = Field("prompt", .value(.string(prompt)))
        if let index = fields.firstIndex(where: { $0.key == "prompt" }) {
            template.fields[index] = field
        } else {
            template.fields.append(field)
        }
        return template
    }

    private static func map(_ fields: [Field], _ random: inout RandomStream) -> MessagePackValue {
        .map(
            fields.map { field in
                MessagePackValue.Entry(field.key, value(field.content, &random))
            }
        )
    }

    private static func value(
        _ content: Content,
        _ random: inout RandomStream
    ) -> MessagePackValue {
        switch content {
        case .value(let value): value
        case .group(let fields): map(fields, &random)
        case .random(let type, let shape): .ndarray(array(type, shape, &random))
        }
    }

    private static func array(
        _ type: NumpyType,
        _ shape: [Int],
        _ random: inout RandomStream
    ) -> NumpyArray {
        let count = shape.reduce(1, *)
        switch type {
        case .float16, .float32, .float64:
            return NumpyArray(
                type: type,
                shape: shape,
                numbers: (0..<count).map { _ in random.uniform(in: -1...1) }
            )
        case .bool:
            let bytes = words(count, &random).map { $0 & 1 }
            return NumpyArray(type: type, shape: shape, bytes: bytes)
        default:
            return NumpyArray(
                type: type,
                shape: shape,
                bytes: words(count * type.width, &random)
            )
        }
    }

    /// Random bytes by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), seeded by one draw.
    ///
    /// Pictures are large, and a probe that is busy drawing is scheduled later when it measures.
    private static func words(_ count: Int, _ random: inout RandomStream) -> [UInt8] {
        var state = random.next()
        return [UInt8](unsafeUninitializedCapacity: count + 7) { buffer, initialised in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for offset in stride(from: 0, to: count, by: 8) {
                state &+= 0x9E37_79B9_7F4A_7C15
                var word = state
                word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
                word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
                word ^= word >> 31
                raw.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
            }
            initialised = count
        }
    }
}
