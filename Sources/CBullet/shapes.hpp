#pragma once

#include <memory>
#include <vector>

#include "btBulletCollisionCommon.h"
#include "hash.hpp"
#include "include/cbullet.h"

namespace cb {

/// The shape of one collision object, built about its inertial frame, with the frames beside it.
struct Solid {
    btTransform ownerFromInertial;
    btTransform inertialFromOwner;
    std::vector<std::unique_ptr<btCollisionShape>> parts;
    /// One of `parts`, or the compound of them; never null once built.
    std::unique_ptr<btCompoundShape> compound;
    btCollisionShape *shape = nullptr;
    bool hasColliders = false;
};

/// Checks ranges; `needsMass` also demands a positive mass and positive moments.
bool valid(const cb_solid &solid, bool needsMass, bool allowsPlane);
bool valid(const cb_material &material);
/// Builds the shape of a valid description.
Solid makeSolid(const cb_solid &solid);
void applyMaterial(btCollisionObject &object, const cb_material &material, double threshold);
void add(Hash &hash, const cb_solid &solid);

}  // namespace cb
