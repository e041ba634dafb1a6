#ifndef CBULLET_H
#define CBULLET_H

/* Plain-C face of Bullet's multibody world in float64.
 *
 * SI units and radians. Every pose and velocity is of the frame that the description names (the
 * joint frame of a link, the body's own frame), never of the centre of mass. Every count and
 * pointer is checked; no C++ exception leaves. A world belongs to one thread at a time; different
 * worlds may run on different threads. */

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cb_world cb_world;
typedef struct cb_snapshot cb_snapshot;

typedef enum cb_status {
    CB_OK = 0,
    CB_INVALID = 1,  /* an argument is out of range, not finite, or names nothing */
    CB_FULL = 2,     /* a CB_MAX_... bound is reached */
    CB_MISMATCH = 3, /* the snapshot is of a world built otherwise */
    CB_NO_MEMORY = 4
} cb_status;

/* Bounds on what a world may hold; collision objects are links, bases and rigid bodies. */
enum { CB_MAX_OBJECTS = 512, CB_MAX_LINKS = 128, CB_MAX_COLLIDERS = 64, CB_MAX_GEARS = 64,
       CB_MAX_HULL_POINTS = 256 };

typedef struct cb_vector {
    double x, y, z;
} cb_vector;

typedef struct cb_quaternion {
    double x, y, z, w;
} cb_quaternion;

typedef struct cb_pose {
    cb_vector position;
    cb_quaternion rotation;
} cb_pose;

typedef struct cb_twist {
    cb_vector linear, angular;
} cb_twist;

/* ---- World ---- */

typedef struct cb_settings {
    double timestep;
    cb_vector gravity;
    int32_t iterations;
    double erp;          /* joints */
    double contact_erp;  /* Bullet's erp2 */
    double friction_erp;
    double linear_slop;
    double residual_threshold;
    double warmstarting;
    double contact_processing_threshold;
} cb_settings;

cb_status cb_world_create(const cb_settings *settings, cb_world **world);
void cb_world_destroy(cb_world *world);
cb_status cb_world_step(cb_world *world, int32_t count);
/* Solves by Bullet's own iterations instead of ours, which give the same bits sooner. */
void cb_world_solve_by_reference(cb_world *world, bool on);
/* The steps since the world was created that our iterations solved. */
int64_t cb_world_packed_step_count(const cb_world *world);
int64_t cb_world_step_count(const cb_world *world);
bool cb_world_is_finite(const cb_world *world);
/* FNV-1a over joint state, motor targets, poses and velocities. */
uint64_t cb_world_hash(const cb_world *world);

/* ---- Shapes ---- */

typedef enum cb_shape_kind {
    CB_BOX = 0,      /* size: half extents */
    CB_SPHERE = 1,   /* size.x: radius */
    CB_CAPSULE = 2,  /* size.x: radius, size.y: half length of the straight part; along z */
    CB_CYLINDER = 3, /* size.x: radius, size.y: half length; along z */
    CB_PLANE = 4,    /* the half space z <= 0; static bodies only, as the only collider */
    CB_HULL = 5      /* the convex hull of `points` */
} cb_shape_kind;

typedef struct cb_collider {
    int32_t kind;
    cb_vector size;
    cb_pose owner_from_shape;
    const cb_vector *points; /* of a hull, read while it is added to the world; else null */
    int32_t point_count;
} cb_collider;

typedef struct cb_material {
    double friction, rolling_friction, spinning_friction, restitution;
} cb_material;

/* Mass, inertia and shapes of a link, base or rigid body. */
typedef struct cb_solid {
    double mass;
    cb_pose owner_from_inertial; /* the centre of mass and principal axes */
    cb_vector principal_inertia;
    cb_material material;
    const cb_collider *colliders;
    int32_t collider_count;
} cb_solid;

/* ---- Multibodies ---- */

typedef enum cb_joint_kind { CB_REVOLUTE = 0, CB_PRISMATIC = 1, CB_FIXED = 2 } cb_joint_kind;

typedef struct cb_motor {
    double time_constant; /* s; the position gain is 1 - exp(-dt / time_constant) */
    double velocity_gain; /* Bullet's kd, 1 for critical tracking */
    double max_force;     /* N or N m */
    double max_velocity;  /* bound on the commanded velocity; may be infinite */
} cb_motor;

/* Pulls with stiffness * (rest - q); explicit, so keep stiffness * dt^2 well under the inertia. */
typedef struct cb_spring {
    double stiffness; /* N/m or N m/rad; 0 for none */
    double rest;      /* the joint position at which it does not pull; may lie beyond the limits */
} cb_spring;

typedef struct cb_link {
    int32_t parent; /* a smaller link index, or -1 for the base */
    int32_t joint;
    cb_vector axis;           /* in the link frame */
    cb_pose parent_from_link; /* at joint position zero */
    cb_solid solid;
    double lower, upper; /* may be infinite */
    double damping;      /* viscous, N s/m or N m s; at most what the link's own inertia bears */
    double friction;     /* Coulomb, N or N m; likewise */
    cb_spring spring;
    cb_motor motor;
} cb_link;

