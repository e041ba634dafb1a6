import Testing

@testable import Serving

@Suite struct NumpyArrayTests {
    @Test func `types have numpy's names`() {
        #expect(
            NumpyType.allCases.map(\.code) == [
                "|b1", "|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8",
            ]
        )
        for type in NumpyType.allCases {
            #expect(NumpyType.parse(type.code)?.type == type)
            #expect(NumpyType.parse(type.code)?.bigEndian == false)
        }
    }

    @Test(arguments: NumpyType.allCases) func `numbers survive every type`(type: NumpyType) {
        let numbers: [Double] = [0, 1, 1, 0, 1, 0]
        let array = NumpyArray(type: type, shape: [2, 3], numbers: numbers)
        #expect(array.doubles() == numbers)
        #expect(array.count == 6)
        #expect(array.description == "\(type.rawValue) [2, 3]")
    }

    @Test func `integers are clamped and rounded`() {
        let wild: [Double] = [-1e30, 1e30, .nan, 2.6, .infinity]
        #expect(
            NumpyArray(type: .int8, shape: [5], numbers: wild).doubles() == [-128, 127, 0, 3, 127]
        )
        #expect(
            NumpyArray(type: .uint64, shape: [5], numbers: wild).bytes.suffix(8)
                == Array(repeating: 0xFF, count: 8)[...]
        )
    }

    @Test func `half precision is read`() {
        let array = NumpyArray(type: .float16, shape: [2], bytes: [0x00, 0x3E, 0x00, 0xFC])
        #expect(array.doubles() == [1.5, -.infinity])
    }

    @Test func `an array of no dimensions is a number`() {
        let array = NumpyArray(type: .float64, shape: [], numbers: [2.5])
        #expect(array.count == 1)
        #expect(MessagePackValue.ndarray(array).number == 2.5)
    }
}
