/* Mesh files to points and points to convex hulls: Assimp and Bullet's hull computer behind plain C.
 * No exception crosses, and no file but the bytes handed over is read. Assimp runs in a child process
 * of bounded time and memory, as it trusts what it reads.
 *
 * Results are immutable and belong to the caller, who frees them. Lengths in the file's own unit,
 * which for meshes of robots is the metre.
 */
#ifndef SIMRUN_CMESH_H
#define SIMRUN_CMESH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most points of a mesh, and of its hull. */
enum { CM_MAX_POINTS = 4000000, CM_MAX_HULL_POINTS = 65536 };

typedef struct cm_points cm_points;
typedef struct cm_hull cm_hull;

/* The vertices of all meshes of a file, placed by its scene graph. `format` is "stl", "obj" or
 * "dae". On failure returns NULL and writes a NUL-terminated message. */
cm_points *cm_points_read(
    const void *bytes,
    size_t length,
    const char *format,
    char *message,
    size_t capacity
);
/* The same as triangles: three points each, one after the other; polygons are cut up. */
cm_points *cm_triangles_read(
    const void *bytes,
    size_t length,
    const char *format,
    char *message,
    size_t capacity
);
void cm_points_free(cm_points *points);
int32_t cm_points_count(const cm_points *points);
/* `[count, 3]`, all finite. */
const double *cm_points_data(const cm_points *points);

/* The convex hull of `points[count, 3]`, all finite; its corners are rounded to a ten-thousandth of
 * the extent. Returns NULL when fewer than three different
 * points are left, when the hull is too large, or when memory is short. */
cm_hull *cm_hull_create(const double *points, int32_t count);
void cm_hull_free(cm_hull *hull);
int32_t cm_hull_point_count(const cm_hull *hull);
/* `[point_count, 3]` */
const double *cm_hull_points(const cm_hull *hull);
int32_t cm_hull_triangle_count(const cm_hull *hull);
/* `[triangle_count, 3]`: indices of points, counterclockwise seen from outside. */
const int32_t *cm_hull_triangles(const cm_hull *hull);

/* SHA-256 of `count` bytes into 32 bytes at `digest`. Returns 1, or 0 when the library failed. */
int cm_sha256(const void *bytes, size_t count, unsigned char *digest);

#ifdef __cplusplus
}
#endif

#endif
