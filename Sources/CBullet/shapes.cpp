#include "shapes.hpp"

#include <algorithm>

#include "convert.hpp"

namespace cb {

namespace {

/// Bullet rounds corners by the margin where it falls back on GJK; keep that below what matters.
constexpr double kMargin = 0.001;

bool validPoints(const cb_collider &collider) {
    if (!collider.points || collider.point_count < 3) return false;
    if (collider.point_count > CB_MAX_HULL_POINTS) return false;
    for (int i = 0; i < collider.point_count; ++i) {
        if (!ok(collider.points[i])) return false;
    }
    return true;
}

bool valid(const cb_collider &collider) {
    if (!ok(collider.owner_from_shape)) return false;
    const cb_vector &size = collider.size;
    switch (collider.kind) {
        case CB_BOX: return positive(size.x) && positive(size.y) && positive(size.z);
        case CB_SPHERE: return positive(size.x);
        case CB_CAPSULE: return positive(size.x) && nonNegative(size.y);
        case CB_CYLINDER: return positive(size.x) && positive(size.y);
        case CB_PLANE: return true;
        case CB_HULL: return validPoints(collider);
        default: return false;
    }
}

void limitMargin(btCollisionShape &shape, double smallest) {
    shape.setMargin(std::min(kMargin, 0.1 * smallest));
}

std::unique_ptr<btCollisionShape> makeShape(const cb_collider &collider, const btTransform &pose) {
    const cb_vector &size = collider.size;
    switch (collider.kind) {
        case CB_BOX: {
            auto box = std::make_unique<btBoxShape>(bullet(size));
            limitMargin(*box, std::min({size.x, size.y, size.z}));
            return box;
        }
        case CB_CAPSULE: return std::make_unique<btCapsuleShapeZ>(size.x, 2 * size.y);
        case CB_CYLINDER: {
            auto cylinder =
                std::make_unique<btCylinderShapeZ>(btVector3(size.x, size.x, size.y));
            limitMargin(*cylinder, std::min(size.x, size.y));
            return cylinder;
        }
        case CB_PLANE: {
            const btVector3 normal = pose.getBasis().getColumn(2);
            return std::make_unique<btStaticPlaneShape>(normal, normal.dot(pose.getOrigin()));
        }
        case CB_HULL: {
            auto hull = std::make_unique<btConvexHullShape>();
            for (int i = 0; i < collider.point_count; ++i) {
                hull->addPoint(bullet(collider.points[i]), false);
            }
            hull->recalcLocalAabb();
            hull->setMargin(kMargin);
            return hull;
        }
        default: return std::make_unique<btSphereShape>(size.x);
    }
}

bool isIdentity(const btTransform &pose) {
    return pose.getOrigin().isZero() && pose.getBasis() == btMatrix3x3::getIdentity();
}

}  // namespace

bool valid(const cb_material &m) {
    return nonNegative(m.friction) && nonNegative(m.rolling_friction) &&
           nonNegative(m.spinning_friction) && nonNegative(m.restitution) && m.restitution <= 1;
}

bool valid(const cb_solid &solid, bool needsMass, bool allowsPlane) {
    if (!ok(solid.owner_from_inertial) || !nonNegative(solid.mass)) return false;
    const cb_vector &inertia = solid.principal_inertia;
    if (!nonNegative(inertia.x) || !nonNegative(inertia.y) || !nonNegative(inertia.z)) return false;
    if (needsMass && !(solid.mass > 0 && inertia.x > 0 && inertia.y > 0 && inertia.z > 0)) {
        return false;
    }
    if (!valid(solid.material)) return false;
    if (solid.collider_count < 0 || solid.collider_count > CB_MAX_COLLIDERS) return false;
    if (solid.collider_count > 0 && !solid.colliders) return false;
    for (int i = 0; i < solid.collider_count; ++i) {
        if (!valid(solid.colliders[i])) return false;
        const bool isPlane = solid.colliders[i].kind == CB_PLANE;
        if (isPlane && !(allowsPlane && solid.collider_count == 1)) return false;
    }
    return true;
}

Solid makeSolid(const cb_solid &description) {
    Solid solid;
    solid.ownerFromInertial = bullet(description.owner_from_inertial);
    solid.inertialFromOwner = solid.ownerFromInertial.inverse();
    solid.hasColliders = description.collider_count > 0;
    for (int i = 0; i < description.collider_count; ++i) {
        const cb_collider &collider = description.colliders[i];
        const btTransform pose = solid.inertialFromOwner * bullet(collider.owner_from_shape);
        solid.parts.push_back(makeShape(collider, pose));
        const bool placesItself = collider.kind == CB_PLANE || isIdentity(pose);
        if (description.collider_count == 1 && placesItself) {
            solid.shape = solid.parts.back().get();
            return solid;
        }
        // No tree over the children: which of them are tested then depends on the present poses
        // alone, and not on how the tree grew.
        if (!solid.compound) solid.compound = std::make_unique<btCompoundShape>(false);
        solid.compound->addChildShape(pose, solid.parts.back().get());
    }
    if (!solid.compound) solid.compound = std::make_unique<btCompoundShape>(false);
    solid.shape = solid.compound.get();
    return solid;
}

void applyMaterial(btCollisionObject &object, const cb_material &material, double threshold) {
    object.setFriction(material.friction);
    object.setRollingFriction(material.rolling_friction);
    object.setSpinningFriction(material.spinning_friction);
    object.setRestitution(material.restitution);
    object.setContactProcessingThreshold(threshold);
}

void add(Hash &hash, const cb_solid &solid) {
    hash.add(solid.mass);
    hash.add(bullet(solid.owner_from_inertial));
    hash.add(bullet(solid.principal_inertia));
    hash.add(solid.material.friction);
    hash.add(solid.material.rolling_friction);
    hash.add(solid.material.spinning_friction);
    hash.add(solid.material.restitution);
    hash.add(uint64_t(solid.collider_count));
    for (int i = 0; i < solid.collider_count; ++i) {
        hash.add(uint64_t(solid.colliders[i].kind));
        hash.add(bullet(solid.colliders[i].size));
        hash.add(bullet(solid.colliders[i].owner_from_shape));
        if (solid.colliders[i].kind != CB_HULL) continue;
        for (int k = 0; k < solid.colliders[i].point_count; ++k) {
            hash.add(bullet(solid.colliders[i].points[k]));
        }
    }
}

}  // namespace cb
