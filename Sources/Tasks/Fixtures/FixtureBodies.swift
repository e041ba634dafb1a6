import Physics
import Spatial

extension MultibodySpecification {
    /// The physics of a fixture where a seed puts it.
    init(fixture: SceneFixture, at placement: FixturePlacement) {
        let model = fixture.model
        let material = Material(model.material)
        self.init(
            name: fixture.name,
            worldFromBase: placement.worldFromBase,
            isBaseFixed: true,
            baseColliders: model.base.parts.map(Collider.init),
            baseMaterial: material,
            links: model.links.map { LinkSpecification($0, material: material) }
        )
    }
}

extension LinkSpecification {
    fileprivate init(_ link: FixtureLink, material: Material) {
        let colliders = link.body.parts.map(Collider.init)
        self.init(
            name: link.name,
            parent: link.parent,
            joint: link.joint == .prismatic ? .prismatic : .revolute,
            axis: link.axis,
            parentFromLink: link.parentFromLink,
            inertial: MassProperties(mass: link.mass, uniformlyOver: colliders),
            lower: link.range.lowerBound,
            upper: link.range.upperBound,
            damping: link.damping,
            friction: link.jointFriction,
            spring: link.spring.map { JointSpring(stiffness: $0.stiffness, rest: $0.rest) }
                ?? .none,
            colliders: colliders,
            material: material
        )
    }
}

extension Collider {
    init(_ part: SceneObject.Part) {
        self.init(shape: part.shape, linkFromShape: part.objectFromShape)
    }
}

extension Material {
    init(_ material: SurfaceMaterial) {
        self.init(
            friction: material.sliding,
            rollingFriction: material.rolling,
            spinningFriction: material.spinning,
            restitution: material.restitution
        )
    }
}
