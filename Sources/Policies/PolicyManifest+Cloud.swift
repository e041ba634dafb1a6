import Diagnostics
public import Inference

extension PolicyManifest {
    /// Where the origin of the cloud that the network reads is; the axes are the world's.
    public enum CloudFrame: String, CaseIterable, Sendable {
        /// The centre of the workspace.
        case world
        /// The tool position of the same observation.
        case tool
        /// Both, six numbers a point.
        case worldAndTool = "world+tool"
    }

    /// How the points of a cloud are normalised.
    public enum CloudNormalisation: Equatable, Sendable {
        /// One scale for all axes: `(p - centre) worldScale` in the world's frame, with the centre in
        /// metres, and `(p - tool position) toolScale` in the tool's; scales in 1/metre.
        case isotropic(centre: [Float], worldScale: Float, toolScale: Float)
        /// `p * scale + offset` for each axis of the world's frame, from metres.
        case limits(Normalisation)
    }

    /// The cloud that the network reads.
    public struct Cloud: Equatable, Sendable {
        /// Points that the network was trained with.
        public let points: Int
        /// The origin.
        public let frame: CloudFrame
        /// From metres to the network's numbers.
        public let normalisation: CloudNormalisation

        /// The normalisation of the numbers of a point as the network reads them: in the world
        /// frame, then from the tool.
        var inputNormalisation: Normalisation {
            switch normalisation {
            case .limits(let numbers):
                return numbers
            case .isotropic(let centre, let worldScale, let toolScale):
                var scale: [Float] = []
                var offset: [Float] = []
                if frame != .tool {
                    scale += [worldScale, worldScale, worldScale]
                    offset += centre.map { -$0 * worldScale }
                }
                if frame != .world {
                    scale += [toolScale, toolScale, toolScale]
                    offset += [0, 0, 0]
                }
                return Normalisation(scale: scale, offset: offset)
            }
        }
    }

    static func cloud(_ root: inout StrictObject) throws(InputError) -> Cloud {
        var object = try root.object("cloud")
        let points = try object.integer("points", in: 1...65536)
        let frame: CloudFrame = try member(&object, "frame")
        _ = try object.choice("units", of: ["m"])
        let normalisation = try cloudNormalisation(&object, frame)
        try object.requireAllTaken()
        return Cloud(points: points, frame: frame, normalisation: normalisation)
    }

    private static func cloudNormalisation(
        _ object: inout StrictObject,
        _ frame: CloudFrame
    ) throws(InputError) -> CloudNormalisation {
        var section = try object.object("normalisation")
        if try section.choice("kind", of: ["isotropic", "limits"]) == "limits" {
            guard frame == .world else {
                throw object.error(
                    "frame",
                    expected: "world, where the cloud's normalisation is limits",
                    found: frame.rawValue
                )
            }
            return .limits(try normalisation(&object, count: 3))
        }
        let centre = try section.floats("centre", count: 3)
        var scales: [Float] = []
        for key in ["world_scale", "tool_scale"] {
            let scale = Float(try section.number(key))
            guard scale > 0 else {
                throw section.error(key, expected: "a positive number", found: "\(scale)")
            }
            scales.append(scale)
        }
        try section.requireAllTaken()
        return .isotropic(centre: centre, worldScale: scales[0], toolScale: scales[1])
    }
}
