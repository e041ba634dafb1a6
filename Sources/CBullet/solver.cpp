#include "solver.hpp"

#include <algorithm>

namespace cb {

namespace {

/// The pyramid instead of the cone is an option of Bullet's that nothing here asks for.
bool usesCone(const btContactSolverInfo &info) {
    const int asked = SOLVER_USE_2_FRICTION_DIRECTIONS | SOLVER_DISABLE_IMPLICIT_CONE_FRICTION;
    return (info.m_solverMode & asked) == SOLVER_USE_2_FRICTION_DIRECTIONS;
}

struct Stretch {
    int first, end;
};

/// The stretch of `count` values outside which all are zero.
Stretch nonzero(const btScalar *values, int count) {
    int first = 0, end = count;
    while (first < end && values[first] == 0) ++first;
    while (end > first && values[end - 1] == 0) --end;
    return {first, end};
}

btScalar larger(btScalar residual, btScalar velocity) {
    return btMax(residual, velocity * velocity);
}

/// Pairs of rows of one contact, within its cone.
btScalar solvePairs(std::vector<Row> &rows, const std::vector<Row> &normals, bool needsPressure) {
    btScalar residual = 0;
    for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
        Row &first = rows[i], &second = rows[i + 1];
        const btScalar pressure = normals[std::size_t(first.contact)].impulse;
        if (needsPressure && !(pressure > 0)) continue;
        first.bound(pressure);
        second.bound(pressure);
        residual = larger(residual, solveCone(first, second));
    }
    return residual;
}

/// Every two rows belong to one contact: what `solvePairs` takes for granted.
bool arePairs(const std::vector<Row> &rows) {
    if (rows.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        if (rows[i].contact != rows[i + 1].contact) return false;
    }
    return true;
}

}  // namespace

// MARK: Packing

std::array<RowSolver::Kind, 5> RowSolver::kinds() {
    return {{{m_multiBodyNonContactConstraints, joints},
             {m_multiBodyNormalContactConstraints, normals},
             {m_multiBodySpinningFrictionContactConstraints, spins},
             {m_multiBodyTorsionalFrictionContactConstraints, rolls},
             {m_multiBodyFrictionContactConstraints, slides}}};
}

RowSolver::Participant *RowSolver::participant(btMultiBody *body) {
    for (Participant &one : participants) {
        if (one.body == body) return &one;
    }
    return nullptr;
}

void RowSolver::meet(btMultiBody *body, int start, int response) {
    if (!body) return;
    const int count = body->getNumDofs() + 6;
    Participant *known = participant(body);
    if (!known) {
        const Stretch moving = nonzero(&m_data.m_deltaVelocities[start], count);
        participants.push_back({body, start, count, moving.first, moving.end});
        known = &participants.back();
    }
    const Stretch moved = nonzero(&m_data.m_deltaVelocitiesUnitImpulse[response], count);
    if (moved.first == moved.end) return;
    const bool isFirst = known->firstMoved == known->endMoved;
    known->firstMoved = isFirst ? moved.first : std::min(known->firstMoved, moved.first);
    known->endMoved = isFirst ? moved.end : std::max(known->endMoved, moved.end);
}

void RowSolver::meet(btMultiBodyConstraintArray &rows) {
    for (int i = 0; i < rows.size(); ++i) {
        meet(rows[i].m_multiBodyA, rows[i].m_deltaVelAindex, rows[i].m_jacAindex);
        meet(rows[i].m_multiBodyB, rows[i].m_deltaVelBindex, rows[i].m_jacBindex);
    }
}

RowEnd RowSolver::multibodyEnd(btMultiBody *body, int start, int jacobian) {
    const Participant &one = *participant(body);
    RowEnd end;
    const Stretch read = nonzero(&m_data.m_jacobians[jacobian], one.count);
    // What no row moves is zero, and adds nothing to what is read.
    const int first = std::max(read.first, one.firstMoved);
    const int last = std::min(read.end, one.endMoved);
    end.jacobian = &m_data.m_jacobians[jacobian] + first;
    end.read = &m_data.m_deltaVelocities[start] + first;
    end.readCount = std::max(0, last - first);

    const btScalar *response = &m_data.m_deltaVelocitiesUnitImpulse[jacobian];
    const Stretch moved = nonzero(response, one.count);
    end.response = response + moved.first;
    end.moved = &m_data.m_deltaVelocities[start] + moved.first;
    end.movedCount = moved.end - moved.first;
    return end;
}

RowEnd RowSolver::rigidEnd(const btMultiBodySolverConstraint &row, bool isFirst) {
    RowEnd end;
    const int id = isFirst ? row.m_solverBodyIdA : row.m_solverBodyIdB;
    if (id < 0) return end;
    end.rigid = &m_tmpSolverBodyPool[id];
    end.normal = isFirst ? &row.m_contactNormal1 : &row.m_contactNormal2;
    end.arm = isFirst ? &row.m_relpos1CrossNormal : &row.m_relpos2CrossNormal;
    end.turn = isFirst ? &row.m_angularComponentA : &row.m_angularComponentB;
    end.normalOverMass = *end.normal * end.rigid->internalGetInvMass();
    return end;
}

