import CRaycast
import Diagnostics
import Processor
import Runtime
import Spatial
import Testing

@testable import Sensing

@Suite struct RayCasterTests {
    struct Picture: Equatable {
        var rgb: [UInt8]
        var depth: [UInt32]
        var segments: [UInt16]
    }

    private func picture(
        _ visuals: [Visual],
        camera: Camera,
        by caster: RayCaster
    ) -> (frame: CameraFrame, segments: [UInt16]) {
        var frame = camera.blankFrame
        var segments = [UInt16](repeating: 7, count: camera.intrinsics.pixelCount)
        visuals.withUnsafeBufferPointer { list in
            segments.withUnsafeMutableBufferPointer { ids in
                caster.render(list, camera: camera, into: &frame, segments: ids)
            }
        }
        return (frame, segments)
    }

    private func bits(_ visuals: [Visual], camera: Camera, by set: InstructionSet) throws -> Picture
    {
        let caster = try RayCaster(maximumVisuals: visuals.count, instructionSet: set)
        let (frame, segments) = picture(visuals, camera: camera, by: caster)
        return Picture(
            rgb: frame.rgb,
            depth: frame.depth.map(\.bitPattern),
            segments: segments
        )
    }

    /// A camera at height `eye` above the origin that looks straight down; its one pixel's ray is
    /// the optical axis.
    private func plumbLine(height: Double) throws -> Camera {
        try Camera.lookAt(
            name: "plumb",
            intrinsics: Intrinsics(verticalFieldOfView: 0.5, width: 1, height: 1),
            eye: Vector3(0, 0, height),
            target: .zero,
            up: Vector3(0, 1, 0)
        )
    }

    @Test(arguments: [
        (Primitive.box(halfExtents: Vector3(0.1, 0.2, 0.3)), 0.3),
        (.sphere(radius: 0.25), 0.25),
        (.capsule(radius: 0.1, halfLength: 0.2), 0.3),
        (.cylinder(radius: 0.1, halfLength: 0.2), 0.2),
        (.plane, 0),
    ])
    func depthAlongTheAxisIsTheClosedForm(shape: Primitive, top: Double) throws {
        let visual = Visual(
            shape: shape,
            worldFromShape: .identity,
            color: SIMD3(1, 1, 1),
            segment: 3
        )
        for set in InstructionSet.available {
            let caster = try RayCaster(maximumVisuals: 1, instructionSet: set)
            let (frame, segments) = picture([visual], camera: try plumbLine(height: 2), by: caster)
            #expect(abs(Double(frame.depth[0]) - (2 - top)) < 1e-6)
            #expect(segments == [3])
        }
    }

    @Test(arguments: [
        (Primitive.capsule(radius: 0.1, halfLength: 0.2), 0.1),
        (.cylinder(radius: 0.1, halfLength: 0.2), 0.1),
    ])
    func depthAcrossTheAxisIsTheClosedForm(shape: Primitive, radius: Double) throws {
        let visual = Visual(
            shape: shape,
            worldFromShape: Pose(rotation: Rotation(axis: Vector3(1, 0, 0), angle: .pi / 2)),
            color: SIMD3(1, 1, 1),
            segment: 3
        )
        let caster = try RayCaster(maximumVisuals: 1)
        let (frame, _) = picture([visual], camera: try plumbLine(height: 1), by: caster)
        #expect(abs(Double(frame.depth[0]) - (1 - radius)) < 1e-6)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func depthsAndSegmentsAgreeWithTheOracle(seed: UInt64) throws {
        let visuals = randomScene(seed: seed, count: 12)
        let camera = try randomCamera(seed: seed, width: 44, height: 33)
        let oracle = RayOracle(visuals: visuals, camera: camera)
        let caster = try RayCaster(maximumVisuals: 32)
        let (frame, segments) = picture(visuals, camera: camera, by: caster)
        var grazing = 0
        var seen = Set<UInt16>()
        for row in 0..<frame.height {
            for column in 0..<frame.width {
                let u = Double(column) + 0.5
                let v = Double(row) + 0.5
                let at = row * frame.width + column
                let truth = oracle.sight(u: u, v: v)
                if segments[at] == truth.segment, abs(Double(frame.depth[at]) - truth.depth) < 1e-4
                {
                    seen.insert(truth.segment)
                    continue
                }
                grazing += 1
                #expect(oracle.isGrazing(u: u, v: v), "pixel \(column), \(row) of seed \(seed)")
            }
        }
        #expect(grazing < frame.depth.count / 100)
        #expect(seen.count > 6)
    }

