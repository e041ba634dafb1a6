/*
 * An analytic tile ray caster over primitives, and farthest point sampling.
 *
 * Every variant of a kernel gives the same bits: they use only + - * / and square root on floats,
 * in the same order, with contraction off. CP_SCALAR is the plain reference; the others work on
 * 8x8 tiles with vector lanes.
 *
 * Camera frame: x right, y down, z forward. Lengths in metres. Pixel (u, v) is a unit square whose
 * centre is (u + 0.5, v + 0.5). Rays are not normalised: their z is 1, so the ray parameter is the
 * depth along the optical axis.
 */
#ifndef CRAYCAST_H
#define CRAYCAST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Shapes, in their own frames; capsule and cylinder lie along z, the plane is z = 0 from above. */
enum { CR_BOX = 0, CR_SPHERE = 1, CR_CAPSULE = 2, CR_CYLINDER = 3, CR_PLANE = 4 };

/* The most visuals in one picture. */
#define CR_MAX_VISUALS 1024
/* The segment of a pixel where nothing was hit. */
#define CR_NO_SEGMENT 65535
/* Point arrays of cr_kernels.farthest_points have room for a multiple of this many. */
#define CR_POINT_PADDING 16

/* One shape as one camera sees it. */
typedef struct cr_visual {
    float origin[3];    /* the camera's position in the shape's frame */
    float direction[9]; /* columns of the rotation shapeFromCamera */
    float light[3];     /* unit vector to the light, in the shape's frame */
    float size[3];      /* half extents; or radius; or radius and half length */
    float centre[3];    /* the bounding sphere's centre in the camera frame */
    float bound;        /* the bounding sphere's radius; negative: never culled */
    float color[3];     /* red, green, blue in 0...1 */
    int32_t kind;       /* CR_BOX ... */
    int32_t segment;    /* 0...65535 */
} cr_visual;

/* A pinhole camera; focal lengths and principal point in pixels. Only entry points with
   near <= depth < far are seen, and shapes only from outside. */
typedef struct cr_camera {
    int32_t width, height;
    float fx, fy, cx, cy;
    float near_depth, far_depth;
} cr_camera;

/* What is the same for all visuals. */
typedef struct cr_style {
    float background[3]; /* 0...1 */
    float ambient;       /* the share of light that falls everywhere, 0...1 */
    float checker;       /* the side of the plane's squares; 0 for a plain plane */
} cr_style;

/* The kernels of one instruction set. */
typedef struct cr_kernels {
    /*
     * Renders one picture. rgb: [height, width, 3]; depth: [height, width], 0 where nothing was
     * hit; segments: [height, width] or NULL. count <= CR_MAX_VISUALS. Equal depths: the visual
     * with the lower index is seen.
     */
    void (*render)(const cr_camera *camera, const cr_style *style, const cr_visual *visuals,
                   int32_t count, uint8_t *rgb, float *depth, uint16_t *segments);
    /*
     * Farthest point sampling: chosen[0] = 0, then each time the point farthest from all chosen
     * ones, the lowest index among equals. 0 < wanted <= count; coordinates are finite. x, y, z and
     * distance have room for count rounded up to CR_POINT_PADDING; distance is scratch.
     */
    void (*farthest_points)(const float *x, const float *y, const float *z, int32_t count,
                            int32_t wanted, float *distance, int32_t *chosen);
} cr_kernels;

/* The kernels of an instruction set (CP_SCALAR ...), or NULL where this machine has it not. */
const cr_kernels *cr_kernels_for(int32_t instruction_set);

#ifdef __cplusplus
}
#endif

#endif
