import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct URDFDocumentTests {
    static let urdf = """
        <robot name="r">
          <material name="red"><color rgba="1 0 0 1"/></material>
          <link name="base"/>
          <link name="wheel">
            <inertial><mass value="1"/><inertia ixx="1" ixy="0" ixz="0" iyy="1" iyz="0" izz="1"/>
            </inertial>
            <visual><geometry><cylinder radius="0.1" length="0.4"/></geometry>
              <material name="red"/></visual>
            <collision><origin xyz="0 0 1"/><geometry><box size="1 2 3"/></geometry></collision>
            <collision><geometry><sphere radius="0.5"/></geometry></collision>
          </link>
          <joint name="spin" type="continuous">
            <parent link="base"/><child link="wheel"/><axis xyz="0 3 4"/>
          </joint>
          <link name="plate">
            <inertial><origin xyz="0 1 0"/><mass value="3"/>
            <inertia ixx="1" ixy="0" ixz="0" iyy="1" iyz="0" izz="1"/></inertial>
            <collision><geometry><sphere radius="0.2"/></geometry></collision>
          </link>
          <joint name="bolt" type="fixed">
            <parent link="wheel"/><child link="plate"/><origin xyz="0 1 0" rpy="0 0 1.5707963"/>
          </joint>
        </robot>
        """

    static let yaml = """
        summary: a wheel
        urdf: r.urdf
        tool_frame: plate
        colour: 0.5 0.5 0.5
        actuator: { delay: 2 ms, lag: 5 ms }
        surface: { sliding: 0.5, rolling: 0 m, spinning: 0 m }
        arm:
          spin: { home: 90 deg, velocity: 5 rad/s, acceleration: 10 rad/s^2, torque: 3 N m, \
        time_constant: 20 ms, velocity_gain: 0.5 }
        """

    @Test func primitivesColoursAndContinuousJointsAreRead() throws {
        let document = try URDFDocument.parse(Self.urdf, file: "r.urdf")
        #expect(document.root == "base")
        let wheel = try #require(document.links["wheel"])
        #expect(wheel.visuals[0].primitive == .cylinder(radius: 0.1, halfLength: 0.2))
        #expect(wheel.visuals[0].colour == SIMD3(1, 0, 0))
        #expect(wheel.collisions[0].primitive == .box(halfExtents: Vector3(0.5, 1, 1.5)))
        #expect(wheel.collisions[0].linkFromShape.translation == Vector3(0, 0, 1))
        let spin = try #require(document.joints.first { $0.name == "spin" })
        #expect(spin.kind == .continuous && spin.limits.upper == .infinity)
        #expect((spin.axis - Vector3(0, 0.6, 0.8)).length < 1e-12)
    }

    @Test func fixedJointsMergeMassAndShapesIntoTheirParent() throws {
        let robot = try RobotModel.parse(name: "r", yaml: Self.yaml, urdf: Self.urdf)
        let body = try #require(robot.links.first?.body)
        #expect(robot.links.count == 1 && body.mergedNames == ["plate"])
        #expect(body.mass == 4)
        // The plate's centre is turned to -x and stands at y 1.
        #expect((body.inertia.centreOfMass - Vector3(-0.75, 0.75, 0)).length < 1e-7)
        #expect(body.collisions.count == 3)
        #expect((body.collisions[2].linkFromShape.translation - Vector3(0, 1, 0)).length < 1e-12)
        #expect(robot.gripper == nil && robot.homeOpening == 0)
        #expect(abs(robot.home[0] - .pi / 2) < 1e-12)
        #expect(robot.actuator == ActuatorTiming(delay: 0.002, lag: 0.005))
    }

    @Test func aRobotWithoutAGripperStillTakesActions() throws {
        let robot = try RobotModel.parse(name: "r", yaml: Self.yaml, urdf: Self.urdf)
        var controller = try ArmController(
            model: robot,
            mode: .jointDeltaPosition,
            scale: ActionScale(joint: 0.1)
        )
        let action: [Float] = [1, 1]
        action.withUnsafeBufferPointer { controller.accept($0) }
        let command = controller.command(fraction: 1)
        #expect(abs(command.arm[0] - (.pi / 2 + 0.1)) < 1e-12)
        #expect(command.gripperOpening == 0)
    }

    @Test func aMovableLinkWithoutMassIsRefused() throws {
        let light = Self.urdf.replacingOccurrences(
            of: "<mass value=\"1\"/>",
            with: "<mass value=\"0\"/>"
        )
        .replacingOccurrences(of: "<mass value=\"3\"/>", with: "<mass value=\"0\"/>")
        let error = try #require(throws: InputError.self) {
            try RobotModel.parse(name: "r", yaml: Self.yaml, urdf: light)
        }
        #expect(error.key == "link \"wheel\" inertial" && error.line == 4)
    }
}
