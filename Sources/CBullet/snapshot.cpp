#include <algorithm>

#include "convert.hpp"
#include "world.hpp"

namespace {

struct JointState {
    double position, velocity, target, targetVelocity;
    cb_motor gains;
};

struct MultibodyState {
    btVector3 basePosition, baseVelocity, baseOmega;
    btQuaternion worldToBase;
    std::vector<JointState> joints;
    std::vector<cb::PendingForce> forces;
};

struct BodyState {
    btTransform pose, interpolationPose;
    btVector3 linear, angular, interpolationLinear, interpolationAngular;
    btVector3 kinematicLinear, kinematicAngular, surface;
    cb::PendingForce force;
};

struct ManifoldState {
    cb::ManifoldKey key;
    std::vector<btManifoldPoint> points;
};

}  // namespace

struct cb_snapshot {
    uint64_t structure;
    int64_t steps;
    bool hasPendingForces;
    std::vector<MultibodyState> multibodies;
    std::vector<BodyState> bodies;
    std::vector<ManifoldState> manifolds;
};

namespace {

MultibodyState save(const cb::Multibody &multibody) {
    const btMultiBody &body = *multibody.body;
    MultibodyState state;
    state.basePosition = body.getBasePos();
    state.baseVelocity = body.getBaseVel();
    state.baseOmega = body.getBaseOmega();
    state.worldToBase = body.getWorldToBaseRot();
    state.forces = multibody.forces;
    for (const cb::Joint &joint : multibody.joints) {
        state.joints.push_back({body.getJointPos(joint.link), body.getJointVel(joint.link),
                                joint.target, joint.targetVelocity, joint.gains});
    }
    return state;
}

BodyState save(const cb::Body &body) {
    const btRigidBody &b = *body.body;
    return {b.getWorldTransform(),
            b.getInterpolationWorldTransform(),
            b.getLinearVelocity(),
            b.getAngularVelocity(),
            b.getInterpolationLinearVelocity(),
            b.getInterpolationAngularVelocity(),
            body.linear,
            body.angular,
            body.surface,
            body.force};
}

void restore(cb_world &world, cb::Multibody &multibody, const MultibodyState &state) {
    btMultiBody &body = *multibody.body;
    body.setBasePos(state.basePosition);
    body.setWorldToBaseRot(state.worldToBase);
    body.setBaseVel(state.baseVelocity);
    body.setBaseOmega(state.baseOmega);
    body.clearForcesAndTorques();
    body.clearConstraintForces();
    for (std::size_t i = 0; i < multibody.joints.size(); ++i) {
        cb::Joint &joint = multibody.joints[i];
        const JointState &saved = state.joints[i];
        body.setJointPos(joint.link, saved.position);
        body.setJointVel(joint.link, saved.velocity);
        joint.target = saved.target;
        joint.targetVelocity = saved.targetVelocity;
        joint.gains = saved.gains;
        cb::command(joint, world.settings.timestep);
    }
    multibody.forces = state.forces;
    world.refresh(multibody);
}

void restore(cb::Body &body, const BodyState &state) {
    btRigidBody &b = *body.body;
    b.setCenterOfMassTransform(state.pose);
    b.setInterpolationWorldTransform(state.interpolationPose);
    b.setLinearVelocity(state.linear);
    b.setAngularVelocity(state.angular);
    b.setInterpolationLinearVelocity(state.interpolationLinear);
    b.setInterpolationAngularVelocity(state.interpolationAngular);
    b.clearForces();
    body.linear = state.kinematicLinear;
    body.angular = state.kinematicAngular;
    body.surface = state.surface;
    body.force = state.force;
}

/// Makes the pairs and manifolds of the present poses anew, then fills in the saved points.
///
/// A saved manifold without a counterpart belongs to children that no longer overlap; the next
/// step would drop it before solving.
void restoreContacts(cb_world &world, const std::vector<ManifoldState> &saved) {
    btOverlappingPairCache &pairs = *world.broadphase.getOverlappingPairCache();
    btCollisionObjectArray &objects = world.world.getCollisionObjectArray();
    for (int i = 0; i < objects.size(); ++i) {
        pairs.cleanProxyFromPairs(objects[i]->getBroadphaseHandle(), &world.dispatcher);
    }
    world.world.updateAabbs();
    world.world.computeOverlappingPairs();
    world.dispatcher.dispatchAllCollisionPairs(&pairs, world.world.getDispatchInfo(),
                                               &world.dispatcher);
    for (const cb::KeyedManifold &entry : world.dispatcher.manifolds()) {
        entry.manifold->clearManifold();
        const auto found =
            std::lower_bound(saved.begin(), saved.end(), entry.key,
                             [](const ManifoldState &state, const cb::ManifoldKey &key) {
                                 return state.key < key;
                             });
        if (found == saved.end() || !(found->key == entry.key)) continue;
        for (const btManifoldPoint &point : found->points) entry.manifold->addManifoldPoint(point);
    }
}

}  // namespace

extern "C" {

cb_status cb_world_save(const cb_world *world, cb_snapshot **result) {
    if (!world || !result) return CB_INVALID;
    try {
        auto snapshot = std::make_unique<cb_snapshot>();
        snapshot->structure = world->structure;
        snapshot->steps = world->steps;
        snapshot->hasPendingForces = world->hasPendingForces;
        for (const auto &multibody : world->multibodies) {
            snapshot->multibodies.push_back(save(*multibody));
        }
        for (const auto &body : world->bodies) snapshot->bodies.push_back(save(*body));
        for (const cb::KeyedManifold &entry : world->dispatcher.manifolds()) {
            ManifoldState state{entry.key, {}};
            for (int i = 0; i < entry.manifold->getNumContacts(); ++i) {
                state.points.push_back(entry.manifold->getContactPoint(i));
            }
            if (!state.points.empty()) snapshot->manifolds.push_back(std::move(state));
        }
        *result = snapshot.release();
        return CB_OK;
    } catch (...) {
        return CB_NO_MEMORY;
    }
}

cb_status cb_world_restore(cb_world *world, const cb_snapshot *snapshot) {
    if (!world || !snapshot) return CB_INVALID;
    if (world->structure != snapshot->structure ||
        world->multibodies.size() != snapshot->multibodies.size() ||
        world->bodies.size() != snapshot->bodies.size()) {
        return CB_MISMATCH;
    }
    try {
        for (std::size_t i = 0; i < world->multibodies.size(); ++i) {
            restore(*world, *world->multibodies[i], snapshot->multibodies[i]);
        }
        for (std::size_t i = 0; i < world->bodies.size(); ++i) {
            restore(*world->bodies[i], snapshot->bodies[i]);
        }
        world->hasPendingForces = snapshot->hasPendingForces;
        world->steps = snapshot->steps;
        restoreContacts(*world, snapshot->manifolds);
        return CB_OK;
    } catch (...) {
        return CB_NO_MEMORY;
    }
}

void cb_snapshot_destroy(cb_snapshot *snapshot) { delete snapshot; }

}  // extern "C"
