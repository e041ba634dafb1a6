public import Diagnostics
import Foundation
internal import Spatial

/// Primitives for the links of a robot whose URDF shows them by meshes.
public struct RobotFit {
    /// One mesh and the primitive proposed for it.
    public struct Part: Sendable {
        /// The URDF link.
        public var link: String
        /// The mesh, as the URDF names it.
        public var mesh: String
        /// Every kind that encloses it, the smallest first; never empty.
        public var fits: [PrimitiveFit]
        /// The volume that each adds, as a share of the mesh's hull, in the same order.
        public var added: [Double]
        /// The lines of YAML.
        public var yaml: [String]
    }

    /// The parts, links in the URDF's order of names.
    public let parts: [Part]

    /// Fits the meshes of every link that robot.yaml lists no shapes for: those for contact, where a
    /// link has any, otherwise those to look at.
    ///
    /// - Parameter directory: The robot's folder.
    /// - Throws: `InputError` as ``RobotModel/load(directory:)`` does.
    public init(directory: String) throws(InputError) {
        let source = try RobotSource(directory: directory, cache: .standard)
        let assembly = RobotAssembly(
            urdf: source.document,
            file: source.file,
            meshes: source.meshes
        )
        let listed = Set(source.file.shapes.map(\.link))
        var parts: [Part] = []
        for name in source.document.links.keys.sorted() where !listed.contains(name) {
            guard let link = source.document.links[name] else { continue }
            let contact = link.collisions.filter { $0.primitive == nil }
            let meshes = contact.isEmpty ? link.visuals.filter { $0.primitive == nil } : contact
            let colour = link.visuals.lazy.compactMap(\.colour).first ?? source.file.colour
            for shape in meshes {
                let hull = try assembly.wholeHull(shape, of: name, "mesh")
                parts.append(Self.part(of: name, shape, hull, colour))
            }
        }
        self.parts = parts
    }

    private static func part(
        of link: String,
        _ shape: URDFDocument.Shape,
        _ hull: ConvexHull,
        _ colour: SIMD3<Float>
    ) -> Part {
        let fits = PrimitiveFit.all(of: hull)
        return Part(
            link: link,
            mesh: shape.meshFile,
            fits: fits,
            added: fits.map { $0.addedShare(over: hull) },
            yaml: fits[0].yaml(linkFromHull: shape.linkFromShape, colour: colour)
        )
    }
}

extension PrimitiveFit {
    /// The name of the kind, as robot.yaml has it.
    public var kind: String {
        switch primitive {
        case .box: "box"
        case .sphere: "sphere"
        case .capsule: "capsule"
        case .cylinder: "cylinder"
        case .plane: "plane"
        }
    }

    /// An entry of a list of shapes: sizes rounded up and places rounded to a tenth of a millimetre,
    /// turns to a hundredth of a degree.
    func yaml(linkFromHull: Pose, colour: SIMD3<Float>) -> [String] {
        let pose = linkFromHull * hullFromPrimitive
        // What rounding the place and the turn may take is put on the sizes.
        func size(_ length: Double) -> String { number(((length + 1e-4) * 1e4).rounded(.up) / 1e4) }
        func number(_ value: Double) -> String { Self.text(value, digits: 4) }
        var lines: [String]
        switch primitive {
        case .box(let half):
            let sides = [half.x, half.y, half.z].map { size(2 * $0) }
            lines = ["- box: \(sides.joined(separator: " ")) m"]
        case .sphere(let radius):
            lines = ["- sphere: \(size(radius)) m"]
        case .capsule(let radius, let half), .cylinder(let radius, let half):
            lines = ["- \(kind): { radius: \(size(radius)) m, length: \(size(2 * half)) m }"]
        case .plane:
            lines = []
        }
        let at = pose.translation
        lines.append("  at: \(number(at.x)) \(number(at.y)) \(number(at.z)) m")
        let turn = pose.rotation.fixedAngles * (180 / .pi)
        if turn.length > 5e-3, kind != "sphere" {
            let angles = (0..<3).map { Self.text(turn[$0], digits: 2) }
            lines.append("  rpy: \(angles.joined(separator: " ")) deg")
        }
        let colours = (0..<3).map { String(format: "%.2f", colour[$0]) }
        lines.append("  colour: \(colours.joined(separator: " "))")
        return lines
    }

    /// A number to so many digits, never a negative 0.
    private static func text(_ value: Double, digits: Int) -> String {
        let scale = pow(10.0, Double(digits))
        return String(format: "%.\(digits)f", (value * scale).rounded() / scale + 0)
    }
}

extension Rotation {
    /// Roll, pitch and yaw in radians, as URDF has them.
    var fixedAngles: Vector3 {
        let x = self(Vector3(1, 0, 0))
        let pitch = asin(min(max(-x.z, -1), 1))
        guard abs(x.z) < 1 - 1e-9 else {
            // Roll and yaw turn about the same axis: all of it is yaw.
            let y = self(Vector3(0, 1, 0))
            return Vector3(0, pitch, atan2(-y.x, y.y))
        }
        let (y, z) = (self(Vector3(0, 1, 0)), self(Vector3(0, 0, 1)))
        return Vector3(atan2(y.z, z.z), pitch, atan2(x.y, x.x))
    }
}
