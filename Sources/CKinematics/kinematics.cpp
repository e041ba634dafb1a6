/* Any allocation by Eigen in this file is an assertion failure in debug builds. */
#define EIGEN_NO_MALLOC

#include "CKinematics.h"

#include <Eigen/Cholesky>
#include <Eigen/Dense>
#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <new>

namespace {

using Eigen::Matrix3d;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;
using JointColumn = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, CK_MAX_JOINTS, 1>;
using Jacobian = Eigen::Matrix<double, 6, Eigen::Dynamic, 0, 6, CK_MAX_JOINTS>;
using Jacobian3 = Eigen::Matrix<double, 3, Eigen::Dynamic, 0, 3, CK_MAX_JOINTS>;

struct Frame {
    Quaterniond rotation;
    Vector3d translation;

    Frame operator*(const Frame &inner) const {
        return {rotation * inner.rotation, translation + rotation * inner.translation};
    }
};

struct Joint {
    int parent;
    bool is_prismatic;
    Vector3d axis;
    Frame parent_from_link;
    double lower, upper;
};

Frame frame(const ck_pose &pose) {
    const double *q = pose.quaternion;
    return {
        Quaterniond(q[3], q[0], q[1], q[2]).normalized(),
        Vector3d(pose.translation[0], pose.translation[1], pose.translation[2]),
    };
}

void store(const Frame &frame, ck_pose &out) {
    for (int i = 0; i < 3; i++) out.translation[i] = frame.translation[i];
    out.quaternion[0] = frame.rotation.x();
    out.quaternion[1] = frame.rotation.y();
    out.quaternion[2] = frame.rotation.z();
    out.quaternion[3] = frame.rotation.w();
}

Frame moved(const Joint &joint, double q) {
    if (joint.is_prismatic) return {Quaterniond::Identity(), joint.axis * q};
    return {Quaterniond(Eigen::AngleAxisd(q, joint.axis)), Vector3d::Zero()};
}

/* The rotation vector of a unit quaternion, of length in [0, pi]. */
Vector3d logarithm(Quaterniond q) {
    if (q.w() < 0) q.coeffs() *= -1;
    const double norm = q.vec().norm();
    if (norm < 1e-12) return q.vec() * 2;
    return q.vec() * (2 * std::atan2(norm, q.w()) / norm);
}

} // namespace

struct ck_model {
    EIGEN_MAKE_ALIGNED_OPERATOR_NEW
    int count;
    int arm_count;
    Joint joints[CK_MAX_JOINTS];
    Frame link_from_tool;
};

namespace {

/* The arm's frames at one configuration. */
struct Chain {
    Frame base_from_link[CK_MAX_JOINTS];
    Frame base_from_tool;

