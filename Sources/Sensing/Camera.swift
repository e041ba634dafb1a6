public import Diagnostics
public import Runtime
public import Spatial

/// A pinhole camera at a place in the world.
///
/// Camera frame: `x` right, `y` down, `z` forward along the optical axis.
public struct Camera: Equatable, Sendable {
    /// The camera's name in the task file.
    public var name: String
    /// The pinhole model.
    public var intrinsics: Intrinsics
    /// Where the camera is (its extrinsics).
    public var worldFromCamera: Pose
    /// The least depth that is seen, in metres.
    public let near: Double
    /// Surfaces at this depth or beyond are not seen, in metres.
    public let far: Double

    /// Creates a camera.
    ///
    /// - Throws: ``InputError`` unless `0 < near < far`, both within 1 mm to 1 km, and the pose is
    ///   finite.
    public init(
        name: String,
        intrinsics: Intrinsics,
        worldFromCamera: Pose,
        near: Double = 0.01,
        far: Double = 10
    ) throws(InputError) {
        guard near >= 1e-3, near < far, far <= 1e3 else {
            throw InputError(
                key: name,
                expected: "0.001 m <= near < far <= 1000 m",
                found: "near \(near) m, far \(far) m"
            )
        }
        guard worldFromCamera.isFinite else {
            throw InputError(key: name, expected: "a finite camera pose", found: "NaN or infinity")
        }
        self.name = name
        self.intrinsics = intrinsics
        self.worldFromCamera = worldFromCamera
        self.near = near
        self.far = far
    }

    /// Creates a camera at `eye` that looks at `target`, with `up` pointing up in the picture.
    ///
    /// - Parameters:
    ///   - name: The camera's name.
    ///   - intrinsics: The pinhole model.
    ///   - eye: The camera's position in the world in metres.
    ///   - target: The point in the middle of the optical axis in metres.
    ///   - up: A direction in the world, of any length.
    ///   - near: The least depth that is seen, in metres.
    ///   - far: The depth where sight ends, in metres.
    /// - Throws: ``InputError`` if `target` is at `eye`, `up` is along the view, or as in `init`.
    public static func lookAt(
        name: String,
        intrinsics: Intrinsics,
        eye: Vector3,
        target: Vector3,
        up: Vector3 = Vector3(0, 0, 1),
        near: Double = 0.01,
        far: Double = 10
    ) throws(InputError) -> Camera {
        let view = target - eye
        let right = view.cross(up)
        // Also false for NaN.
        guard view.length > 1e-9, right.length > 1e-6 * view.length * up.length, right.isFinite
        else {
            throw InputError(
                key: name,
                expected: "a target away from the eye and an up direction across the view",
                found: "eye \(eye), target \(target), up \(up)"
            )
        }
        let z = view / view.length
        let x = right / right.length
        return try Camera(
            name: name,
            intrinsics: intrinsics,
            worldFromCamera: Pose(
                rotation: Rotation(columns: x, z.cross(x), z),
                translation: eye
            ),
            near: near,
            far: far
        )
    }

    /// A black frame of this camera's size.
    public var blankFrame: CameraFrame {
        CameraFrame(name: name, width: intrinsics.width, height: intrinsics.height)
    }
}

extension Rotation {
    /// The rotation with the given matrix columns, which are orthonormal and right-handed.
    ///
    /// Shepperd's method: divides by the largest of the four components.
    /// Source: S. W. Shepperd, "Quaternion from rotation matrix", J. Guidance and Control 1 (1978).
    init(columns x: Vector3, _ y: Vector3, _ z: Vector3) {
        let trace = x.x + y.y + z.z
        if trace >= max(x.x, y.y, z.z) {
            self.init(x: y.z - z.y, y: z.x - x.z, z: x.y - y.x, w: 1 + trace)
        } else if x.x >= y.y, x.x >= z.z {
            self.init(x: 1 + 2 * x.x - trace, y: x.y + y.x, z: z.x + x.z, w: y.z - z.y)
        } else if y.y >= z.z {
            self.init(x: x.y + y.x, y: 1 + 2 * y.y - trace, z: y.z + z.y, w: z.x - x.z)
        } else {
            self.init(x: z.x + x.z, y: y.z + z.y, z: 1 + 2 * z.z - trace, w: x.y - y.x)
        }
    }
}
