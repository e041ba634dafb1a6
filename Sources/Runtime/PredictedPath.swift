import Robots
public import Spatial

extension ControlLoop {
    /// Where the newest plan would lead the tool, for people to look at: between ticks only.
    ///
    /// The first point is the tool's present target; each further one is the target after one more
    /// row of the chunk, bounded by the workspace like any action. Whether the rows are executed is
    /// the strategy's choice.
    ///
    /// - Parameter points: Receives the points in the world in metres.
    /// - Returns: How many were written; 0 before the first plan, and where actions pass as they are.
    public func predictedPath(into points: UnsafeMutableBufferPointer<Vector3>) -> Int {
        guard let origin = thinking.newestOrigin, !points.isEmpty, var ahead = controller.arm
        else { return 0 }
        points[0] = ahead.worldFromToolTarget.translation
        var count = 1
        let next = max(0, actedStep + 1 - origin)
        guard next < thinking.newest.horizon else { return count }
        for row in next..<thinking.newest.horizon where count < points.count {
            thinking.newest.withRow(row) { ahead.accept($0) }
            points[count] = ahead.worldFromToolTarget.translation
            count += 1
        }
        return count
    }
}
