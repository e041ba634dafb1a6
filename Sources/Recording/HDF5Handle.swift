internal import CHDF5
internal import Diagnostics
import Synchronization

/// One open object of libhdf5, closed when it goes.
///
/// Use only inside ``HDF5/locked(_:)``, the end of its life included.
struct HDF5Handle: ~Copyable {
    let id: hid_t
    private let close: @Sendable (hid_t) -> herr_t

    /// Takes over `id`; the library gives a negative one for a failure.
    init(
        _ id: hid_t,
        close: @escaping @Sendable (hid_t) -> herr_t,
        expected: String,
        key: String? = nil
    ) throws(InputError) {
        guard id >= 0 else { throw HDF5.error(expected: expected, key: key) }
        self.id = id
        self.close = close
    }

    deinit {
        _ = close(id)
    }
}

/// The library as a whole: its lock and its errors.
enum HDF5 {
    private static let lock = Mutex(())

    /// Runs `body` alone: not every build of the library can be called from two threads.
    static func locked<Value: Sendable>(
        _ body: () throws(InputError) -> Value
    ) throws(InputError) -> Value {
        try lock.withLock { _ throws(InputError) in
            ch5_silence()
            return try body()
        }
    }

    /// The library's last error, as bad input.
    static func error(expected: String, key: String? = nil) -> InputError {
        var message = ch5_message()
        ch5_last_error(&message)
        let text = withUnsafeBytes(of: message.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return InputError(
            key: key,
            expected: expected,
            found: text.isEmpty ? "an error of the HDF5 library" : "\"\(text)\""
        )
    }

    /// Throws where the library reports a failure by a negative status.
    static func check(
        _ status: some BinaryInteger,
        expected: String,
        key: String? = nil
    ) throws(InputError) {
        guard status >= 0 else { throw error(expected: expected, key: key) }
    }

    /// A group, for its attributes and children.
    static func openGroup(_ parent: hid_t, _ path: String) throws(InputError) -> HDF5Handle {
        try HDF5Handle(
            H5Gopen2(parent, path, ch5_default()),
            close: H5Gclose,
            expected: "a group",
            key: path
        )
    }

    /// A new group in `parent`; the groups above it must exist.
    static func createGroup(_ parent: hid_t, _ path: String) throws(InputError) -> HDF5Handle {
        try HDF5Handle(
            H5Gcreate2(parent, path, ch5_default(), ch5_default(), ch5_default()),
            close: H5Gclose,
            expected: "to create a group",
            key: path
        )
    }

    /// The type of UTF-8 strings of `size` bytes, padded with NUL.
    ///
    /// Strings of any length would lie in a heap that has no checksum.
    static func textType(size: Int) throws(InputError) -> HDF5Handle {
        let type = try HDF5Handle(
            H5Tcopy(ch5_c_string()),
            close: H5Tclose,
            expected: "a string type"
        )
        try check(H5Tset_size(type.id, size), expected: "a string type")
        try check(H5Tset_cset(type.id, H5T_CSET_UTF8), expected: "a string type")
        try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD), expected: "a string type")
        return type
    }

    /// A space of the given extents; none makes a scalar.
    static func space(_ extents: [Int]) throws(InputError) -> HDF5Handle {
        let sizes = extents.map { hsize_t($0) }
        return try HDF5Handle(
            sizes.isEmpty
                ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(sizes.count), sizes, nil),
            close: H5Sclose,
            expected: "a data space"
        )
    }
}
