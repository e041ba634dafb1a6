import Bridge
import Robots
import Runtime
import Tasks

/// Emulated servos move the joints of a robot in Bullet.
struct SceneJoints: DrivenJoints {
    /// The world.
    private(set) var scene: PoweredScene

    var state: JointState { scene.jointState }
    var timestepSeconds: Double { scene.timestepSeconds }

    init(_ scene: PoweredScene) { self.scene = scene }

    mutating func advance(_ drive: JointDrive) {
        scene.advance(drive.command, power: drive.torque, gripperPower: drive.gripperTorque)
    }
}
