import CGLFW

/// A vertex and a fragment shader, linked.
final class ShaderProgram {
    private let name: UInt32
    private var locations: [String: Int32] = [:]

    /// Compiles and links; the texts are our own, so a mistake in them is ours.
    init(vertex: String, fragment: String) {
        let shaders = [
            Self.compile(vertex, kind: CG_VERTEX_SHADER),
            Self.compile(fragment, kind: CG_FRAGMENT_SHADER),
        ]
        name = cgCreateProgram()
        for shader in shaders { cgAttachShader(name, shader) }
        cgLinkProgram(name)
        var isLinked: Int32 = 0
        cgGetProgramiv(name, CG_LINK_STATUS, &isLinked)
        precondition(isLinked != 0, Self.log { cgGetProgramInfoLog(name, $0, nil, $1) })
        for shader in shaders { cgDeleteShader(shader) }
    }

    deinit { cgDeleteProgram(name) }

    func use() { cgUseProgram(name) }

    func set(_ uniform: String, _ value: Int32) { cgUniform1i(location(uniform), value) }

    func set(_ uniform: String, _ value: Float) { cgUniform1f(location(uniform), value) }

    func set(_ uniform: String, _ value: SIMD2<Float>) {
        cgUniform2f(location(uniform), value.x, value.y)
    }

    func set(_ uniform: String, _ value: SIMD3<Float>) {
        cgUniform3f(location(uniform), value.x, value.y, value.z)
    }

    func set(_ uniform: String, _ value: SIMD4<Float>) {
        cgUniform4f(location(uniform), value.x, value.y, value.z, value.w)
    }

    func set(_ uniform: String, _ value: Matrix4) {
        cgUniformMatrix4fv(location(uniform), 1, 0, value.values)
    }

    private func location(_ uniform: String) -> Int32 {
        if let known = locations[uniform] { return known }
        let found = cgGetUniformLocation(name, uniform)
        locations[uniform] = found
        return found
    }

    private static func compile(_ text: String, kind: UInt32) -> UInt32 {
        let shader = cgCreateShader(kind)
        text.withCString { text in
            var lines: UnsafePointer<CChar>? = text
            cgShaderSource(shader, 1, &lines, nil)
        }
        cgCompileShader(shader)
        var isCompiled: Int32 = 0
        cgGetShaderiv(shader, CG_COMPILE_STATUS, &isCompiled)
        precondition(isCompiled != 0, log { cgGetShaderInfoLog(shader, $0, nil, $1) })
        return shader
    }

    private static func log(_ read: (Int32, UnsafeMutablePointer<CChar>) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            buffer.initialize(repeating: 0)
            read(Int32(buffer.count), start)
            return String(cString: start)
        }
    }
}
