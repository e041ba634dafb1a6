#include "convert.hpp"
#include "hash.hpp"
#include "world.hpp"

namespace {

bool finite(const btVector3 &v) {
    return std::isfinite(v.x()) && std::isfinite(v.y()) && std::isfinite(v.z());
}

bool finite(const btQuaternion &q) {
    return std::isfinite(q.x()) && std::isfinite(q.y()) && std::isfinite(q.z()) &&
           std::isfinite(q.w());
}

bool finite(const btTransform &t) {
    const btMatrix3x3 &basis = t.getBasis();
    return finite(t.getOrigin()) && finite(basis[0]) && finite(basis[1]) && finite(basis[2]);
}

bool finite(const cb::Multibody &multibody) {
    const btMultiBody &body = *multibody.body;
    if (!finite(body.getBasePos()) || !finite(body.getWorldToBaseRot())) return false;
    if (!finite(body.getBaseVel()) || !finite(body.getBaseOmega())) return false;
    for (const cb::Joint &joint : multibody.joints) {
        if (!std::isfinite(body.getJointPos(joint.link))) return false;
        if (!std::isfinite(body.getJointVel(joint.link))) return false;
    }
    return true;
}

bool finite(const btRigidBody &body) {
    return finite(body.getWorldTransform()) && finite(body.getLinearVelocity()) &&
           finite(body.getAngularVelocity());
}

void add(cb::Hash &hash, const cb::Multibody &multibody) {
    const btMultiBody &body = *multibody.body;
    hash.add(body.getBasePos());
    hash.add(body.getWorldToBaseRot());
    hash.add(body.getBaseVel());
    hash.add(body.getBaseOmega());
    for (const cb::Joint &joint : multibody.joints) {
        hash.add(double(body.getJointPos(joint.link)));
        hash.add(double(body.getJointVel(joint.link)));
        hash.add(joint.target);
        hash.add(joint.targetVelocity);
    }
}

}  // namespace

extern "C" {

bool cb_world_is_finite(const cb_world *world) {
    if (!world) return false;
    for (const auto &multibody : world->multibodies) {
        if (!finite(*multibody)) return false;
    }
    for (const auto &body : world->bodies) {
        if (!finite(*body->body)) return false;
    }
    return true;
}

uint64_t cb_world_hash(const cb_world *world) {
    cb::Hash hash;
    if (!world) return hash.value();
    for (const auto &multibody : world->multibodies) add(hash, *multibody);
    for (const auto &body : world->bodies) {
        hash.add(body->body->getWorldTransform());
        hash.add(body->body->getLinearVelocity());
        hash.add(body->body->getAngularVelocity());
    }
    return hash.value();
}

}  // extern "C"
