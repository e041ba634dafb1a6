/* URDF text to flat structs, through ROS's own parser (urdfdom). Plain C: no exception crosses.
 *
 * A model is immutable once parsed and may be read from any thread. Strings and pointers handed
 * out belong to the model and live as long as it does. Lengths in metres, angles in radians,
 * quaternions as (x, y, z, w).
 */
#ifndef SIMRUN_CURDF_H
#define SIMRUN_CURDF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cu_model cu_model;

typedef struct {
    double translation[3];
    double quaternion[4];
} cu_pose;

enum cu_joint_kind {
    CU_JOINT_UNKNOWN = 0,
    CU_JOINT_REVOLUTE = 1,
    CU_JOINT_CONTINUOUS = 2,
    CU_JOINT_PRISMATIC = 3,
    CU_JOINT_FIXED = 4,
    CU_JOINT_FLOATING = 5,
    CU_JOINT_PLANAR = 6
};

enum cu_shape_kind {
    CU_SHAPE_BOX = 0,
    CU_SHAPE_SPHERE = 1,
    CU_SHAPE_CYLINDER = 2,
    CU_SHAPE_MESH = 3,
    CU_SHAPE_NONE = 4
};

typedef struct {
    const char *name;
    int32_t has_inertial;
    double mass;
    cu_pose link_from_inertial;
    double inertia[6]; /* xx xy xz yy yz zz about the inertial frame's origin and axes */
} cu_link;

typedef struct {
    const char *name;
    const char *parent_link;
    const char *child_link;
    int32_t kind; /* enum cu_joint_kind */
    cu_pose parent_from_joint;
    double axis[3];
    int32_t has_limits;
    double lower, upper, effort, velocity;
    double damping, friction;
    const char *mimic_joint; /* NULL when the joint mimics none */
    double mimic_multiplier, mimic_offset;
} cu_joint;

typedef struct {
    int32_t link;
    int32_t is_visual;
    int32_t kind;         /* enum cu_shape_kind */
    double dimensions[3]; /* box: full sides; sphere: radius; cylinder: radius, full length */
    cu_pose link_from_shape;
    int32_t has_colour;
    float colour[4];
    const char *mesh_file; /* "" unless a mesh */
    double mesh_scale[3];  /* along the mesh's axes; 1 unless the file says so */
} cu_shape;

/* Parses a NUL-free UTF-8 text. On failure returns NULL and writes a NUL-terminated message. */
cu_model *cu_model_parse(const char *text, size_t length, char *message, size_t capacity);
void cu_model_free(cu_model *model);

const char *cu_model_name(const cu_model *model);
int32_t cu_model_link_count(const cu_model *model);
int32_t cu_model_joint_count(const cu_model *model);
int32_t cu_model_shape_count(const cu_model *model);
/* Elements come sorted by name (links, joints) and in file order within a link (shapes). */
const cu_link *cu_model_links(const cu_model *model);
const cu_joint *cu_model_joints(const cu_model *model);
const cu_shape *cu_model_shapes(const cu_model *model);

/* Principal moments (ascending) and axes of a symmetric tensor (xx xy xz yy yz zz):
 * tensor = R diag(moments) R^T with R the right-handed rotation `quaternion`. Returns 0 on
 * success, 1 when the tensor is not finite or does not converge. */
int32_t cu_principal_axes(const double tensor[6], double moments[3], double quaternion[4]);

#ifdef __cplusplus
}
#endif

#endif
