#pragma once

#include <vector>

#include "btBulletCollisionCommon.h"

namespace cb {

/// Where a contact manifold belongs: a pair of collision objects, and the child shapes of each.
///
/// A child is -1 where its object is no compound. Keys are unique and mean the same in every world
/// that was built alike.
struct ManifoldKey {
    int object0, object1;
    int child0, child1;

    bool operator==(const ManifoldKey &other) const;
    bool operator<(const ManifoldKey &other) const;
};

struct KeyedManifold {
    ManifoldKey key;
    btPersistentManifold *manifold;
};

/// Handles two compounds as compound against child, so that every manifold has a key.
class NestedCompoundConfiguration final : public btDefaultCollisionConfiguration {
public:
    NestedCompoundConfiguration();
    btCollisionAlgorithmCreateFunc *getCollisionAlgorithmCreateFunc(int type0, int type1) override;
};

/// Keeps its manifolds in the order of their keys, so that the solver meets them in an order that
/// follows from the present contacts alone.
class OrderedDispatcher final : public btCollisionDispatcher {
public:
    using btCollisionDispatcher::btCollisionDispatcher;

    void dispatchAllCollisionPairs(btOverlappingPairCache *pairs, const btDispatcherInfo &info,
                                   btDispatcher *dispatcher) override;

    /// The manifolds that exist, by key; valid until the next dispatch.
    const std::vector<KeyedManifold> &manifolds() const { return manifolds_; }
    /// Reads the manifolds anew, after pairs were removed outside a dispatch.
    void collect(btOverlappingPairCache &pairs);

private:
    void collect(btCollisionAlgorithm &algorithm, ManifoldKey key);
    void collectChildren(btCollisionAlgorithm &algorithm, ManifoldKey key, int children0,
                         int children1);

    std::vector<KeyedManifold> manifolds_;
    btManifoldArray leaf_;
};

}  // namespace cb
