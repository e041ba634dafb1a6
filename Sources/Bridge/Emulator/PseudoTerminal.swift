internal import CSerial
public import Diagnostics
internal import Foundation

/// A pair of terminals without a wire: one end here, the other for any program to open.
public final class PseudoTerminal {
    /// The name of the other end.
    public let path: String
    /// A name of the user's choice that points there.
    public let link: String?
    private let master: Int32
    private let keeper: Int32
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    /// Opens a pair.
    ///
    /// - Parameter link: Where to put a symbolic link to the other end; one that is there already is
    ///   replaced, anything else refused.
    public init(link: String? = nil) throws(InputError) {
        var name = [CChar](repeating: 0, count: 128)
        var keeper: Int32 = -1
        let master = cs_open_pty(&name, name.count, &keeper)
        guard master >= 0 else {
            throw InputError(
                expected: "a pseudo terminal from the system",
                found: systemMessage(-master)
            )
        }
        let end = name.firstIndex(of: 0) ?? name.count
        path = String(decoding: name[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.master = master
        self.keeper = keeper
        self.link = link
        buffer = .allocate(capacity: 4096)
        buffer.initialize(repeating: 0)
        if let link { try Self.place(link, to: path) }
    }

    deinit {
        close(keeper)
        close(master)
        buffer.deallocate()
        if let link, (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == path {
            try? FileManager.default.removeItem(atPath: link)
        }
    }

    /// The baud rate that the other end is set to.
    public var baud: Int { max(0, Int(cs_baud(master))) }

    /// Waits for bytes until `deadline`, in nanoseconds of the monotonic clock.
    ///
    /// - Returns: The bytes, until the next call; empty when none came.
    public func read(until deadline: Int64) -> UnsafeBufferPointer<UInt8> {
        var count = 0
        if cs_wait_readable(master, deadline) > 0 {
            count = max(0, cs_read(master, buffer.baseAddress, buffer.count))
        }
        return UnsafeBufferPointer(rebasing: buffer[..<count])
    }

    /// Writes bytes; what the other end has no room for is lost, as on a wire.
    public func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { _ = cs_write(master, $0.baseAddress, $0.count) }
    }

    private static func place(_ link: String, to path: String) throws(InputError) {
        let files = FileManager.default
        let attributes = try? files.attributesOfItem(atPath: link)
        if let kind = attributes?[.type] as? FileAttributeType {
            guard kind == .typeSymbolicLink else {
                throw InputError(
                    file: link,
                    expected: "a new name or a symbolic link to replace",
                    found: "something else of that name"
                )
            }
            try? files.removeItem(atPath: link)
        }
        do {
            try files.createSymbolicLink(atPath: link, withDestinationPath: path)
        } catch {
            throw InputError(
                file: link,
                expected: "a place for a symbolic link",
                found: error.localizedDescription
            )
        }
    }
}
