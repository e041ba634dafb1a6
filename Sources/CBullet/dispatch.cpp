#include "dispatch.hpp"

#include <algorithm>
#include <tuple>

#include "BulletCollision/CollisionDispatch/btCompoundCollisionAlgorithm.h"

namespace cb {

namespace {

btDefaultCollisionConstructionInfo smallPools() {
    // Bullet's default pools take megabytes, which a world that is rebuilt at every reset pays for
    // each time; the pools fall back on the heap when they are full.
    btDefaultCollisionConstructionInfo info;
    info.m_defaultMaxPersistentManifoldPoolSize = 256;
    info.m_defaultMaxCollisionAlgorithmPoolSize = 512;
    return info;
}

/// The number of children of a compound, or -1 for any other shape.
int childCount(const btBroadphaseProxy &proxy) {
    const auto *object = static_cast<const btCollisionObject *>(proxy.m_clientObject);
    const btCollisionShape *shape = object->getCollisionShape();
    if (!shape->isCompound()) return -1;
    return static_cast<const btCompoundShape *>(shape)->getNumChildShapes();
}

auto tie(const ManifoldKey &key) {
    return std::tie(key.object0, key.object1, key.child0, key.child1);
}

}  // namespace

bool ManifoldKey::operator==(const ManifoldKey &other) const { return tie(*this) == tie(other); }
bool ManifoldKey::operator<(const ManifoldKey &other) const { return tie(*this) < tie(other); }

NestedCompoundConfiguration::NestedCompoundConfiguration()
    : btDefaultCollisionConfiguration(smallPools()) {}

btCollisionAlgorithmCreateFunc *NestedCompoundConfiguration::getCollisionAlgorithmCreateFunc(
    int type0, int type1) {
    if (btBroadphaseProxy::isCompound(type0) && btBroadphaseProxy::isCompound(type1)) {
        return m_compoundCreateFunc;
    }
    return btDefaultCollisionConfiguration::getCollisionAlgorithmCreateFunc(type0, type1);
}

void OrderedDispatcher::dispatchAllCollisionPairs(btOverlappingPairCache *pairs,
                                                  const btDispatcherInfo &info,
                                                  btDispatcher *dispatcher) {
    btCollisionDispatcher::dispatchAllCollisionPairs(pairs, info, dispatcher);
    collect(*pairs);
}

void OrderedDispatcher::collect(btOverlappingPairCache &pairs) {
    manifolds_.clear();
    btBroadphasePairArray &all = pairs.getOverlappingPairArray();
    for (int i = 0; i < all.size(); ++i) {
        btBroadphasePair &pair = all[i];
        if (!pair.m_algorithm) continue;
        const ManifoldKey key{pair.m_pProxy0->getUid(), pair.m_pProxy1->getUid(), -1, -1};
        const int children0 = childCount(*pair.m_pProxy0);
        const int children1 = childCount(*pair.m_pProxy1);
        if (children0 >= 0 || children1 >= 0) {
            collectChildren(*pair.m_algorithm, key, children0, children1);
        } else {
            collect(*pair.m_algorithm, key);
        }
    }
    std::sort(manifolds_.begin(), manifolds_.end(),
              [](const KeyedManifold &a, const KeyedManifold &b) { return a.key < b.key; });

    // Every manifold belongs to an algorithm of a pair; were that ever false, Bullet's own order
    // is still a valid one.
    if (int(manifolds_.size()) != m_manifoldsPtr.size()) return;
    for (std::size_t i = 0; i < manifolds_.size(); ++i) {
        m_manifoldsPtr[int(i)] = manifolds_[i].manifold;
        manifolds_[i].manifold->m_index1a = int(i);
    }
}

void OrderedDispatcher::collectChildren(btCollisionAlgorithm &algorithm, ManifoldKey key,
                                        int children0, int children1) {
    // Object 0's children are met first; where they meet a compound, that one's children follow.
    auto &compound = static_cast<btCompoundCollisionAlgorithm &>(algorithm);
    const bool isFirst = children0 >= 0;
    const int count = isFirst ? children0 : children1;
    for (int i = 0; i < count; ++i) {
        btCollisionAlgorithm *child = compound.getChildAlgorithm(i);
        if (!child) continue;
        (isFirst ? key.child0 : key.child1) = i;
        if (isFirst && children1 >= 0) {
            collectChildren(*child, key, -1, children1);
        } else {
            collect(*child, key);
        }
    }
}

void OrderedDispatcher::collect(btCollisionAlgorithm &algorithm, ManifoldKey key) {
    leaf_.resize(0);
    algorithm.getAllContactManifolds(leaf_);
    // An algorithm for two convex shapes owns at most one manifold.
    if (leaf_.size() > 0) manifolds_.push_back({key, leaf_[0]});
}

}  // namespace cb
