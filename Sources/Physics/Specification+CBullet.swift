import CBullet
import Spatial

extension WorldSettings {
    var plain: cb_settings {
        cb_settings(
            timestep: timestepSeconds,
            gravity: cb_vector(gravity),
            iterations: Int32(clamping: solverIterations),
            erp: jointErrorReduction,
            contact_erp: contactErrorReduction,
            friction_erp: frictionErrorReduction,
            linear_slop: linearSlop,
            residual_threshold: residualThreshold,
            warmstarting: warmstartingFactor,
            contact_processing_threshold: contactProcessingThreshold
        )
    }
}

extension cb_solid {
    /// `colliders` must outlive the value.
    init(
        _ inertial: MassProperties,
        material: Material,
        colliders: UnsafeBufferPointer<cb_collider>
    ) {
        self.init(
            mass: inertial.mass,
            owner_from_inertial: cb_pose(inertial.linkFromInertial),
            principal_inertia: cb_vector(inertial.principalInertia),
            material: cb_material(material),
            colliders: colliders.baseAddress,
            collider_count: Int32(colliders.count)
        )
    }
}

extension RigidBodySpecification {
    /// Calls `body` with the description in C's form, which lives for the call alone.
    func withPlain(_ body: (inout cb_body) -> cb_status) -> cb_status {
        let (kind, inertial): (cb_motion, MassProperties) =
            switch motion {
            case .fixed: (CB_STATIC, .none)
            case .kinematic: (CB_KINEMATIC, .none)
            case .dynamic(let inertial): (CB_DYNAMIC, inertial)
            }
        return colliders.map(cb_collider.init).withUnsafeBufferPointer { colliders in
            var plain = cb_body(
                motion: Int32(kind.rawValue),
                solid: cb_solid(inertial, material: material, colliders: colliders),
                world_from_body: cb_pose(worldFromBody),
                linear_damping: linearDamping,
                angular_damping: angularDamping
            )
            return body(&plain)
        }
    }
}

extension LinkSpecification {
    /// `colliders` must outlive the value.
    func plain(colliders: UnsafeBufferPointer<cb_collider>) -> cb_link {
        let kind =
            switch joint {
            case .revolute: CB_REVOLUTE
            case .prismatic: CB_PRISMATIC
            case .fixed: CB_FIXED
            }
        return cb_link(
            parent: parent.map { Int32(clamping: $0) } ?? -1,
            joint: Int32(kind.rawValue),
            axis: cb_vector(axis),
            parent_from_link: cb_pose(parentFromLink),
            solid: cb_solid(inertial, material: material, colliders: colliders),
            lower: lower,
            upper: upper,
            damping: damping,
            friction: friction,
            spring: cb_spring(stiffness: spring.stiffness, rest: spring.rest),
            motor: cb_motor(motor)
        )
    }
}

extension MultibodySpecification {
    /// Calls `body` with the description in C's form, which lives for the call alone.
    func withPlain(_ body: (inout cb_multibody) -> cb_status) -> cb_status {
        // One array for all shapes, the base's first, then each link's in turn; and one for the
        // vertices of their hulls.
        let solids = [(baseColliders, baseHulls)] + links.map { ($0.colliders, $0.hulls) }
        let vertices = solids.flatMap(\.1).flatMap(\.vertices).map(cb_vector.init)
        return vertices.withUnsafeBufferPointer { vertices in
            var left = vertices[...]
            let all = solids.flatMap { colliders, hulls in
                colliders.map(cb_collider.init)
                    + hulls.map { hull in
                        let own = left.prefix(hull.vertices.count)
                        left = left.dropFirst(own.count)
                        return cb_collider(hull, points: UnsafeBufferPointer(rebasing: own))
                    }
            }
            return all.withUnsafeBufferPointer { all in
                var start = 0
                let spans = solids.map { colliders, hulls in
                    let end = start + colliders.count + hulls.count
                    defer { start = end }
                    return UnsafeBufferPointer(rebasing: all[start..<end])
                }
                let plainLinks = zip(links, spans.dropFirst()).map { $0.plain(colliders: $1) }
                return withPlain(base: spans[0], links: plainLinks, body)
            }
        }
    }

    private func withPlain(
        base: UnsafeBufferPointer<cb_collider>,
        links: [cb_link],
        _ body: (inout cb_multibody) -> cb_status
    ) -> cb_status {
        let plainGears = gears.map {
            cb_gear(
                link_a: Int32(clamping: $0.linkA),
                link_b: Int32(clamping: $0.linkB),
                ratio: $0.ratio,
                erp: $0.errorReduction,
                max_force: $0.maxForce
            )
        }
        return links.withUnsafeBufferPointer { links in
            plainGears.withUnsafeBufferPointer { gears in
                var plain = cb_multibody(
                    world_from_base: cb_pose(worldFromBase),
                    fixed_base: isBaseFixed,
                    self_collision: hasSelfCollision,
                    linear_damping: linearDamping,
                    angular_damping: angularDamping,
                    base: cb_solid(baseInertial, material: baseMaterial, colliders: base),
                    links: links.baseAddress,
                    link_count: Int32(clamping: links.count),
                    gears: gears.baseAddress,
                    gear_count: Int32(clamping: gears.count)
                )
                return body(&plain)
            }
        }
    }
}
