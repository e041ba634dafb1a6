import CGLFW

/// Flat rectangles and text over a picture, in pixels from the upper left corner.
///
/// Collected first, then drawn at once.
final class OverlayPainter {
    private let program = ShaderProgram(vertex: OverlayPainter.vertex, fragment: fragment)
    private let buffer = VertexBuffer(layout: [2, 2, 4], isStatic: false)
    private var texture: UInt32 = 0
    private var vertices: [Float] = []

    /// Pixels for a point of the font.
    var pointSize: Float = 2

    /// Pixels from a line of text to the next.
    var lineHeight: Float { Float(BitmapFont.cell.y + 2) * pointSize }

    /// Pixels from a character to the next.
    var characterWidth: Float { Float(BitmapFont.cell.x) * pointSize }

    init() {
        let size = BitmapFont.atlasSize
        cgGenTextures(1, &texture)
        cgBindTexture(CG_TEXTURE_2D, texture)
        cgPixelStorei(CG_UNPACK_ALIGNMENT, 1)
        BitmapFont.atlas.withUnsafeBytes {
            cgTexImage2D(
                CG_TEXTURE_2D,
                0,
                CG_R8,
                Int32(size.x),
                Int32(size.y),
                0,
                CG_RED,
                CG_UNSIGNED_BYTE,
                $0.baseAddress
            )
        }
        for (name, value) in [
            (CG_TEXTURE_MIN_FILTER, CG_NEAREST), (CG_TEXTURE_MAG_FILTER, CG_NEAREST),
            (CG_TEXTURE_WRAP_S, CG_CLAMP_TO_EDGE), (CG_TEXTURE_WRAP_T, CG_CLAMP_TO_EDGE),
        ] {
            cgTexParameteri(CG_TEXTURE_2D, name, Int32(value))
        }
    }

    deinit { cgDeleteTextures(1, &texture) }

    /// Adds a rectangle.
    func fill(x: Float, y: Float, width: Float, height: Float, _ color: SIMD4<Float>) {
        // Outside the atlas: a solid colour.
        add(x, y, width, height, SIMD4(repeating: -1), color)
    }

    /// Adds a line of text with its upper left corner at a place.
    func write(_ text: String, x: Float, y: Float, _ color: SIMD4<Float>) {
        let size = SIMD2<Float>(BitmapFont.atlasSize)
        let cell = SIMD2<Float>(BitmapFont.cell)
        var at = x
        for character in text.utf8 {
            if character != 0x20 {
                let origin = SIMD2<Float>(BitmapFont.origin(of: character)) / size
                let end = origin + cell / size
                add(
                    at,
                    y,
                    cell.x * pointSize,
                    cell.y * pointSize,
                    SIMD4(origin.x, origin.y, end.x, end.y),
                    color
                )
            }
            at += characterWidth
        }
    }

    /// Draws what was added over a picture of so many pixels, and forgets it.
    func paint(width: Int, height: Int) {
        buffer.fill(vertices)
        vertices.removeAll(keepingCapacity: true)
        cgEnable(CG_BLEND)
        cgBlendFunc(CG_SRC_ALPHA, CG_ONE_MINUS_SRC_ALPHA)
        cgActiveTexture(CG_TEXTURE0)
        cgBindTexture(CG_TEXTURE_2D, texture)
        program.use()
        program.set("size", SIMD2(Float(width), Float(height)))
        program.set("font", Int32(0))
        buffer.draw(CG_TRIANGLES)
        cgDisable(CG_BLEND)
    }

    private func add(
        _ x: Float,
        _ y: Float,
        _ width: Float,
        _ height: Float,
        _ uv: SIMD4<Float>,
        _ color: SIMD4<Float>
    ) {
        for (right, down) in [(0, 0), (0, 1), (1, 1), (0, 0), (1, 1), (1, 0)] {
            vertices += [
                x + width * Float(right), y + height * Float(down),
                right == 0 ? uv.x : uv.z, down == 0 ? uv.y : uv.w,
                color.x, color.y, color.z, color.w,
            ]
        }
    }

    private static let vertex = """
        #version 330 core
        layout(location = 0) in vec2 position;
        layout(location = 1) in vec2 place;
        layout(location = 2) in vec4 tint;
        uniform vec2 size;
        out vec2 at;
        out vec4 color;
        void main() {
            at = place;
            color = tint;
            vec2 unit = position / size * 2.0 - 1.0;
            gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
        }
        """

    private static let fragment = """
        #version 330 core
        in vec2 at;
        in vec4 color;
        uniform sampler2D font;
        out vec4 shown;
        void main() {
            float cover = at.x < 0.0 ? 1.0 : texture(font, at).r;
            shown = vec4(color.rgb, color.a * cover);
        }
        """
}
