import Testing

@testable import Viewer

@Suite struct BitmapFontTests {
    /// The points of a character, row by row.
    private func glyph(_ character: UInt8) -> [UInt8] {
        let origin = BitmapFont.origin(of: character)
        return (0..<BitmapFont.cell.y).flatMap { row in
            let start = (origin.y + row) * BitmapFont.atlasSize.x + origin.x
            return BitmapFont.atlas[start..<start + BitmapFont.cell.x]
        }
    }

    @Test func `every printable character has a shape of its own`() {
        let glyphs = (UInt8(32)...126).map(glyph)
        #expect(Set(glyphs).count == 95)
        #expect(glyph(32).allSatisfy { $0 == 0 })
        for points in glyphs.dropFirst() {
            #expect(points.contains(255))
            // The last row and column keep characters apart.
            #expect(points.suffix(BitmapFont.cell.x).allSatisfy { $0 == 0 })
        }
    }

    @Test func `unknown bytes show a question mark`() {
        #expect(BitmapFont.origin(of: 200) == BitmapFont.origin(of: 63))
        #expect(BitmapFont.origin(of: 10) == BitmapFont.origin(of: 63))
    }
}
