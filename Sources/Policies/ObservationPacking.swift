import Inference
import Robots
import Runtime
import Spatial

/// Turns observations into the network's inputs, in preallocated buffers.
///
/// The network normalises them itself: that is a part of its first layers.
struct ObservationPacking {
    private let manifest: PolicyManifest
    /// Shape `[points, cloudWidth]`.
    let cloud: FloatBuffer
    /// `stateWidth` numbers.
    let state: FloatBuffer

    init(_ manifest: PolicyManifest) {
        self.manifest = manifest
        cloud = FloatBuffer(count: manifest.cloud.points * manifest.network.cloudWidth)
        state = FloatBuffer(count: manifest.network.stateWidth)
    }

    /// Fills both buffers.
    ///
    /// - Throws: `LoopFault` if a feature is missing, of another width, or not finite.
    func pack(_ observation: Observation) throws(LoopFault) {
        try packState(observation)
        try packCloud(observation)
    }

    private func packState(_ observation: Observation) throws(LoopFault) {
        try StateFeature.write(manifest.features, of: observation, to: state.base)
    }

    private func packCloud(_ observation: Observation) throws(LoopFault) {
        let spec = manifest.cloud
        guard observation.cloud.capacity == spec.points else {
            throw .policy(what: "the cloud has another number of points than the policy reads")
        }
        let tool = observation.worldFromTool.translation
        let origin = SIMD3(Float(tool.x), Float(tool.y), Float(tool.z))
        let width = manifest.network.cloudWidth
        let finite = observation.cloud.coordinates.withUnsafeBufferPointer { points in
            var total = SIMD3<Float>.zero
            for i in 0..<spec.points {
                let p = SIMD3(points[3 * i], points[3 * i + 1], points[3 * i + 2])
                var output = cloud.base + i * width
                if spec.frame != .tool {
                    Self.store(p, at: output)
                    output += 3
                }
                if spec.frame != .world { Self.store(p - origin, at: output) }
                // Zero times a number that is not finite is not a number.
                total += p * 0
            }
            return total == .zero
        }
        guard finite else { throw .notFinite(what: "the point cloud") }
    }

    @inline(__always)
    private static func store(_ p: SIMD3<Float>, at output: UnsafeMutablePointer<Float>) {
        (output[0], output[1], output[2]) = (p.x, p.y, p.z)
    }
}
