#include "convert.hpp"
#include "world.hpp"

namespace {

constexpr double kUnlimited = 1e9;

bool valid(const cb_motor &motor) {
    return cb::positive(motor.time_constant) && cb::nonNegative(motor.velocity_gain) &&
           cb::nonNegative(motor.max_force) && motor.max_velocity > 0;
}

bool valid(const cb_link &link, int index) {
    if (link.parent < -1 || link.parent >= index) return false;
    if (link.joint < CB_REVOLUTE || link.joint > CB_FIXED) return false;
    if (!cb::ok(link.parent_from_link) || !cb::valid(link.solid, true, false)) return false;
    if (link.joint == CB_FIXED) return true;
    if (!cb::ok(link.axis) || cb::bullet(link.axis).length() < 1e-6) return false;
    if (!(link.lower <= link.upper) || link.lower == INFINITY || link.upper == -INFINITY) {
        return false;
    }
    if (!cb::nonNegative(link.spring.stiffness) || !cb::ok(link.spring.rest)) return false;
    return cb::nonNegative(link.damping) && cb::nonNegative(link.friction) && valid(link.motor);
}

bool valid(const cb_multibody &m) {
    if (!cb::ok(m.world_from_base) || !cb::valid(m.base, !m.fixed_base, false)) return false;
    if (!cb::nonNegative(m.linear_damping) || !cb::nonNegative(m.angular_damping)) return false;
    if (m.link_count < 0 || m.link_count > CB_MAX_LINKS || (m.link_count > 0 && !m.links)) {
        return false;
    }
    for (int i = 0; i < m.link_count; ++i) {
        if (!valid(m.links[i], i)) return false;
    }
    if (m.gear_count < 0 || m.gear_count > CB_MAX_GEARS || (m.gear_count > 0 && !m.gears)) {
        return false;
    }
    for (int i = 0; i < m.gear_count; ++i) {
        const cb_gear &gear = m.gears[i];
        for (int link : {gear.link_a, gear.link_b}) {
            if (link < 0 || link >= m.link_count || m.links[link].joint == CB_FIXED) return false;
        }
        if (gear.link_a == gear.link_b || !cb::ok(gear.ratio) || gear.ratio == 0) return false;
        if (!cb::nonNegative(gear.erp) || gear.erp > 1 || !cb::nonNegative(gear.max_force)) {
            return false;
        }
    }
    return true;
}

/// btMultiBody wants its link frames at the centre of mass, along the principal axes; `parent` and
/// `own` say where those lie in the frames of the description.
void setUpLink(btMultiBody &body, int index, const cb_link &link, const cb::Solid &parent,
               const cb::Solid &own) {
    const btTransform parentInertialFromLink =
        parent.inertialFromOwner * cb::bullet(link.parent_from_link);
    const btQuaternion rotation = own.inertialFromOwner.getRotation() *
                                  parentInertialFromLink.inverse().getRotation();
    const btVector3 pivot = parentInertialFromLink.getOrigin();
    const btVector3 toCentre = -own.inertialFromOwner.getOrigin();
    const btVector3 inertia = cb::bullet(link.solid.principal_inertia);
    const double mass = link.solid.mass;
    if (link.joint == CB_FIXED) {
        body.setupFixed(index, mass, inertia, link.parent, rotation, pivot, toCentre);
        return;
    }
    const btVector3 axis = quatRotate(own.inertialFromOwner.getRotation(),
                                      cb::bullet(link.axis).normalized());
    if (link.joint == CB_REVOLUTE) {
        body.setupRevolute(index, mass, inertia, link.parent, rotation, axis, pivot, toCentre,
                           true);
    } else {
        body.setupPrismatic(index, mass, inertia, link.parent, rotation, axis, pivot, toCentre,
                            true);
    }
}

void addCollider(cb_world &world, cb::Multibody &multibody, const cb_solid &description,
                 int link, int id) {
    auto collider = std::make_unique<btMultiBodyLinkCollider>(multibody.body.get(), link);
    const cb::Solid &solid = multibody.solids[std::size_t(link + 1)];
    collider->setCollisionShape(solid.shape);
    collider->setActivationState(DISABLE_DEACTIVATION);
    cb::applyMaterial(*collider, description.material,
                      world.settings.contact_processing_threshold);
    const bool isStatic = link < 0 && multibody.body->hasFixedBase();
    if (isStatic) collider->setCollisionFlags(btCollisionObject::CF_STATIC_OBJECT);
    if (link < 0) {
        multibody.body->setBaseCollider(collider.get());
    } else {
        multibody.body->getLink(link).m_collider = collider.get();
    }
    int group = isStatic ? btBroadphaseProxy::StaticFilter : btBroadphaseProxy::DefaultFilter;
    int mask = isStatic ? btBroadphaseProxy::AllFilter ^ btBroadphaseProxy::StaticFilter
                        : btBroadphaseProxy::AllFilter;
    // A link without shapes still carries a transform, but meets nothing.
    if (!solid.hasColliders) group = mask = 0;
    world.world.addCollisionObject(collider.get(), group, mask);
    world.enrol(*collider, {id, link});
    multibody.colliders.push_back(std::move(collider));
}

/// The inertia of a link alone about its joint, or its mass on a slider: at least this is moved.
double ownInertia(const cb_link &link) {
    if (link.joint == CB_PRISMATIC) return link.solid.mass;
    const btTransform inertial = cb::bullet(link.solid.owner_from_inertial);
    const btVector3 axis = cb::bullet(link.axis).normalized();
    const btVector3 along = axis * inertial.getBasis();  // in the inertial frame
    const btVector3 lever = inertial.getOrigin() - axis * axis.dot(inertial.getOrigin());
    const btVector3 moments = cb::bullet(link.solid.principal_inertia);
    return (moments * along).dot(along) + link.solid.mass * lever.length2();
}

/// Damping is explicit: more would overshoot on a light link.
double mostDamping(const cb_link &link, double timestep) {
    return ownInertia(link) / (2 * timestep);
}

/// Friction is a motor beside the joint's own. On a light link the solver's iterations do not get
/// from the one to the other when friction could stop far more than the speeds that occur, 2 rad/s.
double mostFriction(const cb_link &link, double timestep) {
    return 2 * ownInertia(link) / timestep;
}

cb::Joint makeJoint(btMultiBody &body, int index, const cb_link &link, double timestep) {
    cb::Joint joint;
    joint.link = index;
    joint.damping = std::min(link.damping, mostDamping(link, timestep));
    joint.spring = link.spring;
    joint.gains = link.motor;
    if (std::isfinite(link.lower) || std::isfinite(link.upper)) {
        const double lower = std::isfinite(link.lower) ? link.lower : -kUnlimited;
        const double upper = std::isfinite(link.upper) ? link.upper : kUnlimited;
        joint.limit =
            std::make_unique<btMultiBodyJointLimitConstraint>(&body, index, lower, upper);
    }
    if (link.friction > 0) {
        const double friction = std::min(link.friction, mostFriction(link, timestep));
        joint.friction =
            std::make_unique<btMultiBodyJointMotor>(&body, index, 0, friction * timestep);
        joint.friction->setPositionTarget(0, 0);
    }
    joint.motor = std::make_unique<btMultiBodyJointMotor>(&body, index, 0, 0);
    cb::command(joint, timestep);
    return joint;
}

void addConstraint(cb_world &world, btMultiBodyConstraint *constraint) {
    if (!constraint) return;
    constraint->finalizeMultiDof();
    world.world.addMultiBodyConstraint(constraint);
    world.solver.multiBodyConstraintCount = world.world.getNumMultiBodyConstraints();
}

void addGear(cb_world &world, cb::Multibody &multibody, const cb_gear &gear) {
    btMultiBody *body = multibody.body.get();
    const btVector3 origin(0, 0, 0);
    const btMatrix3x3 &axes = btMatrix3x3::getIdentity();
    auto constraint = std::make_unique<btMultiBodyGearConstraint>(
        body, gear.link_a, body, gear.link_b, origin, origin, axes, axes);
    constraint->setGearRatio(gear.ratio);
    constraint->setErp(gear.erp);
    constraint->setMaxAppliedImpulse(gear.max_force * world.settings.timestep);
    addConstraint(world, constraint.get());
    multibody.gears.push_back(std::move(constraint));
}

uint64_t hashOf(uint64_t seed, const cb_multibody &m) {
    cb::Hash hash(seed);
    hash.add(cb::bullet(m.world_from_base));
    hash.add(uint64_t(m.fixed_base) | uint64_t(m.self_collision) << 1);
    hash.add(m.linear_damping);
    hash.add(m.angular_damping);
    cb::add(hash, m.base);
    for (int i = 0; i < m.link_count; ++i) {
        const cb_link &link = m.links[i];
        hash.add(uint64_t(link.parent + 1) << 8 | uint64_t(link.joint));
        hash.add(cb::bullet(link.axis));
        hash.add(cb::bullet(link.parent_from_link));
        cb::add(hash, link.solid);
        for (double v : {link.lower, link.upper, link.damping, link.friction,
                         link.spring.stiffness, link.spring.rest}) {
            hash.add(v);
        }
    }
    for (int i = 0; i < m.gear_count; ++i) {
        const cb_gear &gear = m.gears[i];
        hash.add(uint64_t(gear.link_a) << 32 | uint64_t(gear.link_b));
        for (double v : {gear.ratio, gear.erp, gear.max_force}) hash.add(v);
    }
    return hash.value();
}

std::unique_ptr<cb::Multibody> makeMultibody(const cb_multibody &m) {
    auto multibody = std::make_unique<cb::Multibody>();
    multibody->solids.push_back(cb::makeSolid(m.base));
    for (int i = 0; i < m.link_count; ++i) {
        multibody->solids.push_back(cb::makeSolid(m.links[i].solid));
    }
    multibody->forces.resize(std::size_t(m.link_count) + 1);
    multibody->body = std::make_unique<btMultiBody>(
        m.link_count, m.base.mass, cb::bullet(m.base.principal_inertia), m.fixed_base, false);
    btMultiBody &body = *multibody->body;
    for (int i = 0; i < m.link_count; ++i) {
        const cb_link &link = m.links[i];
        setUpLink(body, i, link, multibody->solids[std::size_t(link.parent + 1)],
                  multibody->solids[std::size_t(i + 1)]);
    }
    body.finalizeMultiDof();
    body.setHasSelfCollision(m.self_collision);
    body.setLinearDamping(m.linear_damping);
    body.setAngularDamping(m.angular_damping);
    const btTransform base =
        cb::bullet(m.world_from_base) * multibody->solids[0].ownerFromInertial;
    body.setBaseWorldTransform(base);
    return multibody;
}

void addToWorld(cb_world &world, cb::Multibody &multibody, const cb_multibody &m, int id) {
    addCollider(world, multibody, m.base, -1, id);
    for (int i = 0; i < m.link_count; ++i) {
        addCollider(world, multibody, m.links[i].solid, i, id);
    }
    world.world.addMultiBody(multibody.body.get());
    for (int i = 0; i < m.link_count; ++i) {
        if (m.links[i].joint == CB_FIXED) continue;
        multibody.joints.push_back(
            makeJoint(*multibody.body, i, m.links[i], world.settings.timestep));
    }
    // Limits first, then motors, then gears: the order in which PyBullet's importer adds them.
    for (cb::Joint &joint : multibody.joints) addConstraint(world, joint.limit.get());
    for (cb::Joint &joint : multibody.joints) addConstraint(world, joint.motor.get());
    for (cb::Joint &joint : multibody.joints) addConstraint(world, joint.friction.get());
    for (int i = 0; i < m.gear_count; ++i) addGear(world, multibody, m.gears[i]);
    world.refresh(multibody);
}

}  // namespace

extern "C" cb_status cb_world_add_multibody(cb_world *world, const cb_multibody *description,
                                            int32_t *id) {
    if (!world || !description || !id || !valid(*description)) return CB_INVALID;
    if (world->objects + description->link_count + 1 > CB_MAX_OBJECTS) return CB_FULL;
    try {
        // The world owns the multibody before Bullet hears of it, so nothing can dangle.
        world->multibodies.push_back(makeMultibody(*description));
        cb::Multibody &multibody = *world->multibodies.back();
        multibody.colliders.reserve(std::size_t(description->link_count) + 1);
        multibody.gears.reserve(std::size_t(description->gear_count));
        const int32_t next = int32_t(world->multibodies.size()) - 1;
        addToWorld(*world, multibody, *description, next);
        world->structure = hashOf(world->structure, *description);
        *id = next;
        return CB_OK;
    } catch (...) {
        return CB_NO_MEMORY;
    }
}
