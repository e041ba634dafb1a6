/// What a packet asks of a servo; the numbers are the same in both protocols where both have them.
///
/// Sources: Feetech's SMS_STS library, ROBOTIS' e-manual, "Protocol 2.0".
public enum Instruction {
    /// Asks for a sign of life.
    public static let ping: UInt8 = 0x01
    /// Reads registers.
    public static let read: UInt8 = 0x02
    /// Writes registers.
    public static let write: UInt8 = 0x03
    /// Prepares a write that ``action`` carries out.
    public static let registeredWrite: UInt8 = 0x04
    /// Carries out prepared writes.
    public static let action: UInt8 = 0x05
    /// Starts a Dynamixel again.
    public static let reboot: UInt8 = 0x08
    /// A Dynamixel's answer.
    public static let status: UInt8 = 0x55
    /// Reads the same registers of several servos, one answer each.
    public static let syncRead: UInt8 = 0x82
    /// Writes the same registers of several servos, without an answer.
    public static let syncWrite: UInt8 = 0x83
    /// Reads the same registers of several Dynamixels in one answer.
    public static let fastSyncRead: UInt8 = 0x8A

    /// The number that every servo obeys and none answers to, but for a Dynamixel's ping.
    public static let broadcast: UInt8 = 0xFE
}
