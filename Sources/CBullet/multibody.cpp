#include "convert.hpp"
#include "world.hpp"

namespace {

bool allOk(const double *values, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        if (!cb::ok(values[i])) return false;
    }
    return true;
}

bool fits(const cb::Multibody *multibody, int32_t count) {
    return multibody && count >= 0 && std::size_t(count) == multibody->joints.size();
}

btTransform worldFromOwner(const cb::Multibody &multibody, std::size_t index) {
    // The collider's transform is that of the present state; the link's own cache lags one step.
    return multibody.colliders[index]->getWorldTransform() *
           multibody.solids[index].inertialFromOwner;
}

}  // namespace

void cb::command(Joint &joint, double timestep) {
    const cb_motor &gains = joint.gains;
    joint.motor->setPositionTarget(joint.target, -std::expm1(-timestep / gains.time_constant));
    joint.motor->setVelocityTarget(joint.targetVelocity, gains.velocity_gain);
    joint.motor->setMaxAppliedImpulse(gains.max_force * timestep);
    joint.motor->setRhsClamp(std::isfinite(gains.max_velocity) ? gains.max_velocity
                                                               : SIMD_INFINITY);
}

extern "C" {

int32_t cb_multibody_joint_count(const cb_world *world, int32_t id) {
    const cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    return multibody ? int32_t(multibody->joints.size()) : 0;
}

int32_t cb_multibody_link_count(const cb_world *world, int32_t id) {
    const cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    return multibody ? multibody->body->getNumLinks() : 0;
}

cb_status cb_multibody_read_joints(const cb_world *world, int32_t id, double *positions,
                                   double *velocities, int32_t count) {
    const cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!fits(multibody, count)) return CB_INVALID;
    if (count > 0 && (!positions || !velocities)) return CB_INVALID;
    for (int32_t i = 0; i < count; ++i) {
        const int link = multibody->joints[std::size_t(i)].link;
        positions[i] = multibody->body->getJointPos(link);
        velocities[i] = multibody->body->getJointVel(link);
    }
    return CB_OK;
}

cb_status cb_multibody_set_joints(cb_world *world, int32_t id, const double *positions,
                                  const double *velocities, int32_t count) {
    cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!fits(multibody, count)) return CB_INVALID;
    if (count > 0 && (!positions || !velocities)) return CB_INVALID;
    if (!allOk(positions, count) || !allOk(velocities, count)) return CB_INVALID;
    for (int32_t i = 0; i < count; ++i) {
        cb::Joint &joint = multibody->joints[std::size_t(i)];
        multibody->body->setJointPos(joint.link, positions[i]);
        multibody->body->setJointVel(joint.link, velocities[i]);
        joint.target = positions[i];
        joint.targetVelocity = 0;
        cb::command(joint, world->settings.timestep);
    }
    world->refresh(*multibody);
    return CB_OK;
}

cb_status cb_multibody_set_targets(cb_world *world, int32_t id, const double *positions,
                                   const double *velocities, int32_t count) {
    cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!fits(multibody, count) || (count > 0 && !positions)) return CB_INVALID;
    if (!allOk(positions, count) || (velocities && !allOk(velocities, count))) return CB_INVALID;
    for (int32_t i = 0; i < count; ++i) {
        cb::Joint &joint = multibody->joints[std::size_t(i)];
        joint.target = positions[i];
        joint.targetVelocity = velocities ? velocities[i] : 0;
        cb::command(joint, world->settings.timestep);
    }
    return CB_OK;
}

cb_status cb_multibody_set_motor(cb_world *world, int32_t id, int32_t index,
                                 const cb_motor *motor) {
    cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!multibody || index < 0 || std::size_t(index) >= multibody->joints.size() || !motor) {
        return CB_INVALID;
    }
    if (!cb::positive(motor->time_constant) || !cb::nonNegative(motor->velocity_gain) ||
        !cb::nonNegative(motor->max_force) || !(motor->max_velocity > 0)) {
        return CB_INVALID;
    }
    cb::Joint &joint = multibody->joints[std::size_t(index)];
    joint.gains = *motor;
    cb::command(joint, world->settings.timestep);
    return CB_OK;
}

cb_status cb_multibody_read_links(const cb_world *world, int32_t id, cb_pose *poses,
                                  int32_t count) {
    const cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!multibody || count != multibody->body->getNumLinks() || (count > 0 && !poses)) {
        return CB_INVALID;
    }
    for (int32_t i = 0; i < count; ++i) {
        poses[i] = cb::plain(worldFromOwner(*multibody, std::size_t(i) + 1));
    }
    return CB_OK;
}

cb_status cb_multibody_read_base(const cb_world *world, int32_t id, cb_pose *pose) {
    const cb::Multibody *multibody = world ? world->multibody(id) : nullptr;
    if (!multibody || !pose) return CB_INVALID;
    *pose = cb::plain(worldFromOwner(*multibody, 0));
    return CB_OK;
}

}  // extern "C"
