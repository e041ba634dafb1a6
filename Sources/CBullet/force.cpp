#include "convert.hpp"
#include "world.hpp"

namespace {

void apply(btMultiBody &body, int link, const cb::PendingForce &pending) {
    if (link < 0) {
        body.addBaseForce(pending.force);
        body.addBaseTorque(pending.torque);
    } else {
        body.addLinkForce(link, pending.force);
        body.addLinkTorque(link, pending.torque);
    }
}

}  // namespace

void cb::applyPendingForces(cb_world &world) {
    for (const auto &multibody : world.multibodies) {
        for (std::size_t i = 0; i < multibody->forces.size(); ++i) {
            apply(*multibody->body, int(i) - 1, multibody->forces[i]);
        }
    }
    for (const auto &body : world.bodies) {
        body->body->applyCentralForce(body->force.force);
        body->body->applyTorque(body->force.torque);
    }
}

void cb::clearPendingForces(cb_world &world) {
    if (!world.hasPendingForces) return;
    for (const auto &multibody : world.multibodies) {
        for (PendingForce &force : multibody->forces) force = PendingForce{};
    }
    for (const auto &body : world.bodies) body->force = PendingForce{};
    world.hasPendingForces = false;
}

extern "C" cb_status cb_world_apply_force(cb_world *world, cb_object object, cb_vector force,
                                          cb_vector point) {
    if (!world || !world->names(object) || !cb::ok(force) || !cb::ok(point)) return CB_INVALID;
    const btCollisionObject *target;
    cb::PendingForce *pending;
    if (object.multibody == -1) {
        cb::Body &body = *world->body(object.index);
        target = body.body.get();
        pending = &body.force;
    } else {
        cb::Multibody &multibody = *world->multibody(object.multibody);
        const std::size_t index = std::size_t(object.index + 1);
        target = multibody.colliders[index].get();
        pending = &multibody.forces[index];
    }
    const btVector3 lever = cb::bullet(point) - target->getWorldTransform().getOrigin();
    pending->force += cb::bullet(force);
    pending->torque += lever.cross(cb::bullet(force));
    world->hasPendingForces = true;
    return CB_OK;
}
