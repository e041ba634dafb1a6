@testable import Bridge
import Robots

/// A packet whose bytes others have written: the vendors' own libraries and manuals.
struct GoldenFrame: CustomStringConvertible {
    var description: String
    var wire: ServoProtocol
    var direction: FrameDirection
    var bytes: [UInt8]
    var found: Found

    private init(
        _ name: String,
        _ wire: ServoProtocol,
        _ direction: FrameDirection,
        _ text: String,
        _ found: Found
    ) {
        description = name
        self.wire = wire
        self.direction = direction
        bytes = BridgeTests.bytes(text)
        self.found = found
    }

    /// Made with Feetech's feetech-servo-sdk 1.0.0.
    static let feetech: [GoldenFrame] = [
        GoldenFrame("ping", .feetech, .toServo, "FF FF 01 02 01 FB", Found(1, 0x01)),
        GoldenFrame(
            "read position",
            .feetech,
            .toServo,
            "FF FF 01 04 02 38 02 BE",
            Found(1, 0x02, [0x38, 2])
        ),
        GoldenFrame(
            "torque on",
            .feetech,
            .toServo,
            "FF FF 01 04 03 28 01 CE",
            Found(1, 0x03, [0x28, 1])
        ),
        GoldenFrame(
            "goal 2048",
            .feetech,
            .toServo,
            "FF FF 01 05 03 2A 00 08 C4",
            Found(1, 0x03, [0x2A, 0x00, 0x08])
        ),
        GoldenFrame(
            "registered goal 1000",
            .feetech,
            .toServo,
            "FF FF 01 05 04 2A E8 03 E0",
            Found(1, 0x04, [0x2A, 0xE8, 0x03])
        ),
        GoldenFrame("action", .feetech, .toServo, "FF FF FE 02 05 FA", Found(0xFE, 0x05)),
        GoldenFrame(
            "homing offset -85",
            .feetech,
            .toServo,
            "FF FF 01 05 03 1F 55 08 7A",
            Found(1, 0x03, [0x1F, 0x55, 0x08])
        ),
        GoldenFrame(
            "sync write of goals",
            .feetech,
            .toServo,
            "FF FF FE 16 83 2A 02 01 00 08 02 00 04 03 00 0C 04 00 08 05 00 08 06 DC 05 1E",
            Found(
                0xFE,
                0x83,
                BridgeTests.bytes(
                    "2A 02 01 00 08 02 00 04 03 00 0C 04 00 08 05 00 08 06 DC 05"
                )
            )
        ),
        GoldenFrame(
            "sync read of positions",
            .feetech,
            .toServo,
            "FF FF FE 0A 82 38 02 01 02 03 04 05 06 26",
            Found(0xFE, 0x82, [0x38, 2, 1, 2, 3, 4, 5, 6])
        ),
        GoldenFrame(
            "sync read of the feedback block",
            .feetech,
            .toServo,
            "FF FF FE 0A 82 38 0F 01 02 03 04 05 06 19",
            Found(0xFE, 0x82, [0x38, 15, 1, 2, 3, 4, 5, 6])
        ),
        GoldenFrame(
            "sync write of acceleration to speed",
            .feetech,
            .toServo,
            "FF FF FE 14 83 29 07 01 32 00 08 00 00 E8 03 02 32 00 08 00 00 E8 03 ED",
            Found(
                0xFE,
                0x83,
                BridgeTests.bytes("29 07 01 32 00 08 00 00 E8 03 02 32 00 08 00 00 E8 03")
            )
        ),
        GoldenFrame(
            "overloaded at 2048",
            .feetech,
            .toHost,
            "FF FF 01 04 20 00 08 D2",
            Found(1, Instruction.status, error: 0x20, [0x00, 0x08])
        ),
    ]

