internal import CRaycast
public import Diagnostics
public import Processor
public import Runtime
internal import Spatial

/// Renders primitives into colour, depth and segments by casting one ray through each pixel.
///
/// Surfaces are seen from outside only: a camera inside a shape looks through it. All memory is
/// allocated at creation. The picture has the same bits on every instruction set.
public final class RayCaster {
    /// The segment of pixels where nothing was hit.
    public static let noSegment = UInt16(CR_NO_SEGMENT)

    /// The most visuals in one picture.
    public let maximumVisuals: Int
    /// The instruction set in use.
    public let instructionSet: InstructionSet
    /// How surfaces are lit.
    public let shading: Shading

    private let kernels: UnsafePointer<cr_kernels>
    private let prepared: UnsafeMutablePointer<cr_visual>
    private var style: cr_style

    /// Creates a ray caster.
    ///
    /// - Parameters:
    ///   - maximumVisuals: The most visuals in one picture, up to 1024.
    ///   - shading: How surfaces are lit.
    ///   - instructionSet: The kernels to use; by default what `SIMRUN_ISA` says or the widest.
    /// - Throws: ``InputError`` for too many visuals, a shading out of range or an instruction set
    ///   that this machine has not.
    public init(
        maximumVisuals: Int,
        shading: Shading = .studio,
        instructionSet: InstructionSet? = nil
    ) throws(InputError) {
        guard (0...Int(CR_MAX_VISUALS)).contains(maximumVisuals) else {
            throw InputError(
                key: "visuals",
                expected: "at most \(CR_MAX_VISUALS) visuals",
                found: "\(maximumVisuals)"
            )
        }
        guard shading.towardLight.isFinite, shading.towardLight.length > 1e-9 else {
            throw InputError(
                key: "light",
                expected: "a direction",
                found: "\(shading.towardLight)"
            )
        }
        guard (0...1).contains(shading.ambient), (0...1e3).contains(shading.checkerSide) else {
            throw InputError(
                key: "shading",
                expected: "ambient in 0...1 and squares of 0 to 1000 m",
                found: "ambient \(shading.ambient), squares of \(shading.checkerSide) m"
            )
        }
        let set = try InstructionSet.resolved(instructionSet)
        self.maximumVisuals = maximumVisuals
        self.shading = shading
        self.instructionSet = set
        kernels = rayKernels(set)
        prepared = .allocate(capacity: max(maximumVisuals, 1))
        let back = shading.background
        style = cr_style(
            background: (back.x, back.y, back.z),
            ambient: shading.ambient,
            checker: shading.checkerSide
        )
    }

    deinit {
        prepared.deallocate()
    }

    /// Renders one picture; does not allocate.
    ///
    /// Where two surfaces have the same depth, the visual with the lower index is seen.
    ///
    /// - Parameters:
    ///   - visuals: At most ``maximumVisuals``. One with a pose that is not finite is not seen.
    ///   - camera: Where and how to look; its size is the frame's.
    ///   - frame: Receives colours and depths; its capture time is left to the caller.
    ///   - segments: Receives segments, shape `[height, width]`, if wanted.
    public func render(
        _ visuals: UnsafeBufferPointer<Visual>,
        camera: Camera,
        into frame: inout CameraFrame,
        segments: UnsafeMutableBufferPointer<UInt16>? = nil
    ) {
        let intrinsics = camera.intrinsics
        let pixels = intrinsics.pixelCount
        precondition(visuals.count <= maximumVisuals, "more visuals than the caster has room for")
        precondition(
            frame.width == intrinsics.width && frame.height == intrinsics.height
                && frame.rgb.count == pixels * 3 && frame.depth.count == pixels,
            "the frame is not of the camera's size"
        )
        precondition(segments.map { $0.count >= pixels } ?? true, "too few segments")

        let light = shading.towardLight / shading.towardLight.length
        let cameraFromWorld = camera.worldFromCamera.inverse
        for (index, visual) in visuals.enumerated() {
            prepared[index] = cr_visual(
                visual,
                worldFromCamera: camera.worldFromCamera,
                cameraFromWorld: cameraFromWorld,
                towardLight: light
            )
        }
        var pinhole = cr_camera(
            width: Int32(intrinsics.width),
            height: Int32(intrinsics.height),
            fx: Float(intrinsics.fx),
            fy: Float(intrinsics.fy),
            cx: Float(intrinsics.cx),
            cy: Float(intrinsics.cy),
            near_depth: Float(camera.near),
            far_depth: Float(camera.far)
        )
        frame.rgb.withUnsafeMutableBufferPointer { rgb in
            frame.depth.withUnsafeMutableBufferPointer { depth in
                kernels.pointee.render(
                    &pinhole,
                    &style,
                    prepared,
                    Int32(visuals.count),
                    rgb.baseAddress,
                    depth.baseAddress,
                    segments?.baseAddress
                )
            }
        }
    }

    /// Renders one picture of an array of visuals; as the other `render`.
    public func render(_ visuals: [Visual], camera: Camera, into frame: inout CameraFrame) {
        visuals.withUnsafeBufferPointer { render($0, camera: camera, into: &frame) }
    }
}

extension cr_visual {
    /// What one camera needs of a visual: everything that does not change from pixel to pixel.
    fileprivate init(
        _ visual: Visual,
        worldFromCamera: Pose,
        cameraFromWorld: Pose,
        towardLight: Vector3
    ) {
        let shapeFromWorld = visual.worldFromShape.inverse
        let shapeFromCamera = shapeFromWorld * worldFromCamera
        let x = SIMD3<Float>(shapeFromCamera.rotation(Vector3(1, 0, 0)))
        let y = SIMD3<Float>(shapeFromCamera.rotation(Vector3(0, 1, 0)))
        let z = SIMD3<Float>(shapeFromCamera.rotation(Vector3(0, 0, 1)))
        let origin = SIMD3<Float>(shapeFromCamera.translation)
        let light = SIMD3<Float>(shapeFromWorld.rotation(towardLight))
        let centre = SIMD3<Float>(cameraFromWorld(visual.worldFromShape.translation))

        let kind: Int
        let size: SIMD3<Float>
        switch visual.shape {
        case .box(let halfExtents):
            kind = CR_BOX
            size = SIMD3<Float>(halfExtents)
        case .sphere(let radius):
            kind = CR_SPHERE
            size = SIMD3(Float(radius), 0, 0)
        case .capsule(let radius, let halfLength):
            kind = CR_CAPSULE
            size = SIMD3(Float(radius), Float(halfLength), 0)
        case .cylinder(let radius, let halfLength):
            kind = CR_CYLINDER
            size = SIMD3(Float(radius), Float(halfLength), 0)
        case .plane:
            kind = CR_PLANE
            size = .zero
        }
        let bound = visual.shape.boundingRadius
        self.init(
            origin: (origin.x, origin.y, origin.z),
            direction: (x.x, x.y, x.z, y.x, y.y, y.z, z.x, z.y, z.z),
            light: (light.x, light.y, light.z),
            size: (size.x, size.y, size.z),
            centre: (centre.x, centre.y, centre.z),
            bound: bound.isFinite ? Float(bound) : -1,
            color: (visual.color.x, visual.color.y, visual.color.z),
            kind: Int32(kind),
            segment: Int32(visual.segment)
        )
    }
}
