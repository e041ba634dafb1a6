public import Diagnostics

/// The pictures of one camera in a recording: at each tick the newest that it had seen.
public struct RecordedPictures: Sendable {
    private struct Picture {
        var ordinal: Int
        var capturedAt: Int64
        var png: ArraySlice<UInt8>
    }

    private let pictures: [Picture]
    private let camera: EpisodeLayout.Camera
    private let path: String

    /// Reads a camera's messages; pictures are decoded when asked for.
    ///
    /// - Throws: ``Diagnostics/InputError`` for messages that are no pictures, or none at all.
    public init(
        _ recording: RecordedEpisode,
        camera: EpisodeLayout.Camera
    ) throws(InputError) {
        self.camera = camera
        path = recording.path
        var pictures: [Picture] = []
        for message in recording.raw("/camera/" + camera.name) {
            pictures.append(
                Picture(
                    ordinal: Int(message.sequence),
                    capturedAt: Int64(bitPattern: message.publishTime &- recording.epoch),
                    png: try Self.data(of: message, path)
                )
            )
        }
        guard !pictures.isEmpty else { throw Self.broken(path, camera.name, "no pictures") }
        self.pictures = pictures
    }

    /// Colours of shape `[height, width, 3]` at a tick.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a picture that is damaged or of another size.
    public func rgb(at tick: Int) throws(InputError) -> [UInt8] {
        guard let picture = PNG.decode(Array(newest(tick).png)), picture.width == camera.width,
            picture.height == camera.height
        else { throw Self.broken(path, camera.name, "another picture at tick \(tick)") }
        return picture.rgb
    }

    /// Episode time at which a tick's picture was taken, in nanoseconds.
    public func capturedAt(_ tick: Int) -> Int64 { newest(tick).capturedAt }

    private func newest(_ tick: Int) -> Picture {
        pictures.last { $0.ordinal <= tick } ?? pictures[0]
    }

    /// The field `data` of a `foxglove.CompressedImage`.
    private static func data(
        of message: MCAPMessage,
        _ path: String
    ) throws(InputError) -> ArraySlice<UInt8> {
        var reader = ProtobufReader(message.data)
        do throws(ByteReader.Malformed) {
            while let (field, value) = try reader.next() {
                if field == 2, case .bytes(let bytes) = value { return bytes }
            }
        } catch {
            throw broken(path, "tick \(message.sequence)", "something else")
        }
        throw broken(path, "tick \(message.sequence)", "no picture")
    }

    private static func broken(_ path: String, _ key: String, _ found: String) -> InputError {
        InputError(
            file: path,
            key: key,
            expected: "PNG pictures as simrun records them",
            found: found
        )
    }
}
