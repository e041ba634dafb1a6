import CGLFW

/// Vertices of floats in the graphics memory.
final class VertexBuffer {
    private var array: UInt32 = 0
    private var buffer: UInt32 = 0
    /// Floats of each attribute, in order.
    private let layout: [Int]
    private let usage: UInt32
    private(set) var count = 0

    /// Creates an empty buffer.
    ///
    /// - Parameters:
    ///   - layout: Floats of each attribute; attribute `i` has location `i`.
    ///   - isStatic: Whether it is filled once.
    init(layout: [Int], isStatic: Bool) {
        self.layout = layout
        usage = isStatic ? CG_STATIC_DRAW : CG_STREAM_DRAW
        cgGenVertexArrays(1, &array)
        cgGenBuffers(1, &buffer)
        cgBindVertexArray(array)
        cgBindBuffer(CG_ARRAY_BUFFER, buffer)
        let size = MemoryLayout<Float>.stride
        let stride = layout.reduce(0, +) * size
        var offset = 0
        for (index, width) in layout.enumerated() {
            cgVertexAttribPointer(
                UInt32(index),
                Int32(width),
                CG_FLOAT,
                0,
                Int32(stride),
                UnsafeRawPointer(bitPattern: offset)
            )
            cgEnableVertexAttribArray(UInt32(index))
            offset += width * size
        }
    }

    deinit {
        cgDeleteBuffers(1, &buffer)
        cgDeleteVertexArrays(1, &array)
    }

    /// Replaces all vertices.
    func fill(_ numbers: [Float]) {
        count = numbers.count / layout.reduce(0, +)
        cgBindBuffer(CG_ARRAY_BUFFER, buffer)
        numbers.withUnsafeBytes {
            cgBufferData(CG_ARRAY_BUFFER, $0.count, $0.baseAddress, usage)
        }
    }

    /// Draws all vertices as triangles or points.
    func draw(_ mode: UInt32) {
        guard count > 0 else { return }
        cgBindVertexArray(array)
        cgDrawArrays(mode, 0, Int32(count))
    }
}
