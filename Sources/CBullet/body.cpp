#include "convert.hpp"
#include "world.hpp"

namespace {

bool valid(const cb_body &b) {
    if (b.motion < CB_STATIC || b.motion > CB_DYNAMIC) return false;
    if (!cb::valid(b.solid, b.motion == CB_DYNAMIC, b.motion == CB_STATIC)) return false;
    if (b.solid.collider_count < 1 || !cb::ok(b.world_from_body)) return false;
    return cb::nonNegative(b.linear_damping) && b.linear_damping <= 1 &&
           cb::nonNegative(b.angular_damping) && b.angular_damping <= 1;
}

uint64_t hashOf(uint64_t seed, const cb_body &b) {
    cb::Hash hash(seed);
    hash.add(uint64_t(b.motion));
    cb::add(hash, b.solid);
    hash.add(cb::bullet(b.world_from_body));
    hash.add(b.linear_damping);
    hash.add(b.angular_damping);
    return hash.value();
}

std::unique_ptr<cb::Body> makeBody(const cb_body &b, double threshold) {
    auto body = std::make_unique<cb::Body>();
    body->motion = cb_motion(b.motion);
    body->solid = cb::makeSolid(b.solid);
    const bool isDynamic = b.motion == CB_DYNAMIC;
    const double mass = isDynamic ? b.solid.mass : 0;
    const btVector3 inertia =
        isDynamic ? cb::bullet(b.solid.principal_inertia) : btVector3(0, 0, 0);
    btRigidBody::btRigidBodyConstructionInfo info(mass, nullptr, body->solid.shape, inertia);
    info.m_startWorldTransform = cb::bullet(b.world_from_body) * body->solid.ownerFromInertial;
    info.m_linearDamping = b.linear_damping;
    info.m_angularDamping = b.angular_damping;
    body->body = std::make_unique<btRigidBody>(info);
    cb::applyMaterial(*body->body, b.solid.material, threshold);
    if (b.motion == CB_KINEMATIC) {
        body->body->setCollisionFlags(body->body->getCollisionFlags() |
                                      btCollisionObject::CF_KINEMATIC_OBJECT);
    }
    body->body->setActivationState(DISABLE_DEACTIVATION);
    return body;
}

/// The vector from the body frame's origin to the centre of mass, in world axes.
btVector3 leverOf(const cb::Body &body, const btTransform &worldFromBody) {
    return worldFromBody.getBasis() * body.solid.ownerFromInertial.getOrigin();
}

btTransform worldFromBody(const cb::Body &body) {
    return body.body->getWorldTransform() * body.solid.inertialFromOwner;
}

cb_body_state read(const cb::Body &body) {
    const btTransform pose = worldFromBody(body);
    const bool isKinematic = body.motion == CB_KINEMATIC;
    const btVector3 angular = isKinematic ? body.angular : body.body->getAngularVelocity();
    const btVector3 linear = isKinematic ? body.linear : body.body->getLinearVelocity();
    const btVector3 atOrigin = linear - angular.cross(leverOf(body, pose));
    return {cb::plain(pose), {cb::plain(atOrigin), cb::plain(angular)}};
}

void setVelocity(cb::Body &body, const cb_twist &velocity) {
    const btVector3 angular = cb::bullet(velocity.angular);
    const btVector3 linear =
        cb::bullet(velocity.linear) + angular.cross(leverOf(body, worldFromBody(body)));
    if (body.motion == CB_KINEMATIC) {
        body.linear = linear;
        body.angular = angular;
    } else if (body.motion == CB_DYNAMIC) {
        body.body->setLinearVelocity(linear);
        body.body->setAngularVelocity(angular);
        body.body->setInterpolationLinearVelocity(linear);
        body.body->setInterpolationAngularVelocity(angular);
    }
}

}  // namespace

