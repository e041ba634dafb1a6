/// The shaders of solid shapes, shadows and points, in GLSL 3.30.
enum ShapeShaders {
    /// Scales a unit shape, turns it by a quaternion, moves it, and projects it.
    static let vertex = """
        #version 330 core
        layout(location = 0) in vec3 position;
        layout(location = 1) in vec3 normal;
        uniform mat4 clipFromWorld;
        uniform mat4 lightFromWorld;
        uniform vec3 translation;
        uniform vec4 rotation;
        uniform vec3 scale;
        out vec3 worldPosition;
        out vec3 worldNormal;
        out vec3 lightPosition;
        vec3 turned(vec3 v) {
            return v + 2.0 * cross(rotation.xyz, cross(rotation.xyz, v) + rotation.w * v);
        }
        void main() {
            worldPosition = turned(scale * position) + translation;
            // A normal scales by the inverse.
            worldNormal = turned(normalize(normal / scale));
            vec4 inLight = lightFromWorld * vec4(worldPosition, 1.0);
            lightPosition = inLight.xyz * 0.5 + 0.5;
            gl_Position = clipFromWorld * vec4(worldPosition, 1.0);
        }
        """

    /// Lambert's law with a little shine, as the ray caster has it without, and shadows.
    static let fragment = """
        #version 330 core
        in vec3 worldPosition;
        in vec3 worldNormal;
        in vec3 lightPosition;
        uniform vec3 color;
        uniform vec3 eye;
        uniform vec3 towardLight;
        uniform float ambient;
        uniform float shine;
        uniform float shadowed;
        uniform float gridStep;
        uniform vec3 background;
        uniform sampler2DShadow shadow;
        out vec4 shown;
        float sunlight(float facing) {
            float bias = 0.0008 + 0.002 * (1.0 - facing);
            float sum = 0.0;
            for (int x = -1; x <= 1; x += 2) {
                for (int y = -1; y <= 1; y += 2) {
                    vec2 offset = 0.5 * vec2(x, y) / vec2(textureSize(shadow, 0));
                    sum += texture(shadow, lightPosition + vec3(offset, -bias));
                }
            }
            return mix(1.0, 0.25 * sum, shadowed);
        }
        float lines(float width) {
            vec2 at = worldPosition.xy / width;
            vec2 off = abs(fract(at - 0.5) - 0.5) / max(fwidth(at), vec2(1e-6));
            return 1.0 - clamp(min(off.x, off.y), 0.0, 1.0);
        }
        void main() {
            vec3 n = normalize(worldNormal);
            if (!gl_FrontFacing) n = -n;
            vec3 view = normalize(eye - worldPosition);
            float facing = max(dot(n, towardLight), 0.0);
            float sun = facing > 0.0 ? sunlight(facing) : 0.0;
            vec3 base = color;
            if (gridStep > 0.0) {
                base *= 1.0 - 0.10 * lines(gridStep) - 0.22 * lines(gridStep * 10.0);
            }
            float glint = pow(max(dot(n, normalize(towardLight + view)), 0.0), 40.0);
            vec3 light = base * (ambient + (1.0 - ambient) * facing * sun) + shine * glint * sun;
            vec3 picture = light;
            if (gridStep > 0.0) {
                // The ground has no edge: it fades into the background.
                float far = smoothstep(2.0, 7.0, length(worldPosition.xy - eye.xy));
                picture = mix(picture, background, far);
            }
            shown = vec4(picture, 1.0);
        }
        """

    /// For the shadow map, where depth is all.
    static let nothing = """
        #version 330 core
        void main() {}
        """

    /// Points that grow smaller with distance.
    static let pointVertex = """
        #version 330 core
        layout(location = 0) in vec3 position;
        uniform mat4 clipFromWorld;
        uniform float size;
        uniform vec3 eye;
        void main() {
            // Points lie on surfaces as they were at the capture. Nearer to the eye they stay in
            // sight where the robot has moved over them since.
            vec3 lifted = position + 0.04 * normalize(eye - position);
            gl_Position = clipFromWorld * vec4(lifted, 1.0);
            gl_PointSize = clamp(size / gl_Position.w, 2.0, 24.0);
        }
        """

    /// Round points of one colour.
    static let pointFragment = """
        #version 330 core
        uniform vec3 color;
        out vec4 shown;
        void main() {
            vec2 off = gl_PointCoord - 0.5;
            if (dot(off, off) > 0.25) discard;
            shown = vec4(color, 1.0);
        }
        """
}
