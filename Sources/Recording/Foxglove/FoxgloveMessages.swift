import Spatial

/// Foxglove's well-known messages, encoded.
enum FoxgloveMessages {
    /// The frame that everything else is placed in.
    static let world = "world"

    /// Poses of frames in the world.
    static func transforms(_ names: [String], _ poses: [Pose], at time: UInt64) -> [UInt8] {
        var out = ProtobufWriter()
        for (name, pose) in zip(names, poses) {
            out.put(1) {
                $0.put(1) { put(time, into: &$0) }
                $0.put(2, world)
                $0.put(3, name)
                $0.put(4) { put(pose.translation, into: &$0) }
                $0.put(5) { put(pose.rotation, into: &$0) }
            }
        }
        return out.bytes
    }

    /// Shapes fixed to frames: sent once, they move with the frames.
    static func scene(_ shapes: [SceneShape], at time: UInt64) -> [UInt8] {
        var out = ProtobufWriter()
        for (index, shape) in shapes.enumerated() {
            out.put(2) {
                $0.put(1) { put(time, into: &$0) }
                $0.put(2, shape.frame)
                $0.put(3, "\(shape.frame)#\(index)")
                $0.put(5, varint: 1)
                put(shape, into: &$0)
            }
        }
        return out.bytes
    }

    /// A picture that is compressed already.
    static func image(
        _ data: ArraySlice<UInt8>,
        format: String,
        frame: String,
        at time: UInt64
    ) -> [UInt8] {
        var out = ProtobufWriter()
        out.put(1) { put(time, into: &$0) }
        out.put(2, raw: data)
        out.put(3, format)
        out.put(4, frame)
        return out.bytes
    }

    /// Points in the world, three 32-bit coordinates each.
    static func cloud(_ coordinates: UnsafeRawBufferPointer, at time: UInt64) -> [UInt8] {
        let float32: UInt64 = 7
        var out = ProtobufWriter()
        out.put(1) { put(time, into: &$0) }
        out.put(2, world)
        out.put(3) { put(Pose.identity, into: &$0) }
        out.put(4, fixed32: 12)
        for (index, name) in ["x", "y", "z"].enumerated() {
            out.put(5) {
                $0.put(1, name)
                $0.put(2, fixed32: UInt32(4 * index))
                $0.put(3, varint: float32)
            }
        }
        out.put(6, raw: coordinates)
        return out.bytes
    }

    // MARK: Parts

    private static func put(_ nanoseconds: UInt64, into out: inout ProtobufWriter) {
        out.put(1, varint: nanoseconds / 1_000_000_000)
        out.put(2, varint: nanoseconds % 1_000_000_000)
    }

    private static func put(_ vector: Vector3, into out: inout ProtobufWriter) {
        out.put(1, vector.x)
        out.put(2, vector.y)
        out.put(3, vector.z)
    }

    private static func put(_ rotation: Rotation, into out: inout ProtobufWriter) {
        let q = rotation.quaternion
        out.put(1, q.x)
        out.put(2, q.y)
        out.put(3, q.z)
        out.put(4, q.w)
    }

    private static func put(_ pose: Pose, into out: inout ProtobufWriter) {
        out.put(1) { put(pose.translation, into: &$0) }
        out.put(2) { put(pose.rotation, into: &$0) }
    }

    private static func put(_ color: SIMD3<Float>, into out: inout ProtobufWriter) {
        for index in 0..<3 { out.put(index + 1, Double(color[index])) }
        out.put(4, 1)
    }

    private static func put(_ shape: SceneShape, into out: inout ProtobufWriter) {
        func solid(_ field: Int, _ pose: Pose, _ size: Vector3, color: Int = 3) {
            out.put(field) {
                $0.put(1) { put(pose, into: &$0) }
                $0.put(2) { put(size, into: &$0) }
                if color == 5 {
                    $0.put(3, 1)
                    $0.put(4, 1)
                }
                $0.put(color) { put(shape.color, into: &$0) }
            }
        }
        let (cubes, spheres, cylinders) = (8, 9, 10)
        let pose = shape.frameFromShape
        switch shape.shape {
        case .box(let half): solid(cubes, pose, half * 2)
        case .sphere(let radius): solid(spheres, pose, Vector3(repeating: 2 * radius))
        case .cylinder(let radius, let half):
            solid(cylinders, pose, Vector3(2 * radius, 2 * radius, 2 * half), color: 5)
        case .capsule(let radius, let half):
            solid(cylinders, pose, Vector3(2 * radius, 2 * radius, 2 * half), color: 5)
            for end in [-half, half] {
                let cap = pose * Pose(translation: Vector3(0, 0, end))
                solid(spheres, cap, Vector3(repeating: 2 * radius))
            }
        case .plane:
            // A thin slab as large as anybody looks.
            let slab = pose * Pose(translation: Vector3(0, 0, -0.0005))
            solid(cubes, slab, Vector3(4, 4, 0.001))
        }
    }
}
