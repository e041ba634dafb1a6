#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "row.hpp"

#include "BulletDynamics/Featherstone/btMultiBody.h"
#include "BulletDynamics/Featherstone/btMultiBodyConstraintSolver.h"

namespace cb {

/// Bullet's multibody solver with iterations of our own over the rows that a multibody takes part in.
///
/// Bullet sets the rows up and takes their impulses back; rows between two rigid bodies stay with
/// it. The iterations do its operations in its order, less those that add an exact zero, on packed
/// rows, so every step ends with the same bits; tests compare the two over whole episodes.
class RowSolver : public btMultiBodyConstraintSolver {
public:
    /// Iterates by Bullet's own code: the reference.
    bool isReference = false;
    /// How often packed rows were solved.
    int64_t packedSolves = 0;

protected:
    btScalar solveGroupCacheFriendlyIterations(btCollisionObject **bodies, int bodyCount,
                                               btPersistentManifold **manifolds, int manifoldCount,
                                               btTypedConstraint **constraints, int constraintCount,
                                               const btContactSolverInfo &info,
                                               btIDebugDraw *drawer) override;
    btScalar solveSingleIteration(int iteration, btCollisionObject **bodies, int bodyCount,
                                  btPersistentManifold **manifolds, int manifoldCount,
                                  btTypedConstraint **constraints, int constraintCount,
                                  const btContactSolverInfo &info, btIDebugDraw *drawer) override;

private:
    /// A multibody of this solve.
    struct Participant {
        btMultiBody *body;
        /// Where its change of velocity starts in the shared vector, and its length.
        int start, count;
        /// Outside of it no row can move the velocity.
        int firstMoved, endMoved;
    };

    /// A kind of Bullet's rows, and ours packed from them.
    struct Kind {
        btMultiBodyConstraintArray &from;
        std::vector<Row> &rows;
    };

    std::array<Kind, 5> kinds();
    bool pack();
    void unpack();
    void meet(btMultiBodyConstraintArray &rows);
    void meet(btMultiBody *body, int start, int response);
    void pack(btMultiBodyConstraintArray &from, std::vector<Row> &to);
    RowEnd multibodyEnd(btMultiBody *body, int start, int jacobian);
    RowEnd rigidEnd(const btMultiBodySolverConstraint &row, bool isFirst);
    Participant *participant(btMultiBody *body);
    btScalar solveJoints(bool isForward);

    bool isPacked = false;
    std::vector<Participant> participants;
    /// The changes of velocity as Bullet's set-up left them.
    std::vector<btScalar> initial;
    std::vector<Row> joints, normals, spins, rolls, slides;
};

}  // namespace cb