    Chain(const ck_model &model, const double *q) {
        for (int i = 0; i < model.arm_count; i++) {
            const Joint &joint = model.joints[i];
            const Frame local = joint.parent_from_link * moved(joint, q[i]);
            base_from_link[i] = i == 0 ? local : base_from_link[i - 1] * local;
        }
        base_from_tool = base_from_link[model.arm_count - 1] * model.link_from_tool;
    }
};

void fill(Jacobian &jacobian, const ck_model &model, const Chain &chain) {
    for (int i = 0; i < model.arm_count; i++) {
        const Frame &link = chain.base_from_link[i];
        const Vector3d axis = link.rotation * model.joints[i].axis;
        if (model.joints[i].is_prismatic) {
            jacobian.col(i) << axis, Vector3d::Zero();
        } else {
            const Vector3d arm = chain.base_from_tool.translation - link.translation;
            jacobian.col(i) << axis.cross(arm), axis;
        }
    }
}

Vector6 error(const Frame &current, const Frame &target, bool position_only) {
    Vector6 out;
    out.head<3>() = target.translation - current.translation;
    out.tail<3>() = position_only
        ? Vector3d::Zero()
        : logarithm(target.rotation * current.rotation.conjugate());
    return out;
}

/* How much of the squared error is added to the squared damping. */
constexpr double error_damping = 0.05;

/* While the error is above this, every iteration pulls home; below it only the first does, so
 * that the last iterations converge on the target alone. */
constexpr double far_error = 1e-3;

/* A step whose largest joint moves less than this, in radians or metres, is rest. */
constexpr double resting_step = 1e-5;

/* One damped step: dq = J^T (J J^T + lambda^2 I)^-1 (e - J z) + z, with z the pull home.
 * The damping grows with the error (Sugihara, "Solvability-unconcerned inverse kinematics by the
 * Levenberg-Marquardt method", IEEE T-RO 2011), so far targets do not make the step explode. */
JointColumn
damped_step(const Jacobian &jacobian, const Vector6 &error, const JointColumn &pull, double damping) {
    Matrix6 normal = jacobian * jacobian.transpose();
    normal.diagonal().array() += damping + error_damping * error.squaredNorm();
    const Vector6 residual = error - jacobian * pull;
    const Vector6 solved = normal.ldlt().solve(residual);
    return jacobian.transpose() * solved + pull;
}

/* Added to the squares of what joints do to the position, so that they can be inverted. */
constexpr double projector_damping = 1e-12;

/* The square of the turn of a joint below which a direction counts as one that no joint turns. */
constexpr double least_turn = 1e-5;

/* A damped step for the position, and within what that leaves free one for the rotation: an arm of
 * fewer than six joints keeps its tool where it should be and turns it as far as it can (task
 * priority: Nakamura, Hanafusa, Yoshikawa, IJRR 1987). */
JointColumn prioritised_step(const Jacobian &jacobian, const Vector6 &error, double damping) {
    const Jacobian3 linear = jacobian.topRows<3>();
    const Jacobian3 angular = jacobian.bottomRows<3>();
    const Vector3d distance = error.head<3>();
    const Vector3d turn = error.tail<3>();

    const Matrix3d square = linear * linear.transpose();
    Matrix3d damped = square;
    damped.diagonal().array() += damping + error_damping * distance.squaredNorm();
    const Vector3d pushed = damped.ldlt().solve(distance);
    const JointColumn moved = linear.transpose() * pushed;

    /* The angular motion that leaves the position alone. A projector needs next to no damping, and
     * what it leaks a large angle would turn into a shift. */
    Matrix3d firm = square;
    firm.diagonal().array() += projector_damping;
    const Matrix3d cross = linear * angular.transpose();
    const Matrix3d coupling = firm.ldlt().solve(cross).transpose();
    const Jacobian3 free = angular - coupling * linear;
    /* Directions that no joint turns are left out, not damped: their error never goes away. */
    const Matrix3d turns = free * free.transpose();
    const Eigen::SelfAdjointEigenSolver<Matrix3d> axes(turns);
    const Vector3d missing = axes.eigenvectors().transpose() * (turn - angular * moved);
    Vector3d gained = Vector3d::Zero();
    for (int i = 0; i < 3; i++) {
        const double reach = axes.eigenvalues()[i];
        if (reach < least_turn) continue;
        gained[i] = missing[i] / (reach + damping + error_damping * turn.squaredNorm());
    }
    return moved + free.transpose() * (axes.eigenvectors() * gained);
}

/* Takes joints that stand at a limit and would leave it out of the step. Returns how many. */
int lock_blocked(
    const ck_model &model,
    const double *q,
    const JointColumn &step,
    Jacobian &jacobian,
    JointColumn &pull,
    bool *is_locked
) {
    int locked = 0;
    for (int i = 0; i < model.arm_count; i++) {
        const Joint &joint = model.joints[i];
        const bool leaves =
            (q[i] <= joint.lower && step[i] < 0) || (q[i] >= joint.upper && step[i] > 0);
        if (!leaves || is_locked[i]) continue;
        is_locked[i] = true;
        jacobian.col(i).setZero();
        pull[i] = 0;
        locked++;
    }
    return locked;
}

void measure(const Vector6 &error, const ck_solver &solver, ck_solution &solution) {
    solution.position_residual = error.head<3>().norm();
    solution.rotation_residual = error.tail<3>().norm();
    solution.converged = solution.position_residual <= solver.position_tolerance
        && (solver.rotation_yields || solution.rotation_residual <= solver.rotation_tolerance);
}

/* Applies one step to `q`, bounded by the largest step and the joint limits. Returns its largest
 * entry. */
double advance(
    const ck_model &model,
    const ck_solver &solver,
    const Chain &chain,
    const Vector6 &error,
    const double *home,
    double null_gain,
    double *q
) {
    const int n = model.arm_count;
    Jacobian jacobian(6, n);
    fill(jacobian, model, chain);
    if (solver.position_only) jacobian.bottomRows<3>().setZero();
    JointColumn pull(n);
    for (int i = 0; i < n; i++) pull[i] = null_gain * (home[i] - q[i]);
    const auto stepped = [&]() -> JointColumn {
        if (solver.rotation_yields) return prioritised_step(jacobian, error, solver.damping);
        return damped_step(jacobian, error, pull, solver.damping);
    };

    JointColumn step = stepped();
    bool is_locked[CK_MAX_JOINTS] = {};
    for (int round = 0; round < n; round++) {
        if (lock_blocked(model, q, step, jacobian, pull, is_locked) == 0) break;
        step = stepped();
    }

    const double largest = step.cwiseAbs().maxCoeff();
    const double scale = largest > solver.max_step ? solver.max_step / largest : 1;
    for (int i = 0; i < n; i++) {
        const Joint &joint = model.joints[i];
        if (!is_locked[i]) q[i] = std::clamp(q[i] + scale * step[i], joint.lower, joint.upper);
    }
    return scale * largest;
}

} // namespace

