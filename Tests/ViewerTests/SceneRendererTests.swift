import Diagnostics
import Foundation
import Runtime
import Sensing
import Spatial
import Testing

@testable import Viewer

/// Whether EGL and a driver are installed; the viewer's CI step makes sure of it.
private let hasEGL = (try? GraphicsContext(offscreen: "test")) != nil

/// One context lives in a process at a time, so these run one after the other.
@Suite(.serialized, .enabled(if: hasEGL, "install libegl1, libegl-mesa0 and libgl1-mesa-dri"))
struct SceneRendererTests {
    private static let size = SIMD2(480, 360)

    private func renderer(skin: RobotSkin = .none) throws -> SceneRenderer {
        SceneRenderer(
            context: try GraphicsContext(offscreen: "test"),
            caption: ViewCaption(
                task: "reach",
                robot: "panda",
                actor: "expert",
                timing: "lockstep",
                episodes: 1,
                period: .milliseconds(16.7)
            ),
            skin: skin
        )
    }

    private func picture(
        _ renderer: SceneRenderer,
        _ frame: ViewFrame,
        camera: OrbitCamera = OrbitCamera(),
        layers: ViewLayers = []
    ) -> Picture {
        renderer.picture(
            of: frame,
            camera: camera,
            layers: layers,
            width: Self.size.x,
            height: Self.size.y
        )
    }

    /// One of each primitive, apart from each other, in different colours and attitudes.
    private var shapes: ViewFrame {
        var frame = ViewFrame()
        let list: [(Primitive, Vector3, SIMD3<Float>)] = [
            (.box(halfExtents: Vector3(0.12, 0.08, 0.10)), Vector3(0.45, -0.30, 0.15), [1, 0, 0]),
            (.sphere(radius: 0.11), Vector3(0.20, 0.0, 0.15), [0, 0.8, 0]),
            (.cylinder(radius: 0.07, halfLength: 0.12), Vector3(0.45, 0.30, 0.15), [0, 0, 1]),
            (.capsule(radius: 0.05, halfLength: 0.10), Vector3(0.75, 0.0, 0.12), [0.8, 0.7, 0]),
        ]
        for (index, (shape, place, color)) in list.enumerated() {
            frame.visuals.append(
                Visual(
                    shape: shape,
                    worldFromShape: Pose(
                        rotation: Rotation(rotationVector: Vector3(0.4, 0.7, 0.2) * Double(index)),
                        translation: place
                    ),
                    color: color,
                    segment: UInt16(index)
                )
            )
        }
        return frame
    }

    /// What the sensors' ray caster makes of the same scene from the same place.
    private func cast(
        _ frame: ViewFrame,
        from camera: OrbitCamera
    ) throws -> (frame: CameraFrame, segments: [UInt16]) {
        let eye = try Camera.lookAt(
            name: "eye",
            intrinsics: Intrinsics(
                verticalFieldOfView: camera.verticalFieldOfView,
                width: Self.size.x,
                height: Self.size.y
            ),
            eye: camera.eye,
            target: camera.pivot
        )
        var picture = eye.blankFrame
        var segments = [UInt16](repeating: 0, count: eye.intrinsics.pixelCount)
        let caster = try RayCaster(maximumVisuals: frame.visuals.count)
        frame.visuals.withUnsafeBufferPointer { list in
            segments.withUnsafeMutableBufferPointer { ids in
                caster.render(list, camera: eye, into: &picture, segments: ids)
            }
        }
        return (picture, segments)
    }

    @Test func `shapes are where and as bright as the sensors' ray caster has them`() throws {
        let frame = shapes
        let camera = OrbitCamera()
        let drawn = picture(try renderer(), frame, camera: camera)
        let seen = try cast(frame, from: camera)
        var pixels = [Int](repeating: 0, count: frame.visuals.count)
        var far = pixels
        var coloured = 0
        for (at, segment) in seen.segments.enumerated() {
            let red = Int(drawn.rgb[3 * at])
            let green = Int(drawn.rgb[3 * at + 1])
            let blue = Int(drawn.rgb[3 * at + 2])
            guard segment != RayCaster.noSegment else {
                // Outside the shapes there is ground or sky, both nearly grey.
                if max(red, green, blue) - min(red, green, blue) > 60 { coloured += 1 }
                continue
            }
            let off = [
                red - Int(seen.frame.rgb[3 * at]), green - Int(seen.frame.rgb[3 * at + 1]),
                blue - Int(seen.frame.rgb[3 * at + 2]),
            ]
            pixels[Int(segment)] += 1
            // The viewer adds a glint of at most 15 %, and smooths edges.
            if off.contains(where: { !(-12...50).contains($0) }) { far[Int(segment)] += 1 }
        }
        for index in frame.visuals.indices {
            let share = Double(far[index]) / Double(pixels[index])
            #expect(pixels[index] > 900)
            #expect(share < 0.1, "shape \(index): \(far[index]) of \(pixels[index])")
        }
        #expect(coloured < 400)
    }

