import Testing

@testable import Spatial

/// Two poses agree when they move points alike.
private func distance(_ a: Pose, _ b: Pose) -> Double {
    (a.translation - b.translation).length + a.rotation.angle(to: b.rotation)
}

private func randomPose(_ random: inout RandomStream) -> Pose {
    Pose(
        rotation: Rotation(rotationVector: randomVector(&random) * 2),
        translation: randomVector(&random)
    )
}

private func randomVector(_ random: inout RandomStream) -> Vector3 {
    Vector3(random.normal(), random.normal(), random.normal())
}

@Suite struct PoseTests {
    @Test func posesFormAGroup() {
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            let a = randomPose(&random)
            let b = randomPose(&random)
            let c = randomPose(&random)
            #expect(distance((a * b) * c, a * (b * c)) < 1e-12)
            #expect(distance(a * a.inverse, .identity) < 1e-7)
            #expect(distance(a * .identity, a) < 1e-7)
        }
    }

    @Test func compositionActsAsFunctionsDo() {
        var random = RandomStream(seed: 2)
        for _ in 0..<200 {
            let a = randomPose(&random)
            let b = randomPose(&random)
            let p = randomVector(&random)
            #expect(((a * b)(p) - a(b(p))).length < 1e-12)
        }
    }

    @Test func logarithmUndoesExponential() {
        var random = RandomStream(seed: 3)
        for scale in [1e-14, 1e-9, 1e-3, 1, 3] {
            for _ in 0..<50 {
                let axis = randomVector(&random)
                let vector = axis * (scale / axis.length)
                let back = Rotation(rotationVector: vector).rotationVector
                #expect((back - vector).length < 1e-9 * max(1, scale))
            }
        }
    }

    @Test func rotationsKeepLengthsAndAngles() {
        var random = RandomStream(seed: 4)
        for _ in 0..<200 {
            let r = randomPose(&random).rotation
            let a = randomVector(&random)
            let b = randomVector(&random)
            #expect(abs(r(a).dot(r(b)) - a.dot(b)) < 1e-12)
            #expect((r(a.cross(b)) - r(a).cross(r(b))).length < 1e-12)
        }
    }

    @Test func fixedAxisAnglesComposeAsURDFSays() {
        let r = Rotation(roll: 0.1, pitch: 0.2, yaw: 0.3)
        // Rz(0.3) Ry(0.2) Rx(0.1) applied to x: (cos y cos p, sin y cos p, -sin p).
        let x = r(Vector3(1, 0, 0))
        #expect(
            (x - Vector3(0.9362933635841992, 0.28962947762551555, -0.19866933079506122)).length
                < 1e-15
        )
    }

    @Test func aTwistIsTheDifferenceOfPoses() {
        let from = Pose(translation: Vector3(1, 2, 3))
        let to = Pose(
            rotation: Rotation(rotationVector: Vector3(0, 0, 0.5)),
            translation: Vector3(1.5, 2, 3)
        )
        let twist = Twist(from: from, to: to)
        #expect(twist.linear == Vector3(0.5, 0, 0))
        #expect((twist.angular - Vector3(0, 0, 0.5)).length < 1e-12)
    }

    @Test func aZeroQuaternionIsTheIdentity() {
        #expect(Rotation(x: 0, y: 0, z: 0, w: 0) == .identity)
        #expect(Rotation(x: .nan, y: 0, z: 0, w: 0) == .identity)
    }
}
