import Robots
import Runtime
import Testing

@testable import Bridge

/// A hand moves an emulated arm, and the calibration knows where it has been.
@Suite struct ArmCalibratorTests {
    @Test(arguments: ServoProtocol.allCases)
    func aSweepByHandBecomesAFile(_ wire: ServoProtocol) throws {
        let servos = ArmServos.six(wire)
        // The middle of each range lies somewhere else on the encoder, one of them across its end.
        let middles = [0.3, -0.4, 0.1, 1.2, -1.0, wire == .feetech ? 3.0 : 0.2]
        let arm = EmulatedArm(map: servos, joints: LightJoints(middles))
        let port = EmulatedPort(arm: arm, baud: servos.baud)
        port.sleep(until: .milliseconds(250))
        let bus = ServoBus(wire: wire, port: port)
        var calibrator = ArmCalibrator(bus: bus, servos: servos)
        try calibrator.release()
        func move(by way: [Double]) {
            for joint in way.indices {
                arm.joints.state.positions[joint] = middles[joint] + way[joint]
            }
            port.sleep(until: port.now() + .milliseconds(10))
        }
        move(by: [0, 0, 0, 0, 0, 0])
        try calibrator.takeMiddle()
        move(by: [0, 0, 0, 0, 0, 0])
        let position = servos.table[.presentPosition]
        for id in 1...6 { #expect(try bus.read(position, of: UInt8(id)) == 2047) }
        _ = calibrator.look()
        #expect(calibrator.unmoved(fullTurns: []).count == 6)
        let ends = [(-1.0, 0.5), (-0.7, 0.7), (-0.2, 1.1), (-0.6, 0.6), (0, 0), (-0.5, 0.9)]
        for share in 0...20 {
            move(by: ends.map { $0.0 + ($0.1 - $0.0) * Double(share) / 20 })
            _ = calibrator.look()
        }
        #expect(calibrator.unmoved(fullTurns: []) == ["joint5"])
        #expect(calibrator.unmoved(fullTurns: ["joint5"]).isEmpty)
        let found = try calibrator.finish(fullTurns: ["joint5"])
        for (index, entry) in found.servos.enumerated() where index != 4 {
            let low = 2047 + ends[index].0 * 4096 / (2 * .pi)
            let high = 2047 + ends[index].1 * 4096 / (2 * .pi)
            #expect(abs(Double(entry.servo.rangeMin) - low) <= 1, "\(entry.joint)")
            #expect(abs(Double(entry.servo.rangeMax) - high) <= 1, "\(entry.joint)")
        }
        #expect(found["joint5"]?.rangeMin == 0 && found["joint5"]?.rangeMax == 4095)
        // The servos hold what the file says, and the file is read as it was written.
        try ServoSetup(bus: bus, servos: servos).check(found)
        let limit = servos.table[.maximumAngle]
        #expect(try bus.read(limit, of: 1) == found["joint1"]?.rangeMax)
        let text = Array(CalibrationFile.text(found).utf8)
        #expect(try CalibrationFile.parse(text, file: "arm.json", for: servos) == found)
        // The middle of what was swept is the joint's zero.
        let calibrated = servos.calibrated(by: found)
        let second = calibrated.joints[1].position(atStep: 2047)
        #expect(abs(second) < 0.002)
    }
}
