import Foundation
import Testing

@testable import Bridge

@Suite struct PictureDecoderTests {
    /// ffmpeg's test picture of 16 by 16 pixels, 4:4:4.
    private static let jpeg = Data(
        base64Encoded: """
            /9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYG
            BgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xAByAAEBAAAAAAAAAAAAAAAAAAAFBgEB
            AAMBAAAAAAAAAAAAAAAABgIDAQQQAAICAQQABQUBAAAAAAAAAAMEAgUBEQcSBiIhFAATFiQjMUEVEQABBAEEAQUB
            AAAAAAAAAAACBQQDAQYHERMSABQhIhYyFf/AABEIABAAEAMBEgACEgADEgD/2gAMAwEAAhEDEQA/AJmVRa7e7V0T
            SdgdOxskl7SbVe0cM4Beku0oKBIRASEoKucWIx1xksiY5zhiOfdDbq9e7htp1sX1LVowRq6uqMX5ljxhlJZNaJSf
            diwP5pKS0HLPhzLMeUuPmp02wTEV176xYR2CxJKJhYKUEb1sI7FWwtnAm333gAqkKO5BvtQnVXt4c071cX07JRQ2
            uCqakY9iuWGdz24tzopuIEqW6AOYOxd+tb1vfv5qWsT5E1zRu+hbF9JaoLbHpQjsZ2n992bpTn5LK7udzxwwd660
            DeLpHQ8k1yc+Ws3umX3A01q4y2DLRSJInDOI4Ym0KDKMEswFCL4XMZTOIYpCEoxhkkAbsrKq8V7z3FfZrtiNjVV6
            alWFpf8A0EEkVoRImT0o2PTiHJaMWIiZORf8ox5PmOS8o64yJu3V9j3Gv7GoBQ2yuRcOBRKNO5NpgEvCOIA/uIOX
            lKXlLX+exmm+ZZYuxXGrrqqrDN+7UXk78/hc9j1kdnLIH5HfoQ9qEaLeqrxJhelWMoSASqm5+kL5wB2kas42tkFn
            ctAJlCrObGysiodw97C9vL0NFYLb/UF8oU4cy4n9b+uATx5TVI/sgYKPpmYTi0r1YiNy9oS+Vd62L38npQqpSu4z
            NmsqDLGH+Uigl6BQcQxu2NpAFJY8Lk2ss/NGXf8AEXGNb/KvP//Z
            """,
        options: .ignoreUnknownCharacters
    )

    private func decode(
        _ bytes: [UInt8],
        _ format: PictureFormat,
        from source: (width: Int, height: Int),
        to target: (width: Int, height: Int)
    ) throws -> [UInt8] {
        let decoder = try PictureDecoder(source: source, target: target)
        var rgb = [UInt8](repeating: 7, count: target.width * target.height * 3)
        try rgb.withUnsafeMutableBufferPointer { out in
            try bytes.withUnsafeBufferPointer { try decoder.decode($0, format, into: out) }
        }
        return rgb
    }

    private func near(_ pixel: ArraySlice<UInt8>, _ wanted: [Int]) -> Bool {
        zip(pixel, wanted).allSatisfy { abs(Int($0) - $1) <= 6 }
    }

    @Test func `a JPEG is what was drawn`() throws {
        let bytes = Array(try #require(Self.jpeg))
        let rgb = try decode(bytes, .mjpeg, from: (16, 16), to: (16, 16))
        // As ffmpeg reads it back: black, red, and yellow in the middle.
        #expect(near(rgb[0..<3], [0, 0, 2]))
        #expect(near(rgb[6..<9], [255, 2, 0]))
        #expect(near(rgb[(8 * 16 + 8) * 3..<(8 * 16 + 8) * 3 + 3], [255, 255, 3]))
    }

    @Test func `a JPEG that is cut anywhere is refused`() throws {
        let bytes = Array(try #require(Self.jpeg))
        for count in stride(from: 0, to: bytes.count - 2, by: 3) {
            #expect(throws: PictureError.broken) {
                _ = try decode(Array(bytes[..<count]), .mjpeg, from: (16, 16), to: (16, 16))
            }
        }
    }

    @Test func `a JPEG with any byte changed never does harm`() throws {
        let bytes = Array(try #require(Self.jpeg))
        for place in bytes.indices {
            var broken = bytes
            broken[place] ^= 0x55
            // Decoded or refused; the size is never another.
            _ = try? decode(broken, .mjpeg, from: (16, 16), to: (16, 16))
        }
        #expect(throws: PictureError.otherSize) {
            _ = try decode(bytes, .mjpeg, from: (32, 16), to: (16, 16))
        }
    }

    @Test func `YUYV becomes colours`() throws {
        // White, black; red twice; green twice; blue twice, by BT.601 in studio range.
        let bytes: [UInt8] = [
            235, 128, 16, 128, 81, 90, 81, 240, 145, 54, 145, 34, 41, 240, 41, 110,
        ]
        let rgb = try decode(bytes, .yuyv, from: (8, 1), to: (8, 1))
        let wanted = [
            [255, 255, 255], [0, 0, 0], [255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 255, 0],
            [0, 0, 255], [0, 0, 255],
        ]
        for (index, colour) in wanted.enumerated() {
            #expect(near(rgb[index * 3..<index * 3 + 3], colour), "pixel \(index)")
        }
        #expect(throws: PictureError.broken) {
            _ = try decode(Array(bytes.dropLast()), .yuyv, from: (8, 1), to: (8, 1))
        }
    }

    @Test func `a larger picture is cut to shape and averaged`() throws {
        // 8 by 2 grey pixels, the outer two columns white: cut away for a square.
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            for column in stride(from: 0, to: 8, by: 2) {
                let luma: [UInt8] = (2..<6).contains(column) ? [16, 235] : [235, 235]
                bytes += [luma[0], 128, luma[1], 128]
            }
        }
        let rgb = try decode(bytes, .yuyv, from: (8, 2), to: (2, 1))
        // Half black, half white.
        #expect(rgb.allSatisfy { (126...129).contains($0) }, "\(rgb)")
        #expect(throws: (any Error).self) { try PictureDecoder(source: (8, 8), target: (9, 8)) }
        #expect(throws: (any Error).self) { try PictureDecoder(source: (5000, 8), target: (9, 8)) }
    }

    @Test func `what is no camera is refused by name`() {
        for path in ["/nowhere/video0", "/dev/null"] {
            #expect(throws: (any Error).self) {
                try VideoCamera(path: path, width: 64, height: 48, hertz: 30)
            }
        }
    }
}