void cb::moveKinematicBodies(cb_world &world) {
    const double dt = world.settings.timestep;
    for (const auto &body : world.bodies) {
        if (body->motion != CB_KINEMATIC) continue;
        // Bullet takes a kinematic body's velocity from its displacement since the interpolation
        // transform, so a belt is a body that seems to have come from upstream.
        const btTransform start = body->body->getWorldTransform();
        btTransform next;
        btTransformUtil::integrateTransform(start, body->linear, body->angular, dt, next);
        btTransform from = start;
        from.setOrigin(start.getOrigin() - body->surface * dt);
        body->body->setInterpolationWorldTransform(from);
        body->body->setWorldTransform(next);
    }
}

extern "C" {

cb_status cb_world_add_body(cb_world *world, const cb_body *description, int32_t *id) {
    if (!world || !description || !id || !valid(*description)) return CB_INVALID;
    if (world->objects + 1 > CB_MAX_OBJECTS) return CB_FULL;
    try {
        const double threshold = world->settings.contact_processing_threshold;
        world->bodies.push_back(makeBody(*description, threshold));
        btRigidBody &body = *world->bodies.back()->body;
        const int32_t next = int32_t(world->bodies.size()) - 1;
        world->world.addRigidBody(&body);
        world->enrol(body, {-1, next});
        world->structure = hashOf(world->structure, *description);
        *id = next;
        return CB_OK;
    } catch (...) {
        return CB_NO_MEMORY;
    }
}

int32_t cb_world_body_count(const cb_world *world) {
    return world ? int32_t(world->bodies.size()) : 0;
}

cb_status cb_body_read(const cb_world *world, int32_t id, cb_body_state *state) {
    const cb::Body *body = world ? world->body(id) : nullptr;
    if (!body || !state) return CB_INVALID;
    *state = read(*body);
    return CB_OK;
}

cb_status cb_world_read_bodies(const cb_world *world, cb_body_state *states, int32_t count) {
    if (!world || count < 0 || std::size_t(count) != world->bodies.size()) return CB_INVALID;
    if (count > 0 && !states) return CB_INVALID;
    for (int32_t i = 0; i < count; ++i) states[i] = read(*world->bodies[std::size_t(i)]);
    return CB_OK;
}

cb_status cb_body_set_state(cb_world *world, int32_t id, const cb_body_state *state) {
    cb::Body *body = world ? world->body(id) : nullptr;
    if (!body || !state || !cb::ok(state->world_from_body) || !cb::ok(state->velocity)) {
        return CB_INVALID;
    }
    // A plane's place is baked into its shape.
    if (body->solid.shape->getShapeType() == STATIC_PLANE_PROXYTYPE) return CB_INVALID;
    const btTransform pose = cb::bullet(state->world_from_body) * body->solid.ownerFromInertial;
    body->body->setCenterOfMassTransform(pose);
    body->body->setInterpolationWorldTransform(pose);
    setVelocity(*body, state->velocity);
    btOverlappingPairCache &pairs = *world->broadphase.getOverlappingPairCache();
    pairs.cleanProxyFromPairs(body->body->getBroadphaseHandle(), &world->dispatcher);
    world->dispatcher.collect(pairs);
    return CB_OK;
}

cb_status cb_body_set_velocity(cb_world *world, int32_t id, const cb_twist *velocity) {
    cb::Body *body = world ? world->body(id) : nullptr;
    if (!body || !velocity || !cb::ok(*velocity)) return CB_INVALID;
    if (body->motion == CB_STATIC) return CB_INVALID;
    setVelocity(*body, *velocity);
    return CB_OK;
}

cb_status cb_body_set_surface_velocity(cb_world *world, int32_t id, const cb_vector *velocity) {
    cb::Body *body = world ? world->body(id) : nullptr;
    if (!body || !velocity || !cb::ok(*velocity) || body->motion != CB_KINEMATIC) {
        return CB_INVALID;
    }
    body->surface = cb::bullet(*velocity);
    return CB_OK;
}

}  // extern "C"
