import Diagnostics
import Testing

@testable import Recording

@Suite struct ColumnTests {
    @Test(arguments: [
        "", "/", "/actions", "obs/", "obs//cloud", "..", "obs/../../x", "./a", "a b", "a\u{0}b",
        "é", "a/b/c/d/e", String(repeating: "a", count: 129),
    ])
    func hostilePathsAreRefused(path: String) {
        #expect(throws: InputError.self) { try Column(path: path, type: .float32) }
    }

    @Test(arguments: [[0], [-1], [1 << 27], [1 << 20, 1 << 20], [.max, .max], [1, 1, 1, 1, 1]])
    func impossibleShapesAreRefused(shape: [Int]) {
        #expect(throws: InputError.self) { try Column(path: "a", shape: shape, type: .float32) }
    }

    @Test func stepsAreCounted() throws {
        var column = try Column(path: "obs/a.b-c_1", shape: [2, 3], type: .float64)
        #expect(column.width == 6)
        #expect(column.stepCount == 0)
        column.append([Double](repeating: 1, count: 6))
        column.append([Double](repeating: 2, count: 6))
        #expect(column.stepCount == 2)
        #expect(column.bytes.count == 96)
        column.removeAll()
        #expect(column.stepCount == 0)
    }

    @Test func aStepOfAnotherWidthOrTypeStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var column = try Column(path: "a", shape: [2], type: .float32)
            column.append([Float(1)])
        }
        await #expect(processExitsWith: .failure) {
            var column = try Column(path: "a", type: .float32)
            column.append(1.0)
        }
    }
}
