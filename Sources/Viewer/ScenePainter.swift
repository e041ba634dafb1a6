import CGLFW
import Sensing
import Spatial

/// Draws a frame's scene: a shadow pass, then everything lit, then points.
final class ScenePainter {
    private static let cloudColor = SIMD3<Float>(0.55, 0.10, 0.75)
    private static let groundColor = SIMD3<Float>(0.70, 0.74, 0.78)
    private static let gridStep: Float = 0.1
    /// The glint of everything but the ground and marks.
    private static let shine: Float = 0.15

    private let shading = Shading.studio
    private let shapes = ShapePainter()
    private let skin: SkinPainter
    private let shadow = ShadowMap()
    private let solid = ShaderProgram(
        vertex: ShapeShaders.vertex,
        fragment: ShapeShaders.fragment
    )
    private let depth = ShaderProgram(
        vertex: ShapeShaders.vertex,
        fragment: ShapeShaders.nothing
    )
    private let points = ShaderProgram(
        vertex: ShapeShaders.pointVertex,
        fragment: ShapeShaders.pointFragment
    )
    private let cloud = VertexBuffer(layout: [3], isStatic: false)

    /// - Parameter skin: The robot's meshes.
    init(skin: RobotSkin) { self.skin = SkinPainter(skin) }

    /// Draws into `target`, which is left ready for the overlay.
    func paint(
        _ frame: ViewFrame,
        camera: OrbitCamera,
        layers: ViewLayers,
        into target: RenderTarget
    ) {
        let stage = SceneStage(frame.visuals)
        let light = stage.light(toward: shading.towardLight)
        cgEnable(CG_DEPTH_TEST)
        cgEnable(CG_CULL_FACE)
        cgDisable(CG_BLEND)
        if layers.contains(.shadows) { castShadows(frame, light) }
        target.beginScene()
        let sky = shading.background
        cgClearColor(sky.x, sky.y, sky.z, 1)
        cgClear(CG_COLOR_BUFFER_BIT | CG_DEPTH_BUFFER_BIT)

        let aspect = Double(target.width) / Double(target.height)
        let clipFromWorld = camera.clipFromWorld(aspect: aspect)
        begin(camera, clipFromWorld, light, hasShadows: layers.contains(.shadows))
        paintGround(stage)
        for (index, visual) in frame.visuals.enumerated() where !skin.skin.hides(index) {
            paint(visual, shine: Self.shine)
        }
        solid.set("shine", Self.shine)
        skin.draw(frame, with: solid, isColoured: true)
        solid.set("shadowed", Float(0))
        for mark in SceneMarks(frame, layers: layers).visuals { paint(mark, shine: 0) }
        if layers.contains(.cloud) {
            paintCloud(frame.cloud, camera, clipFromWorld, height: target.height)
        }
        cgDisable(CG_DEPTH_TEST)
        cgDisable(CG_CULL_FACE)
        target.beginOverlay()
    }

    private func castShadows(_ frame: ViewFrame, _ light: Matrix4) {
        shadow.begin()
        depth.use()
        depth.set("clipFromWorld", light)
        depth.set("lightFromWorld", light)
        for (index, visual) in frame.visuals.enumerated()
        where visual.shape != .plane && !skin.skin.hides(index) {
            shapes.draw(visual.shape, at: visual.worldFromShape, with: depth)
        }
        skin.draw(frame, with: depth, isColoured: false)
    }

    private func begin(
        _ camera: OrbitCamera,
        _ clipFromWorld: Matrix4,
        _ light: Matrix4,
        hasShadows: Bool
    ) {
        let toward = shading.towardLight
        shadow.bind()
        solid.use()
        solid.set("clipFromWorld", clipFromWorld)
        solid.set("lightFromWorld", light)
        solid.set("eye", SIMD3<Float>(camera.eye))
        solid.set("towardLight", SIMD3<Float>(toward / toward.length))
        solid.set("ambient", shading.ambient)
        solid.set("background", shading.background)
        solid.set("shadowed", Float(hasShadows ? 1 : 0))
        solid.set("gridStep", Float(0))
        solid.set("shadow", Int32(0))
    }

    /// A grid under everything, unless the scene brings its own floor.
    private func paintGround(_ stage: SceneStage) {
        guard !stage.hasPlane else { return }
        let floor = Pose(translation: Vector3(0, 0, stage.floor))
        let visual = Visual(
            shape: .plane,
            worldFromShape: floor,
            color: Self.groundColor,
            segment: 0
        )
        paint(visual, shine: 0)
    }

    private func paint(_ visual: Visual, shine: Float) {
        let isPlane = visual.shape == .plane
        solid.set("color", visual.color)
        solid.set("shine", isPlane ? 0 : shine)
        if isPlane { solid.set("gridStep", Self.gridStep) }
        shapes.draw(visual.shape, at: visual.worldFromShape, with: solid)
        if isPlane { solid.set("gridStep", Float(0)) }
    }

    private func paintCloud(
        _ coordinates: [Float],
        _ camera: OrbitCamera,
        _ clipFromWorld: Matrix4,
        height: Int
    ) {
        cgEnable(CG_PROGRAM_POINT_SIZE)
        points.use()
        points.set("clipFromWorld", clipFromWorld)
        points.set("eye", SIMD3<Float>(camera.eye))
        points.set("color", Self.cloudColor)
        points.set("size", Float(height) * 0.009)
        cloud.fill(coordinates)
        cloud.draw(CG_POINTS)
    }
}

/// What a scene takes up, for the ground under it and the light over it.
struct SceneStage {
    /// The lowest point of what stands still or moves, in metres, never above 0.
    private(set) var floor = 0.0
    /// Whether the scene has a floor of its own.
    private(set) var hasPlane = false
    private var centre = Vector3.zero
    private var radius = 1.0

    init(_ visuals: [Visual]) {
        var low = Vector3(repeating: .infinity)
        var high = Vector3(repeating: -.infinity)
        for visual in visuals {
            if visual.shape == .plane {
                hasPlane = true
                continue
            }
            let reach = Self.halfExtents(of: visual)
            low = pointwiseMin(low, visual.worldFromShape.translation - reach)
            high = pointwiseMax(high, visual.worldFromShape.translation + reach)
        }
        guard low.isFinite, high.isFinite else { return }
        floor = min(0, max(low.z, -1.5))
        centre = (low + high) / 2
        // Things that have been thrown far away get no shadow rather than a coarse one for all.
        radius = min(max((high - low).length / 2, 0.3), 2.5)
    }

    /// Maps the world into the light's view of the scene.
    func light(toward direction: Vector3) -> Matrix4 {
        let toward = direction / direction.length
        let eye = centre + toward * (2 * radius)
        let view = Matrix4.eyeFromWorld(eye: eye, target: centre, up: Vector3(0, 1, 0))
        return Matrix4.orthographic(halfSide: radius, depth: 4 * radius) * view
    }

    /// Half the size of the axis-aligned box round a shape.
    private static func halfExtents(of visual: Visual) -> Vector3 {
        let rotation = visual.worldFromShape.rotation
        switch visual.shape {
        case .box(let half):
            var reach = Vector3.zero
            for axis in 0..<3 {
                var edge = Vector3.zero
                edge[axis] = half[axis]
                let turned = rotation(edge)
                reach += pointwiseMax(turned, -turned)
            }
            return reach
        default:
            return Vector3(repeating: min(visual.shape.boundingRadius, 1e3))
        }
    }
}
