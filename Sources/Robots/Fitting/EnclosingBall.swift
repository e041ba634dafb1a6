internal import Spatial

/// A ball round some points, within a thousandth of the smallest there is; in a plane, a circle.
///
/// The centre walks towards the farthest point in ever smaller steps (Badoiu and Clarkson, "Smaller
/// core-sets for balls", SODA 2003); the radius is then what covers every point.
struct EnclosingBall {
    private(set) var centre: Vector3
    private(set) var radius: Double

    init(of points: [Vector3], steps: Int = 400) {
        centre = points.first ?? .zero
        radius = 0
        for step in 1...steps {
            let farthest = Self.farthest(points, from: centre)
            centre += (farthest - centre) / Double(step + 1)
        }
        radius = (Self.farthest(points, from: centre) - centre).length
    }

    private static func farthest(_ points: [Vector3], from centre: Vector3) -> Vector3 {
        var found = centre
        var most = -1.0
        for point in points {
            let offset = point - centre
            let square = offset.dot(offset)
            if square > most {
                most = square
                found = point
            }
        }
        return found
    }
}