    @Test(arguments: [(1, 1), (7, 5), (8, 8), (9, 17), (33, 31), (84, 84)])
    func allInstructionSetsGiveTheSameBits(width: Int, height: Int) throws {
        for seed in 10..<14 as Range<UInt64> {
            let visuals = randomScene(seed: seed, count: 30)
            let camera = try randomCamera(seed: seed, width: width, height: height)
            let reference = try bits(visuals, camera: camera, by: .scalar)
            for set in InstructionSet.available {
                #expect(try bits(visuals, camera: camera, by: set) == reference, "\(set)")
            }
        }
    }

    @Test(arguments: [0.02, 0.2, 2.6, 3.1])
    func narrowAndWideViewsLoseNothingToTheCull(angle: Double) throws {
        let visuals = randomScene(seed: 21, count: 30)
        var seen = Set<UInt16>()
        for target in visuals.prefix(6) {
            let middle = target.worldFromShape.translation
            let camera = try Camera.lookAt(
                name: "test",
                intrinsics: Intrinsics(verticalFieldOfView: angle, width: 41, height: 27),
                eye: Vector3(1.4, 0.1, 0.5),
                target: middle + Vector3(0, 0, target.shape.boundingRadius / 2)
            )
            let reference = try bits(visuals, camera: camera, by: .scalar)
            seen.formUnion(reference.segments)
            for set in InstructionSet.available {
                #expect(try bits(visuals, camera: camera, by: set) == reference, "\(set)")
            }
        }
        #expect(seen.count > 3)
    }

    @Test func aPrincipalPointOutsideThePictureLosesNothing() throws {
        let visuals = randomScene(seed: 22, count: 30)
        var camera = try randomCamera(seed: 22, width: 19, height: 11)
        for (focal, cx, cy) in [(9.0, -12.0, 4.0), (0.4, 0.6, 10.5), (3, 30, -20)] {
            camera.intrinsics = try Intrinsics(
                fx: focal,
                fy: focal * 1.3,
                cx: cx,
                cy: cy,
                width: 19,
                height: 11
            )
            let reference = try bits(visuals, camera: camera, by: .scalar)
            for set in InstructionSet.available {
                #expect(try bits(visuals, camera: camera, by: set) == reference, "\(set)")
            }
        }
    }

    @Test func axisParallelRaysAndInsideViewsGiveTheSameBits() throws {
        // Every shape at the origin, seen along its axes and from inside it.
        let shapes: [Primitive] = [
            .box(halfExtents: Vector3(0.1, 0.1, 0.1)), .sphere(radius: 0.1),
            .capsule(radius: 0.1, halfLength: 0.1), .cylinder(radius: 0.1, halfLength: 0.1), .plane,
        ]
        let eyes = [
            Vector3(0, 0, 1), Vector3(0, 0, -1), Vector3(1, 0, 0), Vector3(1, 0, 0.1),
            Vector3(0.1, 0, 1), Vector3(0.02, 0, 0),
        ]
        for shape in shapes {
            for eye in eyes {
                let camera = try Camera.lookAt(
                    name: "axis",
                    intrinsics: Intrinsics(verticalFieldOfView: 0.5, width: 9, height: 9),
                    eye: eye,
                    target: eye - Vector3(eye.z == 0 ? 1 : 0, 0, eye.z),
                    up: Vector3(0, 1, 0)
                )
                let visual = Visual(
                    shape: shape,
                    worldFromShape: .identity,
                    color: SIMD3(1, 0.5, 0),
                    segment: 1
                )
                let reference = try bits([visual], camera: camera, by: .scalar)
                for set in InstructionSet.available {
                    #expect(try bits([visual], camera: camera, by: set) == reference)
                }
            }
        }
    }

    @Test func aCameraInsideAShapeLooksThroughIt() throws {
        let box = Visual(
            shape: .box(halfExtents: Vector3(1, 1, 1)),
            worldFromShape: Pose(translation: Vector3(0, 0, 2)),
            color: SIMD3(1, 1, 1),
            segment: 1
        )
        let caster = try RayCaster(maximumVisuals: 1)
        let (frame, segments) = picture([box], camera: try plumbLine(height: 2), by: caster)
        #expect(frame.depth == [0])
        #expect(segments == [RayCaster.noSegment])
    }

