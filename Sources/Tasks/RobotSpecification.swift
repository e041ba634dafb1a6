import Physics
import Robots
import Spatial

extension MultibodySpecification {
    /// The physics of a robot, standing at `worldFromBase`.
    init(robot: RobotModel, worldFromBase: Pose) {
        self.init(
            name: robot.name,
            worldFromBase: worldFromBase,
            isBaseFixed: true,
            baseInertial: MassProperties(robot.base),
            baseColliders: robot.base.collisions.map(Collider.init),
            baseHulls: robot.base.hulls.map(HullCollider.init),
            baseMaterial: Material(robot.base.friction),
            links: robot.links.map(LinkSpecification.init),
            gears: robot.gears.map { gear in
                GearSpecification(
                    linkA: gear.joint,
                    linkB: gear.source,
                    ratio: -gear.multiplier,
                    errorReduction: gear.errorReduction,
                    maxForce: gear.maxForce
                )
            }
        )
    }
}

extension LinkSpecification {
    fileprivate init(_ link: RobotLink) {
        self.init(
            name: link.name,
            parent: link.parent < 0 ? nil : link.parent,
            joint: link.kind == .prismatic ? .prismatic : .revolute,
            axis: link.axis,
            parentFromLink: link.parentFromLink,
            inertial: MassProperties(link.body),
            lower: link.limits.lower,
            upper: link.limits.upper,
            damping: link.damping,
            friction: link.jointFriction,
            motor: Physics.MotorGains(link),
            colliders: link.body.collisions.map(Collider.init),
            hulls: link.body.hulls.map(HullCollider.init),
            material: Material(link.body.friction)
        )
    }
}

extension Physics.MotorGains {
    /// The motor of a robot's link, at full force.
    init(_ link: RobotLink) {
        self.init(
            timeConstantSeconds: link.motor.timeConstant,
            velocityGain: link.motor.velocityGain,
            maxForce: link.limits.force,
            maxVelocity: link.limits.velocity
        )
    }
}

extension MassProperties {
    fileprivate init(_ body: RobotBody) {
        self.init(
            mass: body.mass,
            linkFromInertial: body.linkFromInertial,
            principalInertia: body.principalInertia
        )
    }
}

extension Collider {
    fileprivate init(_ shape: LinkShape) {
        self.init(shape: shape.primitive, linkFromShape: shape.linkFromShape)
    }
}

extension HullCollider {
    fileprivate init(_ hull: LinkHull) {
        self.init(vertices: hull.hull.vertices, linkFromShape: hull.linkFromShape)
    }
}

extension Material {
    fileprivate init(_ friction: SurfaceFriction) {
        self.init(
            friction: friction.sliding,
            rollingFriction: friction.rolling,
            spinningFriction: friction.spinning
        )
    }
}
