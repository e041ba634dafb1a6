import CGLFW
public import Diagnostics

/// An OpenGL 3.3 context, in a window or without one; one at a time in a process.
///
/// All drawing happens on the thread that made it. The libraries are loaded when a context is asked
/// for, and only then.
public final class GraphicsContext {
    /// Where the context draws.
    public enum Kind: Sendable {
        /// Memory alone, by EGL.
        case offscreen
        /// A window, by GLFW.
        case window
    }

    /// Where this context draws.
    public let kind: Kind

    /// A context without a window, by EGL.
    ///
    /// - Throws: ``InputError`` that names the Debian package or driver that is missing.
    public init(offscreen key: String) throws(InputError) {
        kind = .offscreen
        let status = cg_offscreen_open()
        guard status != CG_OK else { return }
        throw InputError(
            key: key,
            expected: status == CG_NO_LIBRARY
                ? "the library EGL for pictures without a window: apt-get install libegl1"
                    + " libegl-mesa0 libgl1-mesa-dri"
                : "a driver with OpenGL 3.3: apt-get install libegl-mesa0 libgl1-mesa-dri",
            found: Self.failure
        )
    }

    /// A window of `width` by `height`.
    ///
    /// - Throws: ``InputError`` that names the package, display or driver that is missing.
    public init(
        windowOf width: Int,
        by height: Int,
        title: String,
        key: String
    ) throws(InputError) {
        kind = .window
        let status = cg_window_open(Int32(clamping: width), Int32(clamping: height), title)
        guard status != CG_OK else { return }
        let expected =
            switch status {
            case CG_NO_LIBRARY: "the library GLFW: apt-get install libglfw3 libgl1 libgl1-mesa-dri"
            case CG_NO_DISPLAY:
                "a display: run it in a desktop session, through ssh -X, or under xvfb-run;"
                    + " --screenshot FILE and --video DIR need none"
            default: "a display with OpenGL 3.3: apt-get install libgl1 libgl1-mesa-dri"
            }
        throw InputError(key: key, expected: expected, found: Self.failure)
    }

    deinit {
        switch kind {
        case .offscreen: cg_offscreen_close()
        case .window: cg_window_close()
        }
    }

    private static var failure: String { String(cString: cg_failure()) }
}