    @Test func `the same frame gives the same picture, another frame another`() throws {
        let one = try renderer()
        var frame = shapes
        let first = picture(one, frame, layers: .standard)
        #expect(picture(one, frame, layers: .standard) == first)
        frame.visuals[0].worldFromShape.translation.z += 0.1
        #expect(picture(one, frame, layers: .standard) != first)
    }

    @Test func `meshes ride on links, in place of primitives that stand for them`() throws {
        var frame = shapes
        // The box again, as a mesh on a link.
        frame.frames = [.identity, frame.visuals[0].worldFromShape]
        let half = Vector3(0.12, 0.08, 0.10)
        let corners = stride(from: 0, to: ShapeMesh.box.count, by: 6).map { at in
            Vector3(
                Double(ShapeMesh.box[at]),
                Double(ShapeMesh.box[at + 1]),
                Double(ShapeMesh.box[at + 2])
            ) * half
        }
        let piece = RobotSkin.Piece(
            frame: 1,
            frameFromMesh: .identity,
            color: [1, 0, 0],
            vertices: SmoothedMesh.vertices(of: corners)
        )
        let primitives = picture(try renderer(), frame)
        let bare = picture(try renderer(skin: RobotSkin(hidden: [true])), frame)
        let skinned = try renderer(skin: RobotSkin(pieces: [piece], hidden: [true]))
        let shown = picture(skinned, frame)
        #expect(differing(shown, primitives) < 20)
        #expect(differing(bare, primitives) > 2000)
        frame.frames[1].translation.z += 0.2
        #expect(differing(picture(skinned, frame), shown) > 2000)
    }

    /// Pixels that differ by more than a glint.
    private func differing(_ one: Picture, _ other: Picture) -> Int {
        stride(from: 0, to: one.rgb.count, by: 3).count { at in
            (0..<3).contains { abs(Int(one.rgb[at + $0]) - Int(other.rgb[at + $0])) > 50 }
        }
    }

    @Test func `a thing over the ground darkens it`() throws {
        let one = try renderer()
        var frame = shapes
        // Only the sphere, high up: its shadow lies away from it.
        frame.visuals = [frame.visuals[1]]
        frame.visuals[0].worldFromShape.translation = Vector3(0.45, 0, 0.35)
        let camera = OrbitCamera(distance: 2)
        let plain = picture(one, frame, camera: camera)
        let shadowed = picture(one, frame, camera: camera, layers: .shadows)
        let darker = zip(plain.rgb, shadowed.rgb).filter { Int($0) - Int($1) > 25 }.count / 3
        let brighter = zip(plain.rgb, shadowed.rgb).filter { Int($1) - Int($0) > 2 }.count
        #expect(darker > 300)
        #expect(brighter == 0)
    }

    @Test func `each layer shows itself`() throws {
        let one = try renderer()
        var frame = shapes
        frame.goal = Vector3(0.45, 0, 0.30)
        frame.frames = [Pose(translation: Vector3(0.45, 0, 0.25))]
        frame.contacts[0] = ContactMark(
            position: Vector3(0.45, 0.1, 0.25),
            normal: Vector3(0, 0, 1),
            force: 20
        )
        frame.contactCount = 1
        frame.cloud = [0.45, 0.05, 0.30, 0.45, -0.05, 0.30]
        frame.path[1] = Vector3(0.45, 0, 0.40)
        frame.path[0] = Vector3(0.45, 0, 0.20)
        frame.pathCount = 2
        let bare = picture(one, frame)
        for layer: ViewLayers in [
            .contacts, .frames, .cloud, .path, .chart, .text, .help, .shadows,
        ] {
            let shown = picture(one, frame, layers: layer)
            // The list of keys is the window's to give.
            #expect((shown != bare) == (layer != .help), "layer \(layer.rawValue)")
        }
        frame.goal = nil
        #expect(picture(one, frame) != bare)
        frame.notice = .moveToBegin
        let bareAgain = picture(one, frame)
        frame.notice = .none
        #expect(picture(one, frame) != bareAgain)
    }

    @Test func `the cloud's points stand where they are`() throws {
        var frame = ViewFrame()
        let camera = OrbitCamera()
        frame.cloud = [0.45, 0, 0.1].map(Float.init)
        let shown = picture(try renderer(), frame, camera: camera, layers: .cloud)
        // The pivot is in the middle.
        let middle = shown[Self.size.x / 2, Self.size.y / 2]
        #expect(Int(middle.z) > Int(middle.y) + 80)
    }

    @Test func `text is written in ink on a dark panel`() throws {
        let shown = picture(try renderer(), ViewFrame(), layers: .text)
        var bright = 0
        for y in 10..<120 {
            for x in 10..<240 where shown[x, y].min() > 200 { bright += 1 }
        }
        let plain = picture(try renderer(), ViewFrame())
        #expect(shown[9, 60].max() < plain[9, 60].max() / 2)
        #expect(bright > 300)
    }
}
