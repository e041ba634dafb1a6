import CRaycast
import Diagnostics
import Processor
import Runtime
import Spatial
import Testing

@testable import Sensing

@Suite struct CloudBuilderTests {
    private let table = Visual(
        shape: .box(halfExtents: Vector3(0.5, 0.5, 0.02)),
        worldFromShape: Pose(translation: Vector3(0, 0, -0.02)),
        color: SIMD3(0.5, 0.4, 0.3),
        segment: 1
    )

    private func camera(width: Int = 48, height: Int = 40) throws -> Camera {
        try Camera.lookAt(
            name: "front",
            intrinsics: Intrinsics(verticalFieldOfView: 0.8, width: width, height: height),
            eye: Vector3(0.8, 0.3, 0.9),
            target: Vector3(0, 0, 0.05)
        )
    }

    private func cloud(
        of visuals: [Visual],
        points: Int,
        workspace: WorkspaceBox,
        candidates: Int = 4096,
        set: InstructionSet? = nil
    ) throws -> PointCloud {
        let camera = try camera()
        var frame = camera.blankFrame
        frame.capturedAt = .milliseconds(3)
        try RayCaster(maximumVisuals: 16).render(visuals, camera: camera, into: &frame)
        let builder = try CloudBuilder(
            workspace: workspace,
            maximumCandidates: candidates,
            maximumPixels: camera.intrinsics.pixelCount,
            instructionSet: set
        )
        var cloud = PointCloud(capacity: points)
        builder.build(from: frame, camera: camera, into: &cloud)
        #expect(cloud.capturedAt == .milliseconds(3))
        return cloud
    }

    private func points(_ cloud: PointCloud) -> [Vector3] {
        (0..<cloud.capacity).map { point in
            Vector3(
                Double(cloud.coordinates[point * 3]),
                Double(cloud.coordinates[point * 3 + 1]),
                Double(cloud.coordinates[point * 3 + 2])
            )
        }
    }

    @Test func pointsOfABoxLieOnItsFaces() throws {
        let half = Vector3(0.1, 0.15, 0.05)
        let pose = Pose(
            rotation: Rotation(roll: 0.3, pitch: -0.2, yaw: 0.7),
            translation: Vector3(0.05, -0.02, 0.1)
        )
        let box = Visual(
            shape: .box(halfExtents: half),
            worldFromShape: pose,
            color: SIMD3(1, 0, 0),
            segment: 2
        )
        let workspace = try WorkspaceBox(
            minimum: Vector3(repeating: -1),
            maximum: Vector3(repeating: 1)
        )
        let cloud = try cloud(of: [box], points: 64, workspace: workspace)
        #expect(cloud.distinct == 64)
        for point in points(cloud) {
            let local = pose.inverse(point)
            let gaps = (0..<3).map { half[$0] - abs(local[$0]) }
            #expect(gaps.allSatisfy { $0 > -1e-5 })
            #expect((gaps.min() ?? 1) < 1e-5)
        }
    }

