import Diagnostics
import Foundation
import Robots
import Runtime
import Testing

@testable import Bridge

/// Real terminals: what a port in memory cannot show.
@Suite(.serialized) struct SerialPortTests {
    private let clock = MonotonicTime()

    @Test(arguments: ServoProtocol.allCases)
    func bytesPassThroughATerminal(_ wire: ServoProtocol) throws {
        let servos = ArmServos.six(wire)
        let arm = try EmulatedArmThread(servos, joints: LightJoints([0, 0, 0, 0, 0, 0]))
        let bus = ServoBus(wire: wire, port: try SerialPort(path: arm.path, baud: servos.baud))
        // However busy the machine is.
        bus.timing.slack = .seconds(2)
        bus.setupSlack = .seconds(1)
        bus.tries = 30
        try withExtendedLifetime(arm) {
            // Servos take 200 ms to start.
            clock.sleep(until: clock.now() + .milliseconds(400))
            let table = servos.table
            #expect(try bus.read(table[.model], of: 3) == table.modelNumber)
            let block = SyncBlock(
                ids: [1, 2, 3, 4, 5, 6],
                addresses: table[.presentPosition].range
            )
            let answers = try bus.read(block, until: clock.now() + .seconds(20))
            #expect(answers == 6)
            #expect(block.value(table[.presentPosition], of: 5) == 2048)
        }
    }

    @Test func anUnpluggedPortIsLostAndComesBack() throws {
        let folder = try TemporaryFolder()
        let link = folder.path + "/arm"
        let servos = ArmServos.feetech
        let arm = EmulatedArm(map: servos, joints: LightJoints([0, 0, 0, 0, 0, 0]))
        let terminal = try ServoTerminal(arm: arm, link: link)
        let bus = ServoBus(wire: .feetech, port: try SerialPort(path: link, baud: servos.baud))
        terminal.unplug()
        #expect(throws: BusError.self) { try bus.ping(1) }
        #expect(!bus.reconnect())
        try terminal.plug()
        #expect(bus.reconnect())
        #expect(bus.counts.reconnects == 1)
    }

    @Test func aPortBelongsToOneProgram() throws {
        let terminal = try PseudoTerminal()
        let port = try SerialPort(path: terminal.path, baud: 1_000_000)
        #expect(terminal.baud == 1_000_000)
        let error = #expect(throws: InputError.self) {
            try SerialPort(path: terminal.path, baud: 1_000_000)
        }
        #expect(error?.found.contains("another program") == true)
        withExtendedLifetime(port) {}
    }

    @Test func anyBaudRateCanBeSet() throws {
        let terminal = try PseudoTerminal()
        for baud in [9600, 57_600, 128_000, 1_000_000, 3_000_000] {
            let port = try SerialPort(path: terminal.path, baud: baud)
            #expect(terminal.baud == baud)
            withExtendedLifetime(port) {}
        }
    }

    @Test func whatIsNoPortIsRefused() throws {
        #expect(throws: InputError.self) { try SerialPort(path: "/dev/null", baud: 1_000_000) }
        #expect(throws: InputError.self) { try SerialPort(path: "/nowhere", baud: 1_000_000) }
        let folder = try TemporaryFolder()
        let file = folder.path + "/file"
        try "mine".write(toFile: file, atomically: true, encoding: .utf8)
        // A link replaces a link, nothing else.
        #expect(throws: InputError.self) { try PseudoTerminal(link: file) }
    }
}
