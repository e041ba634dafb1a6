#pragma once

#include <cmath>

#include "LinearMath/btTransform.h"
#include "include/cbullet.h"

namespace cb {

/// Lengths beyond this lose the precision that contacts need; such input is a mistake in units.
constexpr double kLargest = 1e6;

inline bool ok(double v) { return std::isfinite(v) && std::fabs(v) <= kLargest; }
inline bool nonNegative(double v) { return ok(v) && v >= 0; }
inline bool positive(double v) { return ok(v) && v > 0; }
inline bool ok(const cb_vector &v) { return ok(v.x) && ok(v.y) && ok(v.z); }
inline bool ok(const cb_twist &t) { return ok(t.linear) && ok(t.angular); }

inline bool ok(const cb_quaternion &q) {
    const double norm = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
    return std::isfinite(norm) && std::fabs(norm - 1) < 1e-6;
}

inline bool ok(const cb_pose &p) { return ok(p.position) && ok(p.rotation); }

inline btVector3 bullet(const cb_vector &v) { return btVector3(v.x, v.y, v.z); }

inline btTransform bullet(const cb_pose &p) {
    const auto &q = p.rotation;
    return btTransform(btQuaternion(q.x, q.y, q.z, q.w), bullet(p.position));
}

inline cb_vector plain(const btVector3 &v) { return {v.x(), v.y(), v.z()}; }

inline cb_pose plain(const btTransform &t) {
    const btQuaternion q = t.getRotation();
    return {plain(t.getOrigin()), {q.x(), q.y(), q.z(), q.w()}};
}

}  // namespace cb