    @Test func allPointsLieInTheWorkspaceAndDiffer() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(-0.2, -0.1, -0.005),
            maximum: Vector3(0.3, 0.25, 0.4)
        )
        let visuals = [table] + randomScene(seed: 4, count: 8)
        let cloud = try cloud(of: visuals, points: 128, workspace: workspace)
        let points = points(cloud)
        #expect(cloud.distinct == 128)
        #expect(Set(points).count == 128)
        let slack = Vector3(repeating: 1e-6)
        for point in points {
            #expect(all(point .>= workspace.minimum - slack))
            #expect(all(point .<= workspace.maximum + slack))
        }
    }

    @Test func aShortCloudRepeatsItsPointsInACycle() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(-0.1, -0.1, -0.01),
            maximum: Vector3(0.1, 0.1, 0.01)
        )
        let cloud = try cloud(of: [table], points: 500, workspace: workspace)
        let points = points(cloud)
        let distinct = cloud.distinct
        #expect(distinct > 10 && distinct < 250)
        #expect(Set(points).count == distinct)
        for index in points.indices { #expect(points[index] == points[index % distinct]) }
    }

    @Test func anEmptyCloudRepeatsTheCentreOfTheWorkspace() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(4, 4, 4),
            maximum: Vector3(5, 6, 7)
        )
        let cloud = try cloud(of: [table], points: 10, workspace: workspace)
        #expect(cloud.distinct == 0)
        #expect(points(cloud).allSatisfy { $0 == Vector3(4.5, 5, 5.5) })
    }

    @Test func candidatesAreTakenAtEvenStrides() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(repeating: -1),
            maximum: Vector3(repeating: 1)
        )
        let all = try cloud(of: [table], points: 2000, workspace: workspace)
        let thinned = try cloud(of: [table], points: 37, workspace: workspace, candidates: 37)
        let whole = points(all)
        #expect(all.distinct > 200 && all.distinct < 2000)
        #expect(points(thinned) == (0..<37).map { whole[$0 * all.distinct / 37] })
    }

    @Test func aCloudWithoutPointsStaysEmpty() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(repeating: -1),
            maximum: Vector3(repeating: 1)
        )
        let cloud = try cloud(of: [table], points: 0, workspace: workspace)
        #expect(cloud.coordinates.isEmpty)
        #expect(cloud.distinct == 0)
    }

    @Test func allInstructionSetsGiveTheSameCloud() throws {
        let workspace = try WorkspaceBox(
            minimum: Vector3(repeating: -1),
            maximum: Vector3(repeating: 1)
        )
        let visuals = [table] + randomScene(seed: 8, count: 8)
        let reference = try cloud(of: visuals, points: 100, workspace: workspace, set: .scalar)
        for set in InstructionSet.available {
            let other = try cloud(of: visuals, points: 100, workspace: workspace, set: set)
            #expect(other.coordinates == reference.coordinates)
        }
    }

    @Test(arguments: [
        (Vector3(0, 0, 0), Vector3(1, 1, 0)),
        (Vector3(0, 0, 0), Vector3(1, -1, 1)),
        (Vector3(.nan, 0, 0), Vector3(1, 1, 1)),
        (Vector3(0, 0, 0), Vector3(1, 1, .infinity)),
    ])
    func aWorkspaceOutOfOrderIsRefused(minimum: Vector3, maximum: Vector3) {
        #expect(throws: InputError.self) { try WorkspaceBox(minimum: minimum, maximum: maximum) }
    }

    @Test func sizesOutOfRangeAreRefused() throws {
        let workspace = try WorkspaceBox(minimum: .zero, maximum: Vector3(repeating: 1))
        #expect(throws: InputError.self) {
            try CloudBuilder(workspace: workspace, maximumPixels: 0)
        }
        #expect(throws: InputError.self) {
            try CloudBuilder(workspace: workspace, maximumCandidates: 0, maximumPixels: 64)
        }
        #expect(throws: InputError.self) {
            try CloudBuilder(workspace: workspace, maximumPixels: .max)
        }
    }
}

@Suite struct FarthestPointsTests {
    private func sample(
        _ points: [SIMD3<Float>],
        wanted: Int,
        by set: InstructionSet
    ) -> [Int] {
        let kernels = rayKernels(set)
        let padded = (points.count + 15) / 16 * 16
        func coordinates(_ part: (SIMD3<Float>) -> Float) -> [Float] {
            points.map(part) + [Float](repeating: 0, count: padded - points.count)
        }
        let x = coordinates(\.x)
        let y = coordinates(\.y)
        let z = coordinates(\.z)
        var distance = [Float](repeating: 0, count: padded)
        var chosen = [Int32](repeating: -1, count: wanted)
        kernels.pointee.farthest_points(
            x,
            y,
            z,
            Int32(points.count),
            Int32(wanted),
            &distance,
            &chosen
        )
        return chosen.map(Int.init)
    }

    private func gap(of point: SIMD3<Float>, to others: [SIMD3<Float>]) -> Float {
        var least = Float.infinity
        for other in others {
            let d = point - other
            least = min(least, d.x * d.x + d.y * d.y + d.z * d.z)
        }
        return least
    }

    /// The definition, without kept distances: quadratic for each point chosen.
    private func bruteForce(_ points: [SIMD3<Float>], wanted: Int) -> [Int] {
        var chosen = [0]
        while chosen.count < wanted {
            let gaps = points.map { gap(of: $0, to: chosen.map { points[$0] }) }
            let most = gaps.max() ?? 0
            chosen.append(gaps.firstIndex(of: most) ?? 0)
        }
        return chosen
    }

    @Test(arguments: [1, 2, 15, 16, 17, 31, 33, 100])
    func everyVariantAgreesWithTheDefinition(count: Int) throws {
        var random = RandomStream(seed: UInt64(count))
        let points = (0..<count).map { _ in
            SIMD3(Float(random.normal()), Float(random.normal()), Float(random.normal()))
        }
        let wanted = min(count, 20)
        let expected = bruteForce(points, wanted: wanted)
        for set in InstructionSet.available {
            #expect(sample(points, wanted: wanted, by: set) == expected, "\(set)")
        }
    }

    @Test func amongEqualsTheLowestIndexIsTaken() throws {
        // A grid has many equal distances.
        let points = (0..<125).map { (index: Int) -> SIMD3<Float> in
            SIMD3(Float(index / 25), Float(index / 5 % 5), Float(index % 5))
        }
        let expected = bruteForce(points, wanted: 40)
        for set in InstructionSet.available {
            #expect(sample(points, wanted: 40, by: set) == expected, "\(set)")
        }
    }

    @Test func pointsThatAllCoincideGiveIndexZero() throws {
        let points = [SIMD3<Float>](repeating: SIMD3(1, 2, 3), count: 40)
        for set in InstructionSet.available {
            #expect(sample(points, wanted: 5, by: set) == [0, 0, 0, 0, 0])
        }
    }
}
