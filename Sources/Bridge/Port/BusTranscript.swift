internal import Runtime

/// Keeps the last bytes that passed a port, with times and directions, for a person to read.
///
/// Memory is taken once; when it is full, the oldest entries give way.
public final class BusTranscript {
    /// Which way bytes went.
    public enum Direction: Sendable {
        /// From here to the servos.
        case sent
        /// From the servos.
        case received
    }

    private struct Entry {
        var time = TimeSpan.zero
        var direction = Direction.sent
        var start = 0
        var count = 0
    }

    private var entries: [Entry]
    private var bytes: [UInt8]
    /// Entries and bytes since the start.
    private var entryCount = 0
    private var byteCount = 0

    /// Creates a transcript with room for so many bytes, and for a quarter as many entries.
    public init(capacity: Int = 4 << 20) {
        precondition(capacity >= 4096, "room for 4096 bytes")
        bytes = [UInt8](repeating: 0, count: capacity)
        entries = [Entry](repeating: Entry(), count: capacity / 4)
    }

    func record(
        _ direction: Direction,
        _ data: UnsafeBufferPointer<UInt8>,
        at time: TimeSpan
    ) {
        guard !data.isEmpty else { return }
        entries[entryCount % entries.count] = Entry(
            time: time,
            direction: direction,
            start: byteCount,
            count: data.count
        )
        entryCount += 1
        for byte in data {
            bytes[byteCount % bytes.count] = byte
            byteCount += 1
        }
    }

    /// One line an entry: seconds since the first one kept, `>` for sent and `<` for received, bytes.
    public var text: String {
        let first = max(0, entryCount - entries.count)
        var lines = ""
        var origin: TimeSpan?
        for index in first..<entryCount {
            let entry = entries[index % entries.count]
            guard entry.start >= byteCount - bytes.count else { continue }
            let start = origin ?? entry.time
            origin = start
            lines += seconds(entry.time - start) + (entry.direction == .sent ? " >" : " <")
            for place in entry.start..<entry.start + entry.count {
                lines += " " + hexadecimal(bytes[place % bytes.count])
            }
            lines += "\n"
        }
        return lines
    }

    private func seconds(_ span: TimeSpan) -> String {
        let micro = String(span.nanoseconds / 1000 % 1_000_000)
        return "\(span.nanoseconds / 1_000_000_000)."
            + String(repeating: "0", count: 6 - micro.count) + micro
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
