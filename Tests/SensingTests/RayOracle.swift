import Sensing
import Spatial

/// A slow ray caster in doubles, written otherwise than the kernels: it tries every face, side and
/// cap on its own and takes the nearest point that lies on the shape.
struct RayOracle {
    var visuals: [Visual]
    var camera: Camera

    struct Sight: Equatable {
        var depth: Double
        var segment: UInt16

        static let nothing = Sight(depth: 0, segment: RayCaster.noSegment)
    }

    /// What is seen through the point `(u, v)` of the picture, in pixels.
    func sight(u: Double, v: Double) -> Sight {
        let pinhole = camera.intrinsics
        let ray = Vector3((u - pinhole.cx) / pinhole.fx, (v - pinhole.cy) / pinhole.fy, 1)
        var best = Sight(depth: camera.far, segment: RayCaster.noSegment)
        for visual in visuals {
            let shapeFromCamera = visual.worldFromShape.inverse * camera.worldFromCamera
            let origin = shapeFromCamera.translation
            let direction = shapeFromCamera.rotation(ray)
            for t in entries(of: visual.shape, origin: origin, direction: direction)
            where t >= camera.near && t < best.depth {
                best = Sight(depth: t, segment: visual.segment)
            }
        }
        return best.depth < camera.far ? best : .nothing
    }

    /// Whether a ray a hundredth of a pixel away sees something else or at another depth.
    func isGrazing(u: Double, v: Double) -> Bool {
        let middle = sight(u: u, v: v)
        let shift = 0.01
        return [(shift, 0.0), (-shift, 0), (0, shift), (0, -shift)].contains { du, dv in
            let other = sight(u: u + du, v: v + dv)
            return other.segment != middle.segment || abs(other.depth - middle.depth) > 1e-3
        }
    }

    private func entries(of shape: Primitive, origin: Vector3, direction: Vector3) -> [Double] {
        let found: [Double]
        switch shape {
        case .box(let half): found = faces(half, origin, direction)
        case .sphere(let radius): found = sphere(radius, at: 0, origin, direction)
        case .capsule(let radius, let half):
            found =
                side(radius, half, origin, direction)
                + sphere(radius, at: half, origin, direction)
                + sphere(radius, at: -half, origin, direction)
        case .cylinder(let radius, let half):
            found = side(radius, half, origin, direction) + ends(radius, half, origin, direction)
        case .plane:
            found = origin.z > 0 && direction.z < 0 ? [-origin.z / direction.z] : []
        }
        return found.filter { $0 > 0 }
    }

    private func faces(_ half: Vector3, _ origin: Vector3, _ direction: Vector3) -> [Double] {
        var found: [Double] = []
        for axis in 0..<3 where direction[axis] != 0 {
            for sign in [-1.0, 1.0] {
                let t = (sign * half[axis] - origin[axis]) / direction[axis]
                let point = origin + direction * t
                let others = (0..<3).filter { $0 != axis }
                if others.allSatisfy({ abs(point[$0]) <= half[$0] }) { found.append(t) }
            }
        }
        return found
    }

    private func sphere(
        _ radius: Double,
        at z: Double,
        _ origin: Vector3,
        _ direction: Vector3
    ) -> [Double] {
        let offset = origin - Vector3(0, 0, z)
        return roots(
            a: direction.dot(direction),
            halfB: direction.dot(offset),
            c: offset.dot(offset) - radius * radius
        )
    }

    private func side(
        _ radius: Double,
        _ half: Double,
        _ origin: Vector3,
        _ direction: Vector3
    ) -> [Double] {
        let flat = Vector3(direction.x, direction.y, 0)
        let start = Vector3(origin.x, origin.y, 0)
        return roots(
            a: flat.dot(flat),
            halfB: flat.dot(start),
            c: start.dot(start) - radius * radius
        ).filter { abs(origin.z + $0 * direction.z) <= half }
    }

    private func ends(
        _ radius: Double,
        _ half: Double,
        _ origin: Vector3,
        _ direction: Vector3
    ) -> [Double] {
        guard direction.z != 0 else { return [] }
        return [-half, half].map { ($0 - origin.z) / direction.z }.filter { t in
            let point = origin + direction * t
            return point.x * point.x + point.y * point.y <= radius * radius
        }
    }

    private func roots(a: Double, halfB: Double, c: Double) -> [Double] {
        let square = halfB * halfB - a * c
        guard a > 0, square >= 0 else { return [] }
        let root = square.squareRoot()
        return [(-halfB - root) / a, (-halfB + root) / a]
    }
}

/// A random rotation, uniform enough for tests.
func randomRotation(_ random: inout RandomStream) -> Rotation {
    Rotation(x: random.normal(), y: random.normal(), z: random.normal(), w: random.normal())
}

/// Shapes of all kinds at random places round the origin, with a floor below them.
func randomScene(seed: UInt64, count: Int) -> [Visual] {
    var random = RandomStream(seed: seed)
    var visuals = (0..<count).map { index in
        let size = random.uniform(in: 0.03...0.15)
        let length = random.uniform(in: 0.02...0.2)
        let shape: Primitive =
            switch index % 4 {
            case 0: .box(halfExtents: Vector3(size, length, random.uniform(in: 0.02...0.1)))
            case 1: .sphere(radius: size)
            case 2: .capsule(radius: size / 2, halfLength: length)
            default: .cylinder(radius: size, halfLength: length)
            }
        return Visual(
            shape: shape,
            worldFromShape: Pose(
                rotation: randomRotation(&random),
                translation: Vector3(
                    random.uniform(in: -0.6...0.6),
                    random.uniform(in: -0.6...0.6),
                    random.uniform(in: -0.3...0.3)
                )
            ),
            color: SIMD3(Float(random.uniform()), Float(random.uniform()), Float(random.uniform())),
            segment: UInt16(index + 1)
        )
    }
    visuals.append(
        Visual(
            shape: .plane,
            worldFromShape: Pose(translation: Vector3(0, 0, -0.6)),
            color: SIMD3(0.7, 0.7, 0.7),
            segment: 500
        )
    )
    return visuals
}

/// A camera about 1.6 m from the origin that looks at it.
func randomCamera(seed: UInt64, width: Int, height: Int) throws -> Camera {
    var random = RandomStream(seed: seed, stream: 1)
    return try Camera.lookAt(
        name: "test",
        intrinsics: Intrinsics(verticalFieldOfView: 0.9, width: width, height: height),
        eye: Vector3(
            random.uniform(in: 1.0...1.3),
            random.uniform(in: -1...1),
            random.uniform(in: 0.3...1.2)
        ),
        target: Vector3(0, 0, random.uniform(in: -0.1...0.1))
    )
}
