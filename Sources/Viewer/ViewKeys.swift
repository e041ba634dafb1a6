/// What a key of the window does.
enum ViewKey: CaseIterable {
    case pause, tick, slower, faster, resetCamera
    case contacts, frames, cloud, path, chart, text, shadows
    case help, picture, quit

    /// GLFW's number of the key: a place on the keyboard, named as on a US layout.
    var code: Int32 {
        switch self {
        case .pause: 32
        case .tick: KeyCode.letter(".")
        case .slower: KeyCode.letter("-")
        case .faster: KeyCode.letter("=")
        case .resetCamera: KeyCode.letter("0")
        case .contacts: KeyCode.letter("1")
        case .frames: KeyCode.letter("2")
        case .cloud: KeyCode.letter("3")
        case .path: KeyCode.letter("4")
        case .chart: KeyCode.letter("5")
        case .text: KeyCode.letter("6")
        case .shadows: KeyCode.letter("7")
        case .help: KeyCode.letter("H")
        case .picture: KeyCode.letter("P")
        case .quit: KeyCode.escape
        }
    }

    /// The layer that the key shows and hides.
    var layer: ViewLayers? {
        switch self {
        case .contacts: .contacts
        case .frames: .frames
        case .cloud: .cloud
        case .path: .path
        case .chart: .chart
        case .text: .text
        case .shadows: .shadows
        case .help: .help
        default: nil
        }
    }

    /// The key and what it does, for the list of keys.
    var line: String {
        switch self {
        case .pause: "space   pause, go on"
        case .tick: ".       one tick"
        case .slower: "-       half the speed"
        case .faster: "=       twice the speed"
        case .resetCamera: "0       camera back to its start"
        case .contacts: "1       contacts"
        case .frames: "2       frames"
        case .cloud: "3       the policy's point cloud"
        case .path: "4       the predicted chunk"
        case .chart: "5       the last ticks"
        case .text: "6       text"
        case .shadows: "7       shadows"
        case .help: "h       this list"
        case .picture: "p       save a picture"
        case .quit: "Esc     end the run"
        }
    }

    /// What the mouse does.
    static let mouse = [
        "left drag    turn the camera", "right drag   move it sideways",
        "wheel        nearer, further",
    ]

    /// All keys and the mouse, one line each.
    static var list: [String] { allCases.map(\.line) + [""] + mouse }
}

/// GLFW's numbers of keys.
enum KeyCode {
    static let escape: Int32 = 256
    static let enter: Int32 = 257
    static let backspace: Int32 = 259
    static let leftShift: Int32 = 340
    static let rightShift: Int32 = 344

    /// The key that has a printable character on a US layout; capitals for letters.
    static func letter(_ character: Unicode.Scalar) -> Int32 { Int32(character.value) }
}
