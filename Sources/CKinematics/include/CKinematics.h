/* Forward kinematics, geometric Jacobian and damped least squares inverse kinematics of a tree of
 * one-degree-of-freedom joints. Plain C over Eigen; no exception crosses.
 *
 * A model is immutable and may be used from many threads. No call but create and free allocates:
 * all scratch lives on the stack with fixed maximum sizes. Metres and radians; quaternions as
 * (x, y, z, w); everything in the base frame unless its name says otherwise.
 */
#ifndef SIMRUN_CKINEMATICS_H
#define SIMRUN_CKINEMATICS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CK_MAX_JOINTS = 16 };

typedef struct ck_model ck_model;

typedef struct {
    double translation[3];
    double quaternion[4];
} ck_pose;

typedef struct {
    int32_t parent;       /* -1 for the base, otherwise less than the joint's own index */
    int32_t is_prismatic;
    double axis[3];       /* unit, in the link's frame */
    ck_pose parent_from_link; /* at joint position 0 */
    double lower, upper;
} ck_joint;

typedef struct {
    double position_tolerance; /* m */
    double rotation_tolerance; /* rad */
    double damping;            /* lambda squared at zero error */
    double null_gain;          /* share of the way home taken in the null space per iteration */
    double max_step;           /* the largest joint step of an iteration, rad or m */
    int32_t max_iterations;
    int32_t position_only;     /* ignore the target's rotation */
    int32_t rotation_yields;   /* the rotation is met as far as the position allows, no further */
} ck_solver;

typedef struct {
    double position_residual; /* m */
    double rotation_residual; /* rad */
    int32_t iterations;
    int32_t converged;
} ck_solution;

/* `arm_count` joints 0..<arm_count form the chain from base to tool; the tool is fixed to the last
 * of them. Returns NULL when counts or parents are out of range or memory is short. */
ck_model *ck_model_create(
    const ck_joint *joints,
    int32_t count,
    int32_t arm_count,
    const ck_pose *link_from_tool
);
void ck_model_free(ck_model *model);

/* All link poses `base_from_link[count]` at positions `q[count]`. */
void ck_link_poses(const ck_model *model, const double *q, ck_pose *base_from_link);

/* The tool's pose at arm positions `q[arm_count]`. */
void ck_tool_pose(const ck_model *model, const double *q, ck_pose *base_from_tool);

/* The geometric Jacobian of the tool, row-major [6, arm_count]: three rows of linear velocity of
 * the tool's origin, three of angular velocity, both along the base's axes. */
void ck_jacobian(const ck_model *model, const double *q, double *jacobian);

/* Moves `q[arm_count]` from where it starts towards the target, within the joint limits. */
void ck_solve(
    const ck_model *model,
    const ck_solver *solver,
    const ck_pose *base_from_target,
    const double *home,
    double *q,
    ck_solution *solution
);

#ifdef __cplusplus
}
#endif

#endif
