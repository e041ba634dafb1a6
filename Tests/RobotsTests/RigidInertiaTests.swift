import Spatial
import Testing

@testable import Robots

@Suite struct RigidInertiaTests {
    @Test func randomTensorsAreRebuiltFromTheirAxes() throws {
        var random = RandomStream(seed: 3)
        for _ in 0..<200 {
            let moments = Vector3(
                random.uniform(in: 0.001...1),
                random.uniform(in: 0.001...1),
                random.uniform(in: 0.001...1)
            )
            let turn = Rotation(
                rotationVector: Vector3(random.normal(), random.normal(), random.normal())
            )
            let tensor = SymmetricTensor(diagonal: moments).rotated(by: turn)
            let axes = try #require(tensor.principalAxes)
            let sorted = [moments.x, moments.y, moments.z].sorted()
            #expect((axes.moments - Vector3(sorted[0], sorted[1], sorted[2])).length < 1e-12)
            let rebuilt = SymmetricTensor(diagonal: axes.moments).rotated(by: axes.rotation)
            #expect((rebuilt.diagonal - tensor.diagonal).length < 1e-12)
            #expect((rebuilt.offDiagonal - tensor.offDiagonal).length < 1e-12)
        }
    }

    @Test func aTensorThatIsNotFiniteHasNoAxes() {
        let tensor = SymmetricTensor(diagonal: Vector3(1, .nan, 1))
        #expect(tensor.principalAxes == nil)
    }

    @Test func aRotatedInertialFrameTurnsTheTensor() throws {
        let urdf = """
            <robot name="r"><link name="a"><inertial>
            <origin xyz="0.1 0.2 0.3" rpy="0.3 -0.5 0.7"/><mass value="2"/>
            <inertia ixx="0.3" ixy="0.02" ixz="-0.01" iyy="0.2" iyz="0.03" izz="0.1"/>
            </inertial></link></robot>
            """
        let link = try #require(try URDFDocument.parse(urdf, file: "r.urdf").links["a"])
        let inner = SymmetricTensor(
            diagonal: Vector3(0.3, 0.2, 0.1),
            offDiagonal: Vector3(0.02, -0.01, 0.03)
        )
        // R T R^T written out by hand from the rotation's matrix.
        let turn = Rotation(roll: 0.3, pitch: -0.5, yaw: 0.7)
        let axes = [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)]
        let rows = axes.map { turn.inverse($0) }
        func entry(_ i: Int, _ j: Int) -> Double { rows[i].dot(inner(rows[j])) }
        let expected = SymmetricTensor(
            diagonal: Vector3(entry(0, 0), entry(1, 1), entry(2, 2)),
            offDiagonal: Vector3(entry(0, 1), entry(0, 2), entry(1, 2))
        )
        #expect((link.inertia.tensor.diagonal - expected.diagonal).length < 1e-12)
        #expect((link.inertia.tensor.offDiagonal - expected.offDiagonal).length < 1e-12)
        #expect((link.inertia.centreOfMass - Vector3(0.1, 0.2, 0.3)).length < 1e-12)
    }
}