void RowSolver::pack(btMultiBodyConstraintArray &from, std::vector<Row> &to) {
    to.clear();
    for (int i = 0; i < from.size(); ++i) {
        const btMultiBodySolverConstraint &row = from[i];
        Row packed;
        packed.rhs = row.m_rhs;
        packed.cfm = row.m_cfm;
        packed.inverseMass = row.m_jacDiagABInv;
        packed.impulse = row.m_appliedImpulse;
        packed.lowest = row.m_lowerLimit;
        packed.highest = row.m_upperLimit;
        packed.friction = row.m_friction;
        packed.contact = row.m_frictionIndex;
        packed.a = row.m_multiBodyA
                       ? multibodyEnd(row.m_multiBodyA, row.m_deltaVelAindex, row.m_jacAindex)
                       : rigidEnd(row, true);
        packed.b = row.m_multiBodyB
                       ? multibodyEnd(row.m_multiBodyB, row.m_deltaVelBindex, row.m_jacBindex)
                       : rigidEnd(row, false);
        to.push_back(packed);
    }
}

/// Returns whether all that the iterations rely on holds.
bool RowSolver::pack() {
    participants.clear();
    initial.clear();
    for (const Kind &kind : kinds()) meet(kind.from);
    // Bullet adds every impulse up twice, in the solver and in the body; here once, so the two must
    // start as one.
    for (const Participant &one : participants) {
        const btScalar *shared = &m_data.m_deltaVelocities[one.start];
        if (!std::equal(shared, shared + one.count, one.body->getDeltaVelocityVector())) return false;
        initial.insert(initial.end(), shared, shared + one.count);
    }
    for (const Kind &kind : kinds()) pack(kind.from, kind.rows);
    return arePairs(rolls) && arePairs(slides);
}

void RowSolver::unpack() {
    for (const Kind &kind : kinds()) {
        for (int i = 0; i < kind.from.size(); ++i) {
            kind.from[i].m_appliedImpulse = kind.rows[std::size_t(i)].impulse;
        }
    }
    // The body's own sum becomes the solver's, to the bit: first zero, then that.
    const btScalar *before = initial.data();
    for (const Participant &one : participants) {
        one.body->applyDeltaVeeMultiDof2(before, -1);
        one.body->applyDeltaVeeMultiDof2(&m_data.m_deltaVelocities[one.start], 1);
        one.body->setPosUpdated(false);
        before += one.count;
    }
}

// MARK: Iterations

btScalar RowSolver::solveGroupCacheFriendlyIterations(
    btCollisionObject **bodies, int bodyCount, btPersistentManifold **manifolds, int manifoldCount,
    btTypedConstraint **constraints, int constraintCount, const btContactSolverInfo &info,
    btIDebugDraw *drawer) {
    isPacked = !isReference && usesCone(info) && pack();
    const btScalar residual = btMultiBodyConstraintSolver::solveGroupCacheFriendlyIterations(
        bodies, bodyCount, manifolds, manifoldCount, constraints, constraintCount, info, drawer);
    if (isPacked) {
        unpack();
        ++packedSolves;
    }
    isPacked = false;
    return residual;
}

btScalar RowSolver::solveSingleIteration(int iteration, btCollisionObject **bodies, int bodyCount,
                                         btPersistentManifold **manifolds, int manifoldCount,
                                         btTypedConstraint **constraints, int constraintCount,
                                         const btContactSolverInfo &info, btIDebugDraw *drawer) {
    if (!isPacked) {
        return btMultiBodyConstraintSolver::solveSingleIteration(
            iteration, bodies, bodyCount, manifolds, manifoldCount, constraints, constraintCount,
            info, drawer);
    }
    btScalar residual = btSequentialImpulseConstraintSolver::solveSingleIteration(
        iteration, bodies, bodyCount, manifolds, manifoldCount, constraints, constraintCount, info,
        drawer);
    for (int round = 0; round < info.m_numNonContactInnerIterations; ++round) {
        const bool isLast = round + 1 == info.m_numNonContactInnerIterations;
        const btScalar worst = solveJoints(iteration & 1);
        if (isLast) residual = btMax(residual, worst);
    }
    if (iteration >= info.m_numIterations) return residual;
    for (Row &row : normals) residual = larger(residual, row.solve());
    for (Row &row : spins) {
        const btScalar pressure = normals[std::size_t(row.contact)].impulse;
        if (!(pressure > 0)) continue;
        row.bound(pressure);
        residual = larger(residual, row.solve());
    }
    residual = btMax(residual, solvePairs(rolls, normals, true));
    return btMax(residual, solvePairs(slides, normals, false));
}

/// Every other iteration goes through the joints' rows from the far end.
btScalar RowSolver::solveJoints(bool isForward) {
    btScalar residual = 0;
    const std::size_t count = joints.size();
    for (std::size_t i = 0; i < count; ++i) {
        residual = larger(residual, joints[isForward ? i : count - 1 - i].solve());
    }
    return residual;
}

}  // namespace cb
