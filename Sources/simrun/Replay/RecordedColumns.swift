import Diagnostics
import Recording

/// The columns of one recorded episode, a row for each tick that took an action.
struct RecordedColumns {
    let columns: [Column]

    init(_ recording: RecordedEpisode) throws {
        let layout = recording.layout
        let actions = try recording.messages(of: "/action/state", as: ScalarsMessage.self)
        let rows = actions.map(\.ordinal)
        guard rows.allSatisfy({ $0 < recording.ticks.count }) else {
            throw InputError(
                file: recording.path,
                key: "/action/state",
                expected: "actions of \(recording.ticks.count) ticks",
                found: "one of a later tick"
            )
        }
        let observed = try Self.byTick(recording, "/observation/state")
        let states = try Self.byTick(recording, "/state")
        func numbers(_ table: [Int: [Double]], _ tick: Int, _ count: Int) throws -> [Double] {
            guard let row = table[tick], row.count == count else {
                throw InputError(
                    file: recording.path,
                    key: "tick \(tick)",
                    expected: "\(count) numbers",
                    found: "\(table[tick]?.count ?? 0)"
                )
            }
            return row
        }
        let joints = layout.jointNames.count
        let width = 2 * joints + 8 + (layout.hasGoal ? 3 : 0) + (layout.hasConveyor ? 1 : 0)
        var columns: [Column] = []
        func add<Element: ColumnElement>(
            _ path: String,
            _ shape: [Int],
            _ row: (Int) throws -> [Element]
        ) throws {
            var column = try Column(path: path, shape: shape, type: Element.elementType)
            for tick in rows { column.append(try row(tick)) }
            columns.append(column)
        }
        var taken: [Int: [Double]] = [:]
        for (tick, message) in actions { taken[tick] = message.scalars.map(\.value) }
        func part(_ range: Range<Int>) -> (Int) throws -> [Float] {
            { tick in try numbers(observed, tick, width)[range].map { Float($0) } }
        }
        try add("actions", [layout.actionWidth]) {
            try numbers(taken, $0, layout.actionWidth).map { Float($0) }
        }
        try add("rewards", []) { [recording.ticks[$0].holdsNow ? 1.0 : 0.0] }
        try add("dones", []) { [UInt8($0 == rows.last ? 1 : 0)] }
        try add("states", [layout.stateNames.count]) {
            // The state before the action; the first tick's is that after it.
            try numbers(states, max(0, $0 - 1), layout.stateNames.count)
        }
        try add("obs/joint_positions", [joints], part(0..<joints))
        try add("obs/joint_velocities", [joints], part(joints..<2 * joints))
        let rest = 2 * joints
        try add("obs/gripper_opening", [1], part(rest..<rest + 1))
        try add("obs/tool_position", [3], part(rest + 1..<rest + 4))
        try add("obs/tool_quaternion", [4], part(rest + 4..<rest + 8))
        if layout.hasGoal { try add("obs/goal", [3], part(rest + 8..<rest + 11)) }
        if layout.hasConveyor { try add("obs/conveyor_speed", [1], part(width - 1..<width)) }
        for camera in layout.cameras {
            let pictures = try RecordedPictures(recording, camera: camera)
            try add("obs/\(camera.name)_rgb", [camera.height, camera.width, 3]) {
                try pictures.rgb(at: $0)
            }
            try add("timing/\(camera.name)_captured_at_ns", []) { [pictures.capturedAt($0)] }
        }
        let ticks = recording.ticks
        try add("timing/tick", []) { [Int64(ticks[$0].tick)] }
        try add("timing/observed_at_ns", []) { [Self.nanoseconds(ticks[$0].timeS * 1e6)] }
        try add("timing/landed_at_ns", []) {
            [Self.nanoseconds(ticks[$0].timeS * 1e6 + ticks[$0].appliedUs)]
        }
        try add("timing/sense_ns", []) { [Self.nanoseconds(ticks[$0].senseUs)] }
        try add("timing/infer_ns", []) { [Self.nanoseconds(ticks[$0].inferUs)] }
        try add("timing/act_ns", []) { [Self.nanoseconds(ticks[$0].actUs)] }
        try add("timing/step_ns", []) { [Self.nanoseconds(ticks[$0].stepUs)] }
        try add("timing/charge_ns", []) { [Self.nanoseconds(ticks[$0].chargeUs)] }
        self.columns = columns
    }

    private static func byTick(
        _ recording: RecordedEpisode,
        _ topic: String
    ) throws -> [Int: [Double]] {
        var table: [Int: [Double]] = [:]
        for (tick, message) in try recording.messages(of: topic, as: ScalarsMessage.self) {
            table[tick] = message.scalars.map(\.value)
        }
        return table
    }

    private static func nanoseconds(_ microseconds: Double) -> Int64 {
        Int64(exactly: (min(max(microseconds, -1e15), 1e15) * 1000).rounded()) ?? 0
    }
}
