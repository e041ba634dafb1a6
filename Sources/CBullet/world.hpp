#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "btBulletDynamicsCommon.h"
#include "BulletDynamics/Featherstone/btMultiBody.h"
#include "BulletDynamics/Featherstone/btMultiBodyDynamicsWorld.h"
#include "BulletDynamics/Featherstone/btMultiBodyGearConstraint.h"
#include "BulletDynamics/Featherstone/btMultiBodyJointLimitConstraint.h"
#include "BulletDynamics/Featherstone/btMultiBodyJointMotor.h"
#include "BulletDynamics/Featherstone/btMultiBodyLinkCollider.h"
#include "dispatch.hpp"
#include "include/cbullet.h"
#include "shapes.hpp"
#include "solver.hpp"

namespace cb {

/// A movable joint: its constraints, and the motor command as set by the caller.
struct Joint {
    int link = 0;
    double damping = 0;
    cb_spring spring{};
    std::unique_ptr<btMultiBodyJointLimitConstraint> limit;
    std::unique_ptr<btMultiBodyJointMotor> friction;
    std::unique_ptr<btMultiBodyJointMotor> motor;
    double target = 0;
    double targetVelocity = 0;
    cb_motor gains{};
};

/// A force and torque (about the centre of mass, world axes) that act over the next step call.
struct PendingForce {
    btVector3 force{0, 0, 0};
    btVector3 torque{0, 0, 0};
};

/// Colliders, frames and pending forces are indexed by link + 1; entry 0 is the base.
struct Multibody {
    std::unique_ptr<btMultiBody> body;
    std::vector<Solid> solids;
    std::vector<std::unique_ptr<btMultiBodyLinkCollider>> colliders;
    std::vector<PendingForce> forces;
    std::vector<Joint> joints;
    std::vector<std::unique_ptr<btMultiBodyGearConstraint>> gears;
};

struct Body {
    Solid solid;
    std::unique_ptr<btRigidBody> body;
    PendingForce force;
    cb_motion motion = CB_STATIC;
    /// Of a kinematic body: the twist of its centre of mass, and the drag on what it touches.
    btVector3 linear{0, 0, 0};
    btVector3 angular{0, 0, 0};
    btVector3 surface{0, 0, 0};
};

/// Bullet 3.24 hands an undivided world's solver the number of the other constraints in place of
/// that of the multibody constraints; this solver knows the right one.
class SingleIslandSolver final : public RowSolver {
public:
    int multiBodyConstraintCount = 0;

    void solveMultiBodyGroup(btCollisionObject **bodies, int bodyCount,
                             btPersistentManifold **manifolds, int manifoldCount,
                             btTypedConstraint **constraints, int constraintCount,
                             btMultiBodyConstraint **multiBodyConstraints, int,
                             const btContactSolverInfo &info, btIDebugDraw *drawer,
                             btDispatcher *dispatcher) override {
        // Bullet calls once more for islands that it put off; there are none.
        if (bodyCount == 0) return;
        RowSolver::solveMultiBodyGroup(
            bodies, bodyCount, manifolds, manifoldCount, constraints, constraintCount,
            multiBodyConstraints, multiBodyConstraintCount, info, drawer, dispatcher);
    }
};

/// A world that is solved as one island, so that the order and grouping of the constraints never
/// depend on the history of the broad phase: that is what makes a restored snapshot exact.
class SingleIslandWorld final : public btMultiBodyDynamicsWorld {
public:
    using btMultiBodyDynamicsWorld::btMultiBodyDynamicsWorld;

protected:
    void calculateSimulationIslands() override {}
};

}  // namespace cb

struct cb_world {
    explicit cb_world(const cb_settings &settings);
    ~cb_world();
    cb_world(const cb_world &) = delete;
    cb_world &operator=(const cb_world &) = delete;

    cb_settings settings;
    int64_t steps = 0;
    /// FNV-1a over everything the world was built from, so a snapshot knows where it fits.
    uint64_t structure;
    int objects = 0;
    bool hasPendingForces = false;

    cb::NestedCompoundConfiguration configuration;
    cb::OrderedDispatcher dispatcher;
    btSimpleBroadphase broadphase;
    cb::SingleIslandSolver solver;
    cb::SingleIslandWorld world;

    std::vector<std::unique_ptr<cb::Multibody>> multibodies;
    std::vector<std::unique_ptr<cb::Body>> bodies;

    /// Registers a collision object that was just added to `world` as the next in order.
    void enrol(btCollisionObject &object, cb_object name);
    /// Recomputes link transforms from joint positions.
    void refresh(cb::Multibody &multibody);

    cb::Multibody *multibody(int32_t id) const;
    cb::Body *body(int32_t id) const;
    bool names(cb_object object) const;

private:
    btAlignedObjectArray<btQuaternion> scratchRotations;
    btAlignedObjectArray<btVector3> scratchOrigins;
};

namespace cb {

cb_object nameOf(const btCollisionObject &object);
/// Applies a joint's stored target and gains to its motor constraint.
void command(Joint &joint, double timestep);
void applyPendingForces(cb_world &world);
void clearPendingForces(cb_world &world);
void moveKinematicBodies(cb_world &world);

}  // namespace cb
