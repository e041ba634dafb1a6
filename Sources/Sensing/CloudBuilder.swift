internal import CRaycast
public import Diagnostics
public import Processor
public import Runtime
import Spatial

/// Makes a cloud of a fixed number of points in the world frame from a depth image.
///
/// Depths become points; points outside the workspace are dropped (by the box alone, never by
/// segment); at most `maximumCandidates` are kept at even strides in raster order; farthest point
/// sampling picks the cloud from them. A crop with fewer points than the cloud is kept whole and
/// repeated in a cycle; an empty one gives copies of the workspace's centre and no distinct point.
/// All memory is allocated at creation.
public final class CloudBuilder {
    /// What clouds are cropped to.
    public let workspace: WorkspaceBox
    /// The most points that farthest point sampling sees.
    public let maximumCandidates: Int
    /// The most pixels of a depth image.
    public let maximumPixels: Int

    private let kernels: UnsafePointer<cr_kernels>
    /// Four arrays of `stride` floats: x, y, z and the sampler's distances.
    private let arrays: UnsafeMutablePointer<Float>
    private let stride: Int
    private let chosen: UnsafeMutablePointer<Int32>

    /// Creates a builder.
    ///
    /// - Parameters:
    ///   - workspace: What clouds are cropped to.
    ///   - maximumCandidates: The most points that farthest point sampling sees, at least 1.
    ///   - maximumPixels: The most pixels of a depth image, up to 4096².
    ///   - instructionSet: The kernels to use; by default what `SIMRUN_ISA` says or the widest.
    /// - Throws: ``InputError`` for a size out of range or an instruction set that this machine
    ///   has not.
    public init(
        workspace: WorkspaceBox,
        maximumCandidates: Int = 4096,
        maximumPixels: Int,
        instructionSet: InstructionSet? = nil
    ) throws(InputError) {
        let bound = Intrinsics.longestSide * Intrinsics.longestSide
        for (key, count) in [("candidates", maximumCandidates), ("pixels", maximumPixels)] {
            guard (1...bound).contains(count) else {
                throw InputError(key: key, expected: "1 to \(bound)", found: "\(count)")
            }
        }
        let set = try InstructionSet.resolved(instructionSet)
        self.workspace = workspace
        self.maximumCandidates = maximumCandidates
        self.maximumPixels = maximumPixels
        kernels = rayKernels(set)
        let padding = Int(CR_POINT_PADDING)
        stride = (maximumPixels + padding - 1) / padding * padding
        arrays = .allocate(capacity: stride * 4)
        arrays.initialize(repeating: 0, count: stride * 4)
        chosen = .allocate(capacity: maximumCandidates)
        chosen.initialize(repeating: 0, count: maximumCandidates)
    }

    deinit {
        arrays.deallocate()
        chosen.deallocate()
    }

    /// Fills `cloud` from the depths of `frame`; does not allocate.
    ///
    /// - Parameters:
    ///   - frame: A depth image of at most ``maximumPixels``; its capture time becomes the cloud's.
    ///   - camera: The camera that took it, where it was at that time.
    ///   - cloud: Receives the points; sampled points come in the order of sampling.
    public func build(from frame: CameraFrame, camera: Camera, into cloud: inout PointCloud) {
        precondition(
            frame.width == camera.intrinsics.width && frame.height == camera.intrinsics.height
                && frame.depth.count <= maximumPixels,
            "the frame is not of the camera's size or has too many pixels"
        )
        cloud.capturedAt = frame.capturedAt
        let cropped = frame.depth.withUnsafeBufferPointer { crop($0, camera: camera) }
        let count = thin(cropped, to: maximumCandidates)
        let capacity = cloud.capacity
        let distinct = min(count, capacity)
        cloud.distinct = distinct
        guard capacity > 0 else { return }

        if count > capacity {
            kernels.pointee.farthest_points(
                arrays,
                arrays + stride,
                arrays + 2 * stride,
                Int32(count),
                Int32(capacity),
                arrays + 3 * stride,
                chosen
            )
        }
        let centre = SIMD3<Float>(workspace.centre)
        cloud.coordinates.withUnsafeMutableBufferPointer { out in
            for point in 0..<capacity {
                if count == 0 {
                    out[point * 3] = centre.x
                    out[point * 3 + 1] = centre.y
                    out[point * 3 + 2] = centre.z
                    continue
                }
                let from = count > capacity ? Int(chosen[point]) : point % count
                out[point * 3] = arrays[from]
                out[point * 3 + 1] = arrays[stride + from]
                out[point * 3 + 2] = arrays[2 * stride + from]
            }
        }
    }

    /// Back-projects all depths and keeps the points in the workspace, in raster order.
    private func crop(_ depth: UnsafeBufferPointer<Float>, camera: Camera) -> Int {
        let low = SIMD3<Float>(workspace.minimum)
        let high = SIMD3<Float>(workspace.maximum)
        let rotation = camera.worldFromCamera.rotation
        let right = SIMD3<Float>(rotation(Vector3(1, 0, 0)))
        let down = SIMD3<Float>(rotation(Vector3(0, 1, 0)))
        let forward = SIMD3<Float>(rotation(Vector3(0, 0, 1)))
        let eye = SIMD3<Float>(camera.worldFromCamera.translation)
        let intrinsics = camera.intrinsics
        let cx = Float(intrinsics.cx)
        let cy = Float(intrinsics.cy)
        let perFx = 1 / Float(intrinsics.fx)
        let perFy = 1 / Float(intrinsics.fy)

        var count = 0
        for row in 0..<intrinsics.height {
            let y = (Float(row) + 0.5 - cy) * perFy
            let rowRay = down * y + forward
            for column in 0..<intrinsics.width {
                let z = depth[row * intrinsics.width + column]
                guard z > 0 else { continue }
                let x = (Float(column) + 0.5 - cx) * perFx
                let point = eye + (right * x + rowRay) * z
                guard all(point .>= low), all(point .<= high) else { continue }
                arrays[count] = point.x
                arrays[stride + count] = point.y
                arrays[2 * stride + count] = point.z
                count += 1
            }
        }
        return count
    }

    /// Keeps `limit` of `count` points at even strides, in place; returns how many are left.
    private func thin(_ count: Int, to limit: Int) -> Int {
        guard count > limit else { return count }
        for kept in 0..<limit {
            // Never behind the write position, as count > limit.
            let from = kept * count / limit
            arrays[kept] = arrays[from]
            arrays[stride + kept] = arrays[stride + from]
            arrays[2 * stride + kept] = arrays[2 * stride + from]
        }
        return limit
    }
}