    /// From ROBOTIS' e-manual; DynamixelSDK writes the same.
    static let dynamixel: [GoldenFrame] = [
        GoldenFrame(
            "ping",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 03 00 01 19 4E",
            Found(1, 0x01)
        ),
        GoldenFrame(
            "answer to a ping",
            .dynamixel,
            .toHost,
            "FF FF FD 00 01 07 00 55 00 06 04 26 65 5D",
            Found(1, Instruction.status, [0x06, 0x04, 0x26])
        ),
        GoldenFrame(
            "ping to all",
            .dynamixel,
            .toServo,
            "FF FF FD 00 FE 03 00 01 31 42",
            Found(0xFE, 0x01)
        ),
        GoldenFrame(
            "read position",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 07 00 02 84 00 04 00 1D 15",
            Found(1, 0x02, [0x84, 0, 4, 0])
        ),
        GoldenFrame(
            "position 166",
            .dynamixel,
            .toHost,
            "FF FF FD 00 01 08 00 55 00 A6 00 00 00 8C C0",
            Found(1, Instruction.status, [0xA6, 0, 0, 0])
        ),
        GoldenFrame(
            "goal 512",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 09 00 03 74 00 00 02 00 00 CA 89",
            Found(1, 0x03, [0x74, 0, 0, 2, 0, 0])
        ),
        GoldenFrame(
            "torque on",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 06 00 03 40 00 01 DB 66",
            Found(1, 0x03, [0x40, 0, 1])
        ),
        GoldenFrame(
            "watchdog of 100 ms",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 06 00 03 62 00 05 68 E4",
            Found(1, 0x03, [0x62, 0, 5])
        ),
        GoldenFrame(
            "reboot",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 03 00 08 2F 4E",
            Found(1, 0x08)
        ),
        GoldenFrame(
            "sync write of goals",
            .dynamixel,
            .toServo,
            "FF FF FD 00 FE 11 00 83 74 00 04 00 01 96 00 00 00 02 AA 00 00 00 82 87",
            Found(
                0xFE,
                0x83,
                BridgeTests.bytes("74 00 04 00 01 96 00 00 00 02 AA 00 00 00")
            )
        ),
        GoldenFrame(
            "sync read of positions",
            .dynamixel,
            .toServo,
            "FF FF FD 00 FE 09 00 82 84 00 04 00 01 02 CE FA",
            Found(0xFE, 0x82, [0x84, 0, 4, 0, 1, 2])
        ),
        GoldenFrame(
            "position 2079",
            .dynamixel,
            .toHost,
            "FF FF FD 00 02 08 00 55 00 1F 08 00 00 BA BE",
            Found(2, Instruction.status, [0x1F, 8, 0, 0])
        ),
        GoldenFrame(
            "sync read of current to position",
            .dynamixel,
            .toServo,
            "FF FF FD 00 FE 0D 00 82 7E 00 0A 00 01 02 03 04 05 06 18 B7",
            Found(0xFE, 0x82, [0x7E, 0, 10, 0, 1, 2, 3, 4, 5, 6])
        ),
        GoldenFrame(
            "fast sync read of positions",
            .dynamixel,
            .toServo,
            "FF FF FD 00 FE 09 00 8A 84 00 04 00 01 02 4D 72",
            Found(0xFE, 0x8A, [0x84, 0, 4, 0, 1, 2])
        ),
        GoldenFrame(
            "answer to a fast sync read",
            .dynamixel,
            .toHost,
            "FF FF FD 00 FE 11 00 55 00 01 A6 00 00 00 74 3B 00 02 1F 08 00 00 1C 36",
            Found(
                0xFE,
                Instruction.status,
                BridgeTests.bytes("00 01 A6 00 00 00 74 3B 00 02 1F 08 00 00")
            )
        ),
        GoldenFrame(
            "goal whose bytes look like a header",
            .dynamixel,
            .toServo,
            "FF FF FD 00 01 0A 00 03 74 00 FF FF FD FD 00 21 E7",
            Found(1, 0x03, [0x74, 0, 0xFF, 0xFF, 0xFD, 0x00])
        ),
    ]

    static let all = feetech + dynamixel
}