    @Test func withoutVisualsThePictureIsBackground() throws {
        let camera = try randomCamera(seed: 1, width: 5, height: 3)
        var shading = Shading.studio
        shading.background = SIMD3(0, 0.5, 1)
        let caster = try RayCaster(maximumVisuals: 0, shading: shading)
        let (frame, segments) = picture([], camera: camera, by: caster)
        #expect(frame.depth.allSatisfy { $0 == 0 })
        #expect(segments.allSatisfy { $0 == RayCaster.noSegment })
        #expect(frame.rgb == (0..<15).flatMap { _ in [0, 128, 255] as [UInt8] })
    }

    @Test func aPoseThatIsNotFiniteIsNotSeen() throws {
        let camera = try randomCamera(seed: 1, width: 16, height: 16)
        let bad = Visual(
            shape: .sphere(radius: 0.5),
            worldFromShape: Pose(translation: Vector3(.nan, 0, 0)),
            color: SIMD3(1, 1, 1),
            segment: 1
        )
        for set in InstructionSet.available {
            let caster = try RayCaster(maximumVisuals: 1, instructionSet: set)
            let (frame, _) = picture([bad], camera: camera, by: caster)
            #expect(frame.depth.allSatisfy { $0 == 0 })
        }
    }

    @Test func whiteFacingTheLightIsWhiteAndShadeIsAmbient() throws {
        let shading = Shading(towardLight: Vector3(0, 0, 3), ambient: 0.4, checkerSide: 0)
        let caster = try RayCaster(maximumVisuals: 1, shading: shading)
        let box = Visual(
            shape: .box(halfExtents: Vector3(1, 1, 1)),
            worldFromShape: .identity,
            color: SIMD3(1, 1, 1),
            segment: 1
        )
        let (lit, _) = picture([box], camera: try plumbLine(height: 3), by: caster)
        #expect(lit.rgb == [255, 255, 255])
        let (dark, _) = picture([box], camera: try plumbLine(height: -3), by: caster)
        #expect(dark.rgb == [102, 102, 102])
    }

    @Test func thePictureIsUprightAndNotMirrored() throws {
        // From above with y up in the picture: +x is right, +y is up.
        let camera = try Camera.lookAt(
            name: "above",
            intrinsics: Intrinsics(verticalFieldOfView: 0.9, width: 20, height: 20),
            eye: Vector3(0, 0, 1),
            target: .zero,
            up: Vector3(0, 1, 0)
        )
        let ball = Visual(
            shape: .sphere(radius: 0.05),
            worldFromShape: Pose(translation: Vector3(0.2, 0.3, 0)),
            color: SIMD3(1, 1, 1),
            segment: 9
        )
        let caster = try RayCaster(maximumVisuals: 1)
        let (_, segments) = picture([ball], camera: camera, by: caster)
        let hits = segments.indices.filter { segments[$0] == 9 }
        #expect(!hits.isEmpty)
        #expect(hits.allSatisfy { $0 % 20 > 10 && $0 / 20 < 8 })
    }

    @Test func tooManyVisualsAreRefused() throws {
        #expect(throws: InputError.self) { try RayCaster(maximumVisuals: 1025) }
        #expect(throws: InputError.self) { try RayCaster(maximumVisuals: -1) }
    }

    @Test func aShadingOutOfRangeIsRefused() {
        let bad = [
            Shading(towardLight: .zero), Shading(towardLight: Vector3(.nan, 0, 1)),
            Shading(ambient: 1.5), Shading(ambient: .nan), Shading(checkerSide: -1),
        ]
        for shading in bad {
            #expect(throws: InputError.self) { try RayCaster(maximumVisuals: 1, shading: shading) }
        }
    }

    @Test func aFullSceneOfTheLargestSizeRenders() throws {
        let visuals = randomScene(seed: 5, count: 1023)
        let camera = try randomCamera(seed: 5, width: 16, height: 16)
        let reference = try bits(visuals, camera: camera, by: .scalar)
        for set in InstructionSet.available {
            #expect(try bits(visuals, camera: camera, by: set) == reference)
        }
    }

    @Test func moreVisualsThanRoomStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let camera = try randomCamera(seed: 1, width: 4, height: 4)
            var frame = camera.blankFrame
            try RayCaster(maximumVisuals: 1)
                .render(randomScene(seed: 1, count: 3), camera: camera, into: &frame)
        }
    }
}
