import Diagnostics
import Spatial
import Testing

@testable import Sensing

@Suite struct CameraTests {
    @Test func fieldOfViewGivesTheFocalLength() throws {
        let pinhole = try Intrinsics(verticalFieldOfView: .pi / 2, width: 200, height: 100)
        #expect(abs(pinhole.fy - 50) < 1e-12)
        #expect(pinhole.fx == pinhole.fy)
        #expect(pinhole.cx == 100)
        #expect(pinhole.cy == 50)
    }

    @Test(arguments: [(0, 4), (4, 0), (-1, 4), (4097, 4)])
    func aSizeOutOfRangeIsRefused(width: Int, height: Int) {
        #expect(throws: InputError.self) {
            try Intrinsics(verticalFieldOfView: 1, width: width, height: height)
        }
    }

    @Test(arguments: [0.0, -1.0, Double.pi, 4.0, Double.nan, Double.infinity])
    func anAngleOutOfRangeIsRefused(angle: Double) {
        #expect(throws: InputError.self) {
            try Intrinsics(verticalFieldOfView: angle, width: 8, height: 8)
        }
    }

    @Test(arguments: [(Double.nan, 4.0), (0.0, 4.0), (8.0, Double.infinity)])
    func aBadFocalLengthOrCentreIsRefused(focal: Double, centre: Double) {
        #expect(throws: InputError.self) {
            try Intrinsics(fx: focal, fy: focal, cx: centre, cy: 4, width: 8, height: 8)
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func lookAtHasTheTargetOnTheAxisAndUpAbove(seed: UInt64) throws {
        var random = RandomStream(seed: seed)
        let eye = Vector3(random.normal(), random.normal(), random.normal())
        let target = Vector3(random.normal(), random.normal(), random.normal())
        let up = Vector3(random.normal(), random.normal(), random.normal())
        let camera = try Camera.lookAt(
            name: "test",
            intrinsics: Intrinsics(verticalFieldOfView: 1, width: 8, height: 8),
            eye: eye,
            target: target,
            up: up
        )
        let cameraFromWorld = camera.worldFromCamera.inverse
        let seen = cameraFromWorld(target)
        #expect((seen - Vector3(0, 0, (target - eye).length)).length < 1e-12)
        let above = cameraFromWorld.rotation(up)
        #expect(abs(above.x) < 1e-12)
        #expect(above.y < 0)
    }

    @Test(arguments: [
        (Vector3.zero, Vector3(0, 0, 1)),
        (Vector3(0, 0, -3), Vector3(0, 0, 1)),
        (Vector3(1, 0, 0), Vector3.zero),
        (Vector3(.nan, 0, 0), Vector3(0, 0, 1)),
        (Vector3(.infinity, 0, 0), Vector3(0, 0, 1)),
    ])
    func aViewWithoutDirectionIsRefused(target: Vector3, up: Vector3) {
        #expect(throws: InputError.self) {
            try Camera.lookAt(
                name: "test",
                intrinsics: Intrinsics(verticalFieldOfView: 1, width: 8, height: 8),
                eye: .zero,
                target: target,
                up: up
            )
        }
    }

    @Test(arguments: [(0.0, 1.0), (1.0, 1.0), (0.1, Double.nan), (0.1, 5e3), (-1.0, 1.0)])
    func aDepthRangeOutOfOrderIsRefused(near: Double, far: Double) {
        #expect(throws: InputError.self) {
            try Camera(
                name: "test",
                intrinsics: Intrinsics(verticalFieldOfView: 1, width: 8, height: 8),
                worldFromCamera: .identity,
                near: near,
                far: far
            )
        }
    }
}
