public import Spatial

/// How surfaces are lit: Lambert's law for one distant light, and light from everywhere.
public struct Shading: Equatable, Sendable, BitwiseCopyable {
    /// The direction to the light in the world, of any length but zero.
    public var towardLight: Vector3
    /// The share of the light that falls everywhere, `0...1`.
    public var ambient: Float
    /// The colour where nothing is hit, `0...1`.
    public var background: SIMD3<Float>
    /// The side of the squares on planes in metres; 0 for plain planes.
    public var checkerSide: Float

    /// A light from the upper front left, a light grey background and squares of 20 cm.
    public static let studio = Shading()

    /// Creates a shading.
    public init(
        towardLight: Vector3 = Vector3(0.35, -0.5, 0.8),
        ambient: Float = 0.4,
        background: SIMD3<Float> = SIMD3(0.82, 0.87, 0.92),
        checkerSide: Float = 0.2
    ) {
        self.towardLight = towardLight
        self.ambient = ambient
        self.background = background
        self.checkerSide = checkerSide
    }
}