/* Holds q_a + ratio * q_b = 0. */
typedef struct cb_gear {
    int32_t link_a, link_b;
    double ratio, erp, max_force;
} cb_gear;

typedef struct cb_multibody {
    cb_pose world_from_base;
    bool fixed_base;
    bool self_collision;
    double linear_damping, angular_damping;
    cb_solid base;
    const cb_link *links;
    int32_t link_count;
    const cb_gear *gears;
    int32_t gear_count;
} cb_multibody;

cb_status cb_world_add_multibody(cb_world *world, const cb_multibody *multibody, int32_t *id);

/* Vectors over joints run over the movable joints in link order. */
int32_t cb_multibody_joint_count(const cb_world *world, int32_t id);
int32_t cb_multibody_link_count(const cb_world *world, int32_t id);
cb_status cb_multibody_read_joints(const cb_world *world, int32_t id, double *positions,
                                   double *velocities, int32_t count);
/* Also aims the motors at the new positions. */
cb_status cb_multibody_set_joints(cb_world *world, int32_t id, const double *positions,
                                  const double *velocities, int32_t count);
/* velocities may be null: zero. */
cb_status cb_multibody_set_targets(cb_world *world, int32_t id, const double *positions,
                                   const double *velocities, int32_t count);
cb_status cb_multibody_set_motor(cb_world *world, int32_t id, int32_t joint,
                                 const cb_motor *motor);
cb_status cb_multibody_read_links(const cb_world *world, int32_t id, cb_pose *world_from_link,
                                  int32_t count);
cb_status cb_multibody_read_base(const cb_world *world, int32_t id, cb_pose *world_from_base);

/* ---- Rigid bodies ---- */

typedef enum cb_motion { CB_STATIC = 0, CB_KINEMATIC = 1, CB_DYNAMIC = 2 } cb_motion;

typedef struct cb_body {
    int32_t motion;
    cb_solid solid;
    cb_pose world_from_body;
    double linear_damping, angular_damping;
} cb_body;

typedef struct cb_body_state {
    cb_pose world_from_body;
    cb_twist velocity; /* of the body frame's origin, in world axes */
} cb_body_state;

cb_status cb_world_add_body(cb_world *world, const cb_body *body, int32_t *id);
int32_t cb_world_body_count(const cb_world *world);
cb_status cb_body_read(const cb_world *world, int32_t id, cb_body_state *state);
cb_status cb_world_read_bodies(const cb_world *world, cb_body_state *states, int32_t count);
/* Places the body at once, forgetting its contacts; a static body ignores the velocity. */
cb_status cb_body_set_state(cb_world *world, int32_t id, const cb_body_state *state);
/* A kinematic body keeps moving at this velocity. */
cb_status cb_body_set_velocity(cb_world *world, int32_t id, const cb_twist *velocity);
/* A kinematic body drags what it touches along, as a belt does, without moving itself. */
cb_status cb_body_set_surface_velocity(cb_world *world, int32_t id, const cb_vector *velocity);

/* ---- Contacts, rays, forces ---- */

/* A rigid body (multibody = -1) or a link of a multibody (index -1: its base). */
typedef struct cb_object {
    int32_t multibody, index;
} cb_object;

/* All the points at which one pair of objects touched in the last step. */
typedef struct cb_contact {
    cb_object a, b;
    int32_t point_count;
    double normal_impulse; /* N s, summed over the points, of the last step */
    double distance;       /* m, of the deepest point; negative inside */
    cb_vector position;    /* on b, of the deepest point */
    cb_vector normal;      /* from b to a, of the deepest point */
} cb_contact;

/* Pairs come in a fixed order; *total may exceed capacity. buffer may be null at capacity 0. */
cb_status cb_world_contacts(const cb_world *world, cb_contact *buffer, int32_t capacity,
                            int32_t *total);
/* point_count is 0 when the two do not touch. */
cb_status cb_world_contact_between(const cb_world *world, cb_object a, cb_object b,
                                   cb_contact *contact);

typedef struct cb_ray_hit {
    bool hit;
    cb_object object;
    double fraction; /* of the way from start to end */
    cb_vector position, normal;
} cb_ray_hit;

cb_status cb_world_ray_test(const cb_world *world, cb_vector start, cb_vector end,
                            cb_ray_hit *hit);

/* Acts at a world point over every substep of the next cb_world_step. */
cb_status cb_world_apply_force(cb_world *world, cb_object object, cb_vector force,
                               cb_vector point);

/* ---- Snapshot ---- */

/* Everything the next step depends on: the continuation is equal to the last bit. */
cb_status cb_world_save(const cb_world *world, cb_snapshot **snapshot);
/* Into the same world, or into one built by the same calls. */
cb_status cb_world_restore(cb_world *world, const cb_snapshot *snapshot);
void cb_snapshot_destroy(cb_snapshot *snapshot);

#ifdef __cplusplus
}
#endif

#endif
