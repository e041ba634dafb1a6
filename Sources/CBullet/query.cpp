#include "convert.hpp"
#include "world.hpp"

namespace {

bool same(cb_object a, cb_object b) {
    return a.multibody == b.multibody && a.index == b.index;
}

cb_contact flipped(cb_contact contact) {
    std::swap(contact.a, contact.b);
    contact.normal = {-contact.normal.x, -contact.normal.y, -contact.normal.z};
    return contact;
}

/// Adds the points of `manifold` that the solver acted on in the last step.
void accumulate(const btPersistentManifold &manifold, cb_contact &contact) {
    const bool isSwapped = !same(cb::nameOf(*manifold.getBody0()), contact.a);
    for (int i = 0; i < manifold.getNumContacts(); ++i) {
        const btManifoldPoint &point = manifold.getContactPoint(i);
        // A point beyond the threshold was not solved: its impulse is from an earlier step.
        if (point.getDistance() > manifold.getContactProcessingThreshold()) continue;
        contact.normal_impulse += point.getAppliedImpulse();
        if (contact.point_count == 0 || point.getDistance() < contact.distance) {
            const double sign = isSwapped ? -1 : 1;
            contact.distance = point.getDistance();
            contact.normal = cb::plain(sign * point.m_normalWorldOnB);
            contact.position = cb::plain(isSwapped ? point.getPositionWorldOnA()
                                                   : point.getPositionWorldOnB());
        }
        ++contact.point_count;
    }
}

/// Calls `visit` for every touching pair, in key order.
template <typename Visit>
void forEachContact(const cb_world &world, Visit visit) {
    const auto &manifolds = world.dispatcher.manifolds();
    std::size_t i = 0;
    while (i < manifolds.size()) {
        const cb::ManifoldKey pair = manifolds[i].key;
        cb_contact contact{};
        contact.a = cb::nameOf(*manifolds[i].manifold->getBody0());
        contact.b = cb::nameOf(*manifolds[i].manifold->getBody1());
        for (; i < manifolds.size() && manifolds[i].key.object0 == pair.object0 &&
               manifolds[i].key.object1 == pair.object1;
             ++i) {
            accumulate(*manifolds[i].manifold, contact);
        }
        if (contact.point_count > 0) visit(contact);
    }
}

}  // namespace

extern "C" {

cb_status cb_world_contacts(const cb_world *world, cb_contact *buffer, int32_t capacity,
                            int32_t *total) {
    if (!world || !total || capacity < 0 || (capacity > 0 && !buffer)) return CB_INVALID;
    int32_t count = 0;
    forEachContact(*world, [&](const cb_contact &contact) {
        if (count < capacity) buffer[count] = contact;
        ++count;
    });
    *total = count;
    return CB_OK;
}

cb_status cb_world_contact_between(const cb_world *world, cb_object a, cb_object b,
                                   cb_contact *result) {
    if (!world || !result || !world->names(a) || !world->names(b)) return CB_INVALID;
    *result = cb_contact{};
    result->a = a;
    result->b = b;
    forEachContact(*world, [&](const cb_contact &contact) {
        if (same(contact.a, a) && same(contact.b, b)) *result = contact;
        if (same(contact.a, b) && same(contact.b, a)) *result = flipped(contact);
    });
    return CB_OK;
}

cb_status cb_world_ray_test(const cb_world *world, cb_vector start, cb_vector end,
                            cb_ray_hit *hit) {
    if (!world || !hit || !cb::ok(start) || !cb::ok(end)) return CB_INVALID;
    const btVector3 from = cb::bullet(start);
    const btVector3 to = cb::bullet(end);
    *hit = cb_ray_hit{};
    if ((to - from).length2() == 0) return CB_INVALID;
    btCollisionWorld::ClosestRayResultCallback result(from, to);
    // Every group, the static ones too; objects without shapes have no group.
    result.m_collisionFilterGroup = btBroadphaseProxy::AllFilter;
    world->world.rayTest(from, to, result);
    if (!result.hasHit()) return CB_OK;
    hit->hit = true;
    hit->object = cb::nameOf(*result.m_collisionObject);
    hit->fraction = result.m_closestHitFraction;
    hit->position = cb::plain(result.m_hitPointWorld);
    hit->normal = cb::plain(result.m_hitNormalWorld.normalized());
    return CB_OK;
}

}  // extern "C"