extern "C" ck_model *ck_model_create(
    const ck_joint *joints,
    int32_t count,
    int32_t arm_count,
    const ck_pose *link_from_tool
) {
    if (count < 1 || count > CK_MAX_JOINTS || arm_count < 1 || arm_count > count) return nullptr;
    ck_model *model = new (std::nothrow) ck_model;
    if (model == nullptr) return nullptr;
    model->count = count;
    model->arm_count = arm_count;
    model->link_from_tool = frame(*link_from_tool);
    for (int i = 0; i < count; i++) {
        const ck_joint &in = joints[i];
        const bool is_chain = i >= arm_count || in.parent == i - 1;
        if (in.parent < -1 || in.parent >= i || !is_chain || in.lower > in.upper) {
            delete model;
            return nullptr;
        }
        const Vector3d axis(in.axis[0], in.axis[1], in.axis[2]);
        model->joints[i] = {
            in.parent,
            in.is_prismatic != 0,
            axis.normalized(),
            frame(in.parent_from_link),
            in.lower,
            in.upper,
        };
    }
    return model;
}

extern "C" void ck_model_free(ck_model *model) { delete model; }

extern "C" void ck_link_poses(const ck_model *model, const double *q, ck_pose *base_from_link) {
    Frame frames[CK_MAX_JOINTS];
    for (int i = 0; i < model->count; i++) {
        const Joint &joint = model->joints[i];
        const Frame local = joint.parent_from_link * moved(joint, q[i]);
        frames[i] = joint.parent < 0 ? local : frames[joint.parent] * local;
        store(frames[i], base_from_link[i]);
    }
}

extern "C" void ck_tool_pose(const ck_model *model, const double *q, ck_pose *base_from_tool) {
    store(Chain(*model, q).base_from_tool, *base_from_tool);
}

extern "C" void ck_jacobian(const ck_model *model, const double *q, double *jacobian) {
    Jacobian columns(6, model->arm_count);
    fill(columns, *model, Chain(*model, q));
    for (int row = 0; row < 6; row++) {
        for (int i = 0; i < model->arm_count; i++) {
            jacobian[row * model->arm_count + i] = columns(row, i);
        }
    }
}

extern "C" void ck_solve(
    const ck_model *model,
    const ck_solver *solver,
    const ck_pose *base_from_target,
    const double *home,
    double *q,
    ck_solution *solution
) {
    const Frame target = frame(*base_from_target);
    const int n = model->arm_count;
    for (int i = 0; i < n; i++) {
        q[i] = std::clamp(q[i], model->joints[i].lower, model->joints[i].upper);
    }
    solution->iterations = 0;
    double largest_step = 0;
    while (true) {
        const Chain chain(*model, q);
        const Vector6 e = error(chain.base_from_tool, target, solver->position_only != 0);
        measure(e, *solver, *solution);
        const bool is_first = solution->iterations == 0;
        /* A rotation that yields has come as far as it can when the joints rest. */
        const bool is_done = solution->rotation_residual <= solver->rotation_tolerance
            || largest_step <= resting_step;
        if ((solution->converged && is_done && !is_first)
            || solution->iterations >= solver->max_iterations) {
            return;
        }
        const bool pulls = is_first || e.norm() > far_error;
        largest_step = advance(*model, *solver, chain, e, home, pulls ? solver->null_gain : 0, q);
        solution->iterations++;
    }
}
