// swift-tools-version: 6.2
import PackageDescription

// The floors of ARCHITECTURE.md. A target may depend only on targets of lower floors;
// ArchitectureTests reads every import against that table.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Test targets read what they test with `@testable`, so imports are not made internal there.
let strictTests: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let nio: [Target.Dependency] =
    ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
        .product(name: $0, package: "swift-nio")
    } + [.product(name: "NIOSSL", package: "swift-nio-ssl")]
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

/// C and C++ leaves (plain-C headers in front, libraries behind), and the one shared error type.
let floor0: [Target] = [
    .systemLibrary(
        name: "CBulletSystem",
        pkgConfig: "bullet-float64",
        providers: [.apt(["libbullet-dev"])]
    ),
    .systemLibrary(
        name: "CUrdfSystem",
        pkgConfig: "urdfdom",
        providers: [.apt(["liburdfdom-dev"])]
    ),
    .systemLibrary(
        name: "CEigenSystem",
        pkgConfig: "eigen3",
        providers: [.apt(["libeigen3-dev"])]
    ),
    .systemLibrary(
        name: "CAssimpSystem",
        pkgConfig: "assimp",
        providers: [.apt(["libassimp-dev"])]
    ),
    .systemLibrary(
        name: "CCryptoSystem",
        pkgConfig: "libcrypto",
        providers: [.apt(["libssl-dev"])]
    ),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPngSystem", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJpegSystem", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(
        name: "CBullet",
        dependencies: ["CBulletSystem"],
        cxxSettings: [.define("BT_USE_DOUBLE_PRECISION")],
        linkerSettings: [.linkedLibrary("m")]
    ),
    .target(name: "CUrdf", dependencies: ["CUrdfSystem", "CEigenSystem"]),
    .target(name: "CKinematics", dependencies: ["CEigenSystem"]),
    .target(name: "CProcessor"),
    .target(name: "CRaycast", dependencies: ["CProcessor"], linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CKernels", dependencies: ["CProcessor"], linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CDigest", dependencies: ["CCryptoSystem"]),
    .target(name: "CPng", dependencies: ["CPngSystem"]),
    .target(name: "CMalloc"),
    .target(
        name: "CMesh",
        dependencies: ["CAssimpSystem", "CBulletSystem", "CDigest"],
        cxxSettings: [.define("BT_USE_DOUBLE_PRECISION")]
    ),
    .target(name: "CRealtime"),
    // Loads GLFW, EGL and OpenGL when they are asked for, so it needs none of them to build or link.
    .target(name: "CGLFW", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CSerial"),
    .target(name: "CCamera", dependencies: ["CJpegSystem"]),
    .target(name: "Diagnostics", swiftSettings: strict),
]

let sources: [Target] = [
    // Floor 1
    .target(name: "Spatial", dependencies: ["Diagnostics"], swiftSettings: strict),
    .target(
        name: "Processor",
        dependencies: ["Diagnostics", "CProcessor"],
        swiftSettings: strict
    ),
    // Floor 2
    .target(
        name: "Inference",
        dependencies: ["Diagnostics", "CKernels", "Processor"],
        swiftSettings: strict
    ),
    .target(
        name: "Robots",
        dependencies: ["Diagnostics", "Spatial", "CUrdf", "CKinematics", "CMesh", yams],
        swiftSettings: strict
    ),
    .target(
        name: "Physics",
        dependencies: ["Diagnostics", "Spatial", "CBullet"],
        swiftSettings: strict
    ),
    // Floor 3
    .target(
        name: "Runtime",
        dependencies: ["Diagnostics", "CDigest", "CRealtime", "Spatial", "Robots", histogram],
        swiftSettings: strict
    ),
    // Floor 4
    .target(
        name: "Sensing",
        dependencies: ["Diagnostics", "CRaycast", "Processor", "Spatial", "Runtime"],
        swiftSettings: strict
    ),
    .target(
        name: "Policies",
        dependencies: ["Diagnostics", "Spatial", "Inference", "Robots", "Runtime"],
        swiftSettings: strict
    ),
    .target(
        name: "Recording",
        dependencies: ["Diagnostics", "CHDF5", "CPng", "CZlib", "Spatial", "Robots", "Runtime"],
        swiftSettings: strict
    ),
    .target(
        name: "Results",
        dependencies: ["Diagnostics", "Runtime", grdb],
        swiftSettings: strict
    ),
    .target(
        name: "Serving",
        dependencies: ["Diagnostics", "Spatial", "Robots", "Runtime"] + nio,
        swiftSettings: strict
    ),
    .target(
        name: "Bridge",
        dependencies: [
            "Diagnostics", "CCamera", "CSerial", "Spatial", "Inference", "Robots", "Runtime",
        ],
        swiftSettings: strict
    ),
    // Floor 5
    .target(
        name: "Tasks",
        dependencies: [
            "Diagnostics", "Spatial", "Robots", "Physics", "Runtime", "Sensing", yams,
        ],
        swiftSettings: strict
    ),
    .target(
        name: "Viewer",
        dependencies: [
            "Diagnostics", "CGLFW", "Spatial", "Robots", "Runtime", "Sensing",
        ],
        swiftSettings: strict
    ),
    // Floor 6
    .executableTarget(
        name: "simrun",
        dependencies: [
            "Diagnostics", "Processor", "Spatial", "Inference", "Robots", "Runtime", "Sensing",
            "Policies", "Recording", "Results", "Serving", "Bridge", "Tasks", "Viewer",
            argumentParser,
        ],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "simrun-bench",
        dependencies: [
            "CMalloc", "Diagnostics", "Spatial", "Inference", "Robots", "Runtime", "Sensing",
            "Policies", "Recording", "Tasks", "Viewer", argumentParser,
        ],
        swiftSettings: strict
    ),
]

let tests: [Target] = [
    .testTarget(
        name: "DiagnosticsTests",
        dependencies: ["Diagnostics"],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "ProcessorTests",
        dependencies: ["Diagnostics", "Processor"],
        swiftSettings: strictTests
    ),
    .testTarget(name: "SpatialTests", dependencies: ["Spatial"], swiftSettings: strictTests),
    .testTarget(
        name: "InferenceTests",
        dependencies: ["Diagnostics", "Inference", "CKernels", "Processor"],
        resources: [.copy("Goldens")],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "RobotsTests",
        dependencies: ["Diagnostics", "Robots", "Spatial"],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "PhysicsTests",
        dependencies: ["Diagnostics", "Physics", "Spatial"],
        resources: [.copy("Fixtures")],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "RuntimeTests",
        dependencies: ["CRealtime", "Diagnostics", "Runtime", "Robots", "Spatial"],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "SensingTests",
        dependencies: ["Diagnostics", "Sensing", "CRaycast", "Processor", "Runtime", "Spatial"],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "PoliciesTests",
        dependencies: ["Diagnostics", "Policies", "Inference", "Runtime", "Spatial"],
        resources: [.copy("Goldens")],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "RecordingTests",
        dependencies: ["Diagnostics", "Recording", "Runtime", "Spatial"],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "ResultsTests",
        dependencies: ["Diagnostics", "Results", "Runtime", grdb],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "ServingTests",
        dependencies: [
            "Diagnostics", "Serving", "Robots", "Runtime", "Spatial",
            .product(name: "NIOEmbedded", package: "swift-nio"),
        ],
        resources: [.copy("Fixtures")],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "TasksTests",
        dependencies: [
            "Diagnostics",
            "Tasks", "Physics", "Robots", "Runtime", "Sensing", "Policies", "Spatial",
        ],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "ViewerTests",
        dependencies: [
            "Diagnostics", "Viewer", "Robots", "Runtime", "Sensing", "Spatial", "Tasks",
        ],
        swiftSettings: strictTests
    ),
    .testTarget(
        name: "BridgeTests",
        dependencies: ["Diagnostics", "Bridge", "Robots", "Runtime", "Spatial"],
        swiftSettings: strictTests
    ),
    .testTarget(name: "ArchitectureTests", swiftSettings: strictTests),
    .testTarget(
        name: "CommandTests",
        dependencies: [
            "simrun", "Bridge", "Diagnostics", "Recording", "Results", "Robots", "Runtime", "Tasks",
            "Viewer",
        ],
        swiftSettings: strictTests
    ),
]

let package = Package(
    name: "simrun",
    products: [
        .executable(name: "simrun", targets: ["simrun"]),
        .executable(name: "simrun-bench", targets: ["simrun-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: floor0 + sources + tests,
    cxxLanguageStandard: .cxx17
)
