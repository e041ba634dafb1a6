import Spatial
import Testing

@testable import Physics

/// Mass, centre and principal axes from shapes.
@Suite struct MassPropertiesTests {
    @Test func `A cube's moments are m s² / 6`() {
        let cube = Collider(shape: .box(halfExtents: Vector3(repeating: 0.02)))
        let properties = MassProperties(mass: 0.064, uniformlyOver: [cube])
        #expect(properties.linkFromInertial == .identity)
        let expected = 0.064 * 0.04 * 0.04 / 6
        #expect((properties.principalInertia - Vector3(repeating: expected)).length < 1e-15)
    }

    @Test func `Two halves of a box weigh and turn like the whole`() {
        let rotation = Rotation(rotationVector: Vector3(0.3, -0.8, 0.4))
        let halves = [-1.0, 1].map { side in
            Collider(
                shape: .box(halfExtents: Vector3(0.05, 0.02, 0.03)),
                linkFromShape: Pose(
                    rotation: rotation,
                    translation: Vector3(1, 2, 3) + rotation(Vector3(0.05 * side, 0, 0))
                )
            )
        }
        let whole = Primitive.box(halfExtents: Vector3(0.1, 0.02, 0.03)).unitMassInertia * 2
        let properties = MassProperties(mass: 2, uniformlyOver: halves)
        #expect((properties.linkFromInertial.translation - Vector3(1, 2, 3)).length < 1e-12)
        // The axes may come in any order; moments go with them.
        for k in 0..<3 {
            var unit = Vector3.zero
            unit[k] = 1
            let axis = rotation.inverse(properties.linkFromInertial.rotation(unit))
            let moment = (axis * axis).dot(whole)
            #expect(abs(moment - properties.principalInertia[k]) < 1e-12)
            #expect(abs(abs(axis).max() - 1) < 1e-9)
        }
    }

    @Test func `A capsule without a straight part is a sphere, and a long one is nearly a rod`() {
        let sphere = Primitive.sphere(radius: 0.3)
        let capsule = Primitive.capsule(radius: 0.3, halfLength: 0)
        #expect((sphere.unitMassInertia - capsule.unitMassInertia).length < 1e-15)
        #expect(abs(sphere.volume - capsule.volume) < 1e-15)
        let rod = Primitive.capsule(radius: 1e-4, halfLength: 0.5).unitMassInertia
        #expect(abs(rod.x - 1.0 / 12) < 1e-4)
    }
}

private func abs(_ v: Vector3) -> Vector3 {
    Vector3(Swift.abs(v.x), Swift.abs(v.y), Swift.abs(v.z))
}
