#include "world.hpp"

#include "convert.hpp"
#include "hash.hpp"

namespace {

bool valid(const cb_settings &s) {
    return cb::positive(s.timestep) && s.timestep <= 1 && cb::ok(s.gravity) && s.iterations >= 1 &&
           s.iterations <= 10000 && cb::nonNegative(s.erp) && s.erp <= 1 &&
           cb::nonNegative(s.contact_erp) && s.contact_erp <= 1 &&
           cb::nonNegative(s.friction_erp) && s.friction_erp <= 1 &&
           cb::nonNegative(s.linear_slop) && cb::nonNegative(s.residual_threshold) &&
           cb::nonNegative(s.warmstarting) && s.warmstarting <= 1 &&
           cb::nonNegative(s.contact_processing_threshold);
}

uint64_t hashOf(const cb_settings &s) {
    cb::Hash hash;
    hash.add(s.timestep);
    hash.add(cb::bullet(s.gravity));
    hash.add(uint64_t(s.iterations));
    for (double v : {s.erp, s.contact_erp, s.friction_erp, s.linear_slop, s.residual_threshold,
                     s.warmstarting, s.contact_processing_threshold}) {
        hash.add(v);
    }
    return hash.value();
}

void apply(const cb_settings &s, btContactSolverInfo &info) {
    info.m_numIterations = s.iterations;
    info.m_erp = s.erp;
    info.m_erp2 = s.contact_erp;
    info.m_frictionERP = s.friction_erp;
    info.m_linearSlop = s.linear_slop;
    info.m_leastSquaresResidualThreshold = s.residual_threshold;
    info.m_warmstartingFactor = s.warmstarting;
    info.m_minimumSolverBatchSize = 0;
}

void addPassiveTorques(cb::Multibody &multibody) {
    btMultiBody &body = *multibody.body;
    for (const cb::Joint &joint : multibody.joints) {
        const cb_spring &spring = joint.spring;
        if (joint.damping != 0) {
            body.addJointTorque(joint.link, -joint.damping * body.getJointVel(joint.link));
        }
        if (spring.stiffness != 0) {
            const double stretch = body.getJointPos(joint.link) - spring.rest;
            body.addJointTorque(joint.link, -spring.stiffness * stretch);
        }
    }
}

}  // namespace

cb_world::cb_world(const cb_settings &given)
    : settings(given),
      structure(hashOf(given)),
      dispatcher(&configuration),
      // Quadratic in the objects, but without history: the pairs follow from the present boxes
      // alone. At tens of objects it costs microseconds.
      broadphase(CB_MAX_OBJECTS),
      world(&dispatcher, &broadphase, &solver, &configuration) {
    apply(settings, world.getSolverInfo());
    world.setGravity(cb::bullet(settings.gravity));
    world.getDispatchInfo().m_deterministicOverlappingPairs = true;
    world.getSimulationIslandManager()->setSplitIslands(false);
}

cb_world::~cb_world() {
    while (world.getNumMultiBodyConstraints() > 0) {
        world.removeMultiBodyConstraint(
            world.getMultiBodyConstraint(world.getNumMultiBodyConstraints() - 1));
    }
    for (const auto &multibody : multibodies) {
        world.removeMultiBody(multibody->body.get());
        for (const auto &collider : multibody->colliders) {
            world.removeCollisionObject(collider.get());
        }
    }
    for (const auto &body : bodies) world.removeRigidBody(body->body.get());
}

void cb_world::enrol(btCollisionObject &object, cb_object name) {
    // One island: motors and limits are sorted by this tag, so it must not vary.
    object.setIslandTag(0);
    object.setUserIndex(name.multibody);
    object.setUserIndex2(name.index);
    object.getBroadphaseHandle()->m_uniqueId = ++objects;
}

void cb_world::refresh(cb::Multibody &multibody) {
    multibody.body->forwardKinematics(scratchRotations, scratchOrigins);
    multibody.body->updateCollisionObjectWorldTransforms(scratchRotations, scratchOrigins);
}

cb::Multibody *cb_world::multibody(int32_t id) const {
    if (id < 0 || std::size_t(id) >= multibodies.size()) return nullptr;
    return multibodies[std::size_t(id)].get();
}

cb::Body *cb_world::body(int32_t id) const {
    if (id < 0 || std::size_t(id) >= bodies.size()) return nullptr;
    return bodies[std::size_t(id)].get();
}

bool cb_world::names(cb_object object) const {
    if (object.multibody == -1) return body(object.index) != nullptr;
    const cb::Multibody *owner = multibody(object.multibody);
    return owner && object.index >= -1 && object.index < owner->body->getNumLinks();
}

cb_object cb::nameOf(const btCollisionObject &object) {
    return {object.getUserIndex(), object.getUserIndex2()};
}

extern "C" {

cb_status cb_world_create(const cb_settings *settings, cb_world **world) {
    if (!settings || !world || !valid(*settings)) return CB_INVALID;
    try {
        *world = new cb_world(*settings);
        return CB_OK;
    } catch (...) {
        return CB_NO_MEMORY;
    }
}

void cb_world_destroy(cb_world *world) { delete world; }

cb_status cb_world_step(cb_world *world, int32_t count) {
    if (!world || count < 0) return CB_INVALID;
    for (int32_t i = 0; i < count; ++i) {
        for (const auto &multibody : world->multibodies) addPassiveTorques(*multibody);
        if (world->hasPendingForces) cb::applyPendingForces(*world);
        cb::moveKinematicBodies(*world);
        world->world.stepSimulation(world->settings.timestep, 0);
        ++world->steps;
    }
    if (count > 0) cb::clearPendingForces(*world);
    return CB_OK;
}

void cb_world_solve_by_reference(cb_world *world, bool on) {
    if (world) world->solver.isReference = on;
}

int64_t cb_world_packed_step_count(const cb_world *world) {
    return world ? world->solver.packedSolves : 0;
}

int64_t cb_world_step_count(const cb_world *world) { return world ? world->steps : 0; }

}  // extern "C"
