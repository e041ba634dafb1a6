public import Diagnostics
public import Robots

extension TaskDefinition {
    /// A robot on a table, with nothing to do: the scene of an arm that no task was named for.
    public static func bare(robot: RobotModel) throws(InputError) -> TaskDefinition {
        try TaskFile.parse(text(robot: robot.name), name: "bare")
    }

    private static func text(robot: String) -> String {
        """
        name: bare
        suite: none
        source: a robot on a table
        instructions: [nothing]
        robot: \(robot)
        world_from_base: { position: 0 0 0 m, yaw: 0 rad }
        rates: { control: 60 Hz, policy: 20 Hz, physics: 240 Hz }
        time_limit: 3600 s
        control:
          mode: pd_ee_delta_pos
          translation_scale: 0.02 m
          interpolation: linear
          stale_target: hold
        scene:
          - name: table
            kind: static
            shape: box
            half_extents: 0.60 0.60 0.02 m
            position: 0.30 0 -0.02 m
            color: 0.72 0.62 0.50
        goal: { x: 0 to 0.01 m, y: 0 to 0.01 m, z: 10 to 10.01 m }
        success:
          all:
            - distance: { from: tool, to: goal, at_most: 0.01 m }
          hold: 0.5 s
        sensors:
          cameras: []
        expert: reach
        policy: none
        """
    }
}
