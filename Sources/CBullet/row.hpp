#pragma once

// Contracted products would round otherwise than Bullet's library, which is built without them.
#pragma STDC FP_CONTRACT OFF

#include <cmath>

#include "BulletDynamics/Featherstone/btMultiBodySolverConstraint.h"
#include "btBulletDynamicsCommon.h"

namespace cb {

/// One end of a constraint row: what it reads of a body's change of velocity, and what an impulse
/// adds to it.
///
/// A multibody's end holds only the stretches of its vectors that are not zero: a motor's row needs
/// one joint's velocity. An end that neither reads nor moves anything is all zero.
struct RowEnd {
    const btScalar *jacobian = nullptr;
    const btScalar *read = nullptr;
    const btScalar *response = nullptr;
    btScalar *moved = nullptr;
    int readCount = 0;
    int movedCount = 0;

    /// A rigid body's end.
    btSolverBody *rigid = nullptr;
    const btVector3 *normal = nullptr;
    const btVector3 *arm = nullptr;
    const btVector3 *turn = nullptr;
    btVector3 normalOverMass{0, 0, 0};

    btScalar velocity() const {
        btScalar sum = 0;
        if (rigid) {
            sum += normal->dot(rigid->internalGetDeltaLinearVelocity()) +
                   arm->dot(rigid->internalGetDeltaAngularVelocity());
        }
        for (int i = 0; i < readCount; ++i) sum += jacobian[i] * read[i];
        return sum;
    }

    void push(btScalar impulse) const {
        if (rigid) rigid->internalApplyImpulse(normalOverMass, *turn, impulse);
        for (int i = 0; i < movedCount; ++i) moved[i] += response[i] * impulse;
    }
};

/// A row of the projected Gauss-Seidel iteration, packed from Bullet's, whose names its values keep.
struct Row {
    btScalar rhs = 0;
    btScalar cfm = 0;
    btScalar inverseMass = 0;
    btScalar impulse = 0;
    btScalar lowest = 0;
    btScalar highest = 0;
    btScalar friction = 0;
    /// The contact that a friction row belongs to, as an index of the normals.
    int contact = -1;
    RowEnd a, b;

    /// The change of impulse that would meet the target, before any bound.
    btScalar correction() const {
        btScalar change = rhs - impulse * cfm;
        const btScalar velocityA = a.velocity();
        const btScalar velocityB = b.velocity();
        change -= velocityA * inverseMass;
        change -= velocityB * inverseMass;
        return change;
    }

    void push(btScalar change) const {
        a.push(change);
        b.push(change);
    }

    void bound(btScalar pressure) {
        highest = friction * pressure;
        lowest = -highest;
    }

    /// Moves the impulse within its bounds, and returns the velocity that this corrected.
    btScalar solve() {
        btScalar change = correction();
        const btScalar wanted = impulse + change;
        if (wanted < lowest) {
            change = lowest - impulse;
            impulse = lowest;
        } else if (wanted > highest) {
            change = highest - impulse;
            impulse = highest;
        } else {
            impulse = wanted;
        }
        // Where a bound holds, as at most joint limits, nothing moves.
        if (change != 0) push(change);
        return change / inverseMass;
    }
};

/// Moves the impulse of one of two directions to within `reach`; returns the change.
inline btScalar clip(btScalar change, btScalar wanted, btScalar reach, btScalar &impulse) {
    const btScalar before = impulse;
    impulse = wanted < -reach ? -reach : wanted > reach ? reach : wanted;
    return impulse == wanted ? change : impulse - before;
}

/// Moves two impulses within the friction cone, and returns the velocity that this corrected.
///
/// Outside it, each is cut to its share of the cone's edge in the direction of the two.
inline btScalar solveCone(Row &first, Row &second) {
    btScalar changeSecond = second.correction();
    const btScalar wantedSecond = second.impulse + changeSecond;
    btScalar changeFirst = first.correction();
    const btScalar wantedFirst = first.impulse + changeFirst;
    if (wantedFirst * wantedFirst + wantedSecond * wantedSecond >= first.lowest * second.lowest) {
        const btScalar angle = std::atan2(wantedFirst, wantedSecond);
        const btScalar reachFirst = std::fabs(first.lowest * std::sin(angle));
        const btScalar reachSecond = std::fabs(second.lowest * std::cos(angle));
        changeFirst = clip(changeFirst, wantedFirst, reachFirst, first.impulse);
        changeSecond = clip(changeSecond, wantedSecond, reachSecond, second.impulse);
    } else {
        first.impulse = wantedFirst;
        second.impulse = wantedSecond;
    }
    first.push(changeFirst);
    second.push(changeSecond);
    return changeFirst / first.inverseMass + changeSecond / second.inverseMass;
}

}  // namespace cb
