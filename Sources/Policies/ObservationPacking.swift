import Inference
import Robots
import Runtime
import Spatial

/// Turns observations into the network's inputs, in preallocated buffers.
///
/// The network normalises them itself: that is a part of its first layers.
struct ObservationPacking {
    private let spec: PolicyManifest.Cloud
    private let features: [StateFeature]
    /// Numbers of a point.
    private let cloudWidth: Int
    /// Shape `[points, cloudWidth]`.
    let cloud: FloatBuffer
    /// `stateWidth` numbers.
    let state: FloatBuffer

    init(cloud spec: PolicyManifest.Cloud, features: [StateFeature]) {
        self.spec = spec
        self.features = features
        cloudWidth = spec.frame == .worldAndTool ? 6 : 3
        cloud = FloatBuffer(count: spec.points * cloudWidth)
        state = FloatBuffer(count: features.reduce(0) { $0 + $1.width })
    }

    /// Fills both buffers.
    ///
    /// - Throws: `LoopFault` if a feature is missing, of another width, or not finite.
    func pack(_ observation: Observation) throws(LoopFault) {
        try packState(observation)
        try packCloud(observation)
    }

    private func packState(_ observation: Observation) throws(LoopFault) {
        try StateFeature.write(features, of: observation, to: state.base)
    }

    private func packCloud(_ observation: Observation) throws(LoopFault) {
        guard observation.cloud.capacity == spec.points else {
            throw .policy(what: "the cloud has another number of points than the network reads")
        }
        let tool = observation.worldFromTool.translation
        let origin = SIMD3(Float(tool.x), Float(tool.y), Float(tool.z))
        let width = cloudWidth
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
