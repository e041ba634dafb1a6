import Foundation
import Sensing
import Spatial
import Testing

@testable import Viewer

@Suite struct OrbitCameraTests {
    /// Where a world point appears, -1...1 to the right and upwards.
    private func place(_ point: Vector3, _ camera: OrbitCamera) -> SIMD2<Float> {
        let clip = camera.clipFromWorld(aspect: 4.0 / 3) * SIMD4(SIMD3<Float>(point), 1)
        return SIMD2(clip.x, clip.y) / clip.w
    }

    @Test func `the pivot stays in the middle and at its distance`() {
        var camera = OrbitCamera()
        for (dx, dy) in [(0.3, 0.1), (-2.0, 5.0), (0.01, -9.0)] {
            camera.orbit(dx, dy)
            camera.zoom(dx)
            let middle = place(camera.pivot, camera)
            #expect(abs(middle.x) < 1e-5 && abs(middle.y) < 1e-5)
            #expect(abs((camera.eye - camera.pivot).length - camera.distance) < 1e-12)
        }
    }

    @Test func `what is dragged follows the pointer`() {
        var camera = OrbitCamera()
        let point = camera.pivot
        camera.pan(0.25, 0.1)
        let moved = place(point, camera)
        // A quarter of the height to the right, a tenth down; the height is 2 units of 3/4 width.
        #expect(abs(moved.x - 0.5 * 3 / 4) < 1e-4)
        #expect(abs(moved.y + 0.2) < 1e-4)
    }

    @Test func `up is up and right is right`() {
        let camera = OrbitCamera()
        #expect(place(camera.pivot + Vector3(0, 0, 0.1), camera).y > 0.05)
        #expect(place(camera.pivot + camera.rightAxis * 0.1, camera).x > 0.02)
        let ahead = camera.pivot + camera.forwardAxis * 0.1
        #expect((ahead - camera.eye).length > camera.distance)
    }

    @Test func `a task's camera gives the view, from further away`() throws {
        let eye = Vector3(1.15, 0.55, 0.65)
        let target = Vector3(0.50, 0, 0.08)
        let camera = try Camera.lookAt(
            name: "front",
            intrinsics: Intrinsics(verticalFieldOfView: 0.7, width: 128, height: 128),
            eye: eye,
            target: target
        )
        let orbit = OrbitCamera(camera)
        let middle = place(target, orbit)
        #expect(abs(middle.x) < 1e-4 && abs(middle.y) < 1e-4)
        let toEye = (eye - target) / (eye - target).length
        let toOrbit = (orbit.eye - target) / (orbit.eye - target).length
        #expect((toEye - toOrbit).length < 1e-6)
        #expect((orbit.eye - target).length > (eye - target).length)
    }

    @Test(arguments: [0.0, 0.7, 0.9, 2.2, 3.0, -1.5, 6.0])
    func `the operator's axes are world axes at right angles`(azimuth: Double) {
        let camera = OrbitCamera(azimuth: azimuth)
        for axis in [camera.forwardAxis, camera.rightAxis] {
            #expect(abs(axis.x) + abs(axis.y) == 1 && axis.z == 0)
        }
        #expect(camera.forwardAxis.dot(camera.rightAxis) == 0)
        // The nearest of the four: never more than 45 degrees off.
        let into = camera.pivot - camera.eye
        let flat = Vector3(into.x, into.y, 0)
        #expect(camera.forwardAxis.dot(flat / flat.length) >= 0.5.squareRoot() - 1e-9)
    }
}
