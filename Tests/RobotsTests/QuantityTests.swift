import Diagnostics
import Testing

@testable import Robots

@Suite struct QuantityTests {
    @Test(arguments: [
        ("40 ms", Dimension.time, 0.04), ("0.08 m", .length, 0.08), ("8 cm", .length, 0.08),
        ("90 deg", .angle, Double.pi / 2), ("2.175 rad/s", .angularVelocity, 2.175),
        ("87 N m", .torque, 87), ("64 g", .mass, 0.064), ("1e3 Hz", .frequency, 1000),
        ("  -5   mm ", .length, -0.005),
    ])
    func quantitiesAreReadInSI(_ text: String, _ dimension: Dimension, _ value: Double) throws {
        #expect(
            abs(try Quantity.parse(text, as: dimension)[0] - value) < 1e-15 + abs(value) * 1e-15
        )
    }

    @Test(arguments: [
        "40", "", "ms", "40ms", "40 m", "40 ms ms", "nan ms", "inf ms", "0x10 ms", "1e400 ms",
        "1 2 ms", "4O ms",
    ])
    func anythingElseIsNoTime(_ text: String) {
        #expect(throws: InputError.self) { try Quantity.parse(text, as: .time) }
    }

    @Test func aMissingUnitIsNamedWithAnExample() throws {
        let error = try #require(throws: InputError.self) { try Quantity.parse("40", as: .time) }
        #expect(error.description == "expected a time such as 40 ms, found 40")
    }

    @Test func everyUnitOfEveryDimensionIsReadBack() throws {
        for dimension in Dimension.allCases {
            for (symbol, factor) in dimension.units {
                #expect(try Quantity.parse("3 \(symbol)", as: dimension) == [3 * factor])
            }
        }
    }

    @Test func vectorsAndRangesShareOneUnit() throws {
        #expect(try Quantity.parse("1 2 3 cm", as: .length, count: 3) == [0.01, 0.02, 0.03])
        #expect(try Quantity.parseRange("-0.1 to 0.1 m", as: .length) == -0.1...0.1)
        for wrong in ["0.2 to 0.1 m", "0.1 0.2 m", "0.1 to 0.2", "0.1 m to 0.2 m", "to"] {
            #expect(throws: InputError.self) { try Quantity.parseRange(wrong, as: .length) }
        }
    }
}
