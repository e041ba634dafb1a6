import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct PrimitiveFitTests {
    /// Points on the surface of a primitive, moved by a pose.
    private func cloud(_ primitive: Primitive, _ pose: Pose, count: Int = 1500) -> [Vector3] {
        var stream = RandomStream(seed: 9)
        return (0..<count).map { _ in
            var d = Vector3.zero
            for axis in 0..<3 { d[axis] = stream.uniform(in: -1...1) }
            let unit = d / max(d.length, 1e-9)
            let point: Vector3
            switch primitive {
            case .box(let half):
                point = Vector3(d.x < 0 ? -1 : 1, d.y < 0 ? -1 : 1, d.z < 0 ? -1 : 1) * half
            case .sphere(let radius): point = unit * radius
            case .capsule(let radius, let half):
                point = unit * radius + Vector3(0, 0, d.z < 0 ? -half : half)
            case .cylinder(let radius, let half):
                let across = max((d.x * d.x + d.y * d.y).squareRoot(), 1e-9)
                point = Vector3(
                    d.x / across * radius,
                    d.y / across * radius,
                    d.z < 0 ? -half : half
                )
            case .plane: point = .zero
            }
            return pose(point)
        }
    }

    static let shapes: [(String, Primitive)] = [
        ("box", .box(halfExtents: Vector3(0.05, 0.02, 0.11))),
        ("sphere", .sphere(radius: 0.07)),
        ("capsule", .capsule(radius: 0.03, halfLength: 0.12)),
        ("cylinder", .cylinder(radius: 0.04, halfLength: 0.09)),
    ]

    @Test(arguments: shapes.indices)
    func aTurnedPrimitiveIsFoundAgain(_ index: Int) throws {
        let (kind, primitive) = Self.shapes[index]
        let pose = Pose(
            rotation: Rotation(rotationVector: Vector3(0.4, -0.7, 0.3)),
            translation: Vector3(0.02, -0.1, 0.3)
        )
        let hull = try #require(MeshFile.hull(of: cloud(primitive, pose)))
        let fits = PrimitiveFit.all(of: hull)
        #expect(fits.count == 4 && fits[0].kind == kind, "\(fits.map(\.kind))")
        #expect(fits[0].addedShare(over: hull) < 0.06, "\(fits[0].addedShare(over: hull))")
        #expect(zip(fits, fits.dropFirst()).allSatisfy { $0.volume <= $1.volume })
    }

    /// Whatever the points, every primitive encloses all of them.
    @Test func everyFitEnclosesEveryCorner() throws {
        var stream = RandomStream(seed: 10)
        for _ in 0..<6 {
            let points = (0..<60).map { _ in
                Vector3(
                    stream.uniform(in: -0.1...0.2),
                    stream.uniform(in: -0.05...0.05),
                    stream.uniform(in: 0...0.3)
                )
            }
            let hull = try #require(MeshFile.hull(of: points))
            for fit in PrimitiveFit.all(of: hull) {
                for vertex in hull.vertices {
                    let local = fit.hullFromPrimitive.inverse(vertex)
                    #expect(Self.outside(fit.primitive, local) < 1e-9, "\(fit)")
                }
                #expect(fit.volume > hull.volume)
            }
        }
    }

    static func outside(_ primitive: Primitive, _ p: Vector3) -> Double {
        let across = (p.x * p.x + p.y * p.y).squareRoot()
        switch primitive {
        case .box(let h): return max(abs(p.x) - h.x, abs(p.y) - h.y, abs(p.z) - h.z)
        case .sphere(let r): return p.length - r
        case .cylinder(let r, let half): return max(across - r, abs(p.z) - half)
        case .capsule(let r, let half):
            let beyond = max(abs(p.z) - half, 0)
            return (across * across + beyond * beyond).squareRoot() - r
        case .plane: return p.z
        }
    }

    @Test func fixedAnglesComeBack() {
        var stream = RandomStream(seed: 11)
        for _ in 0..<200 {
            let rotation = Rotation(
                rotationVector: Vector3(
                    stream.uniform(in: -2...2),
                    stream.uniform(in: -2...2),
                    stream.uniform(in: -2...2)
                )
            )
            let a = rotation.fixedAngles
            let back = Rotation(roll: a.x, pitch: a.y, yaw: a.z)
            #expect(back.angle(to: rotation) < 1e-7)
        }
        for pitch in [Double.pi / 2, -Double.pi / 2] {
            let rotation = Rotation(roll: 0.4, pitch: pitch, yaw: 1)
            let a = rotation.fixedAngles
            #expect(Rotation(roll: a.x, pitch: a.y, yaw: a.z).angle(to: rotation) < 1e-6)
        }
    }
}
