// The plain reference: one pixel, one shape at a time, no tiles, no culling.
//
// tile_body.h does the same arithmetic in the same order on vector lanes; where one changes, so
// must the other. Misses are a negative parameter.
#include "variants.h"

#pragma clang fp contract(off)

namespace {

struct Vec {
    float x, y, z;
};

struct Hit {
    float t;
    int face; // box: the axis entered through; cylinder: 0 side, 1 end
};

constexpr Hit miss = {-1.0f, 0};

float absolute(float a) { return a < 0.0f ? -a : a; }

Hit hit_box(const cr_visual &v, Vec d) {
    const float ix = 1.0f / d.x, iy = 1.0f / d.y, iz = 1.0f / d.z;
    const float ax = (-v.size[0] - v.origin[0]) * ix, bx = (v.size[0] - v.origin[0]) * ix;
    const float ay = (-v.size[1] - v.origin[1]) * iy, by = (v.size[1] - v.origin[1]) * iy;
    const float az = (-v.size[2] - v.origin[2]) * iz, bz = (v.size[2] - v.origin[2]) * iz;
    const float inx = ax < bx ? ax : bx, outx = ax < bx ? bx : ax;
    const float iny = ay < by ? ay : by, outy = ay < by ? by : ay;
    const float inz = az < bz ? az : bz, outz = az < bz ? bz : az;
    float in = inx;
    int face = 0;
    if (iny > in) {
        in = iny;
        face = 1;
    }
    if (inz > in) {
        in = inz;
        face = 2;
    }
    float out = outx;
    out = outy < out ? outy : out;
    out = outz < out ? outz : out;
    return in <= out ? Hit{in, face} : miss;
}

// The first point of a sphere at height `z` of the shape's axis.
float enter_sphere(const cr_visual &v, Vec d, float z) {
    const float oz = v.origin[2] - z;
    const float a = d.x * d.x + d.y * d.y + d.z * d.z;
    const float s = (v.origin[0] * d.x + v.origin[1] * d.y + oz * d.z) / a;
    const float px = v.origin[0] - s * d.x, py = v.origin[1] - s * d.y, pz = oz - s * d.z;
    const float rest = v.size[0] * v.size[0] - (px * px + py * py + pz * pz);
    return rest >= 0.0f ? -s - __builtin_sqrtf(rest / a) : -1.0f;
}

// Where a ray enters the endless tube round the z axis; false where it misses.
bool enter_tube(const cr_visual &v, Vec d, float &t, float &z) {
    const float raw = d.x * d.x + d.y * d.y;
    // Along the axis the entry goes to infinity; the bound keeps it finite and on the right side.
    const float a = raw > 1e-20f ? raw : 1e-20f;
    const float cross = v.origin[0] * d.y - v.origin[1] * d.x;
    const float rest = v.size[0] * v.size[0] * a - cross * cross;
    if (!(rest >= 0.0f)) return false;
    t = (-(v.origin[0] * d.x + v.origin[1] * d.y) - __builtin_sqrtf(rest)) / a;
    z = v.origin[2] + t * d.z;
    return true;
}

Hit hit_capsule(const cr_visual &v, Vec d) {
    float t, z;
    if (!enter_tube(v, d, t, z)) return miss;
    // A ray that enters the tube beyond an end can only meet that end's cap.
    if (absolute(z) <= v.size[1]) return {t, 0};
    return {enter_sphere(v, d, z > 0.0f ? v.size[1] : -v.size[1]), 1};
}

Hit hit_cylinder(const cr_visual &v, Vec d) {
    float t, z;
    if (!enter_tube(v, d, t, z)) return miss;
    if (absolute(z) <= v.size[1]) return {t, 0};
    const float end = ((z > 0.0f ? v.size[1] : -v.size[1]) - v.origin[2]) / d.z;
    const float px = v.origin[0] + end * d.x, py = v.origin[1] + end * d.y;
    return px * px + py * py <= v.size[0] * v.size[0] ? Hit{end, 1} : miss;
}

Hit hit_plane(const cr_visual &v, Vec d) {
    if (!(v.origin[2] > 0.0f && d.z < 0.0f)) return miss;
    return {-v.origin[2] / d.z, 0};
}

// The cosine between the outward normal and the light.
float lambert(const cr_visual &v, Vec d, Hit hit) {
    const float px = v.origin[0] + hit.t * d.x, py = v.origin[1] + hit.t * d.y;
    const float pz = v.origin[2] + hit.t * d.z;
    switch (v.kind) {
    case CR_BOX: {
        const float along = hit.face == 0 ? d.x : hit.face == 1 ? d.y : d.z;
        const float light = v.light[hit.face];
        return along > 0.0f ? -light : light;
    }
    case CR_CYLINDER:
        if (hit.face == 1) return pz > 0.0f ? v.light[2] : -v.light[2];
        return (px * v.light[0] + py * v.light[1]) / v.size[0];
    case CR_PLANE:
        return v.light[2];
    default: {
        const float low = pz < v.size[1] ? pz : v.size[1];
        const float axis = low > -v.size[1] ? low : -v.size[1];
        return (px * v.light[0] + py * v.light[1] + (pz - axis) * v.light[2]) / v.size[0];
    }
    }
}

// The whole number of squares below `a`, for a within a million squares.
int square(float a, float checker) {
    float scaled = a / checker;
    scaled = scaled > -1e6f ? scaled : -1e6f;
    scaled = scaled < 1e6f ? scaled : 1e6f;
    const int whole = (int)scaled;
    return (float)whole > scaled ? whole - 1 : whole;
}

float tint(const cr_style &style, const cr_visual &v, Vec d, float t) {
    if (v.kind != CR_PLANE || !(style.checker > 0.0f)) return 1.0f;
    const int i = square(v.origin[0] + t * d.x, style.checker);
    const int j = square(v.origin[1] + t * d.y, style.checker);
    return ((i + j) & 1) != 0 ? 0.75f : 1.0f;
}

uint8_t channel(float value) {
    float scaled = value * 255.0f + 0.5f;
    scaled = scaled > 0.0f ? scaled : 0.0f;
    scaled = scaled < 255.0f ? scaled : 255.0f;
    return (uint8_t)(int)scaled;
}

void render(const cr_camera *camera, const cr_style *style, const cr_visual *visuals,
            int32_t count, uint8_t *rgb, float *depth, uint16_t *segments) {
    const float ifx = 1.0f / camera->fx, ify = 1.0f / camera->fy;
    for (int32_t row = 0; row < camera->height; row++) {
        for (int32_t column = 0; column < camera->width; column++) {
            const float x = ((float)column + 0.5f - camera->cx) * ifx;
            const float y = ((float)row + 0.5f - camera->cy) * ify;
            float best = camera->far_depth;
            int32_t segment = CR_NO_SEGMENT;
            const float *back = style->background;
            float red = back[0], green = back[1], blue = back[2];
            for (int32_t i = 0; i < count; i++) {
                const cr_visual &v = visuals[i];
                const float *m = v.direction;
                const Vec d = {m[0] * x + (m[3] * y + m[6]), m[1] * x + (m[4] * y + m[7]),
                               m[2] * x + (m[5] * y + m[8])};
                const Hit hit = v.kind == CR_BOX        ? hit_box(v, d)
                                : v.kind == CR_SPHERE   ? Hit{enter_sphere(v, d, 0.0f), 0}
                                : v.kind == CR_CAPSULE  ? hit_capsule(v, d)
                                : v.kind == CR_CYLINDER ? hit_cylinder(v, d)
                                                        : hit_plane(v, d);
                if (!(hit.t >= camera->near_depth && hit.t < best)) continue;
                const float cosine = lambert(v, d, hit);
                const float lit = cosine > 0.0f ? cosine : 0.0f;
                const float shade =
                    (style->ambient + (1.0f - style->ambient) * lit) * tint(*style, v, d, hit.t);
                best = hit.t;
                segment = v.segment;
                red = v.color[0] * shade;
                green = v.color[1] * shade;
                blue = v.color[2] * shade;
            }
            const long at = (long)row * camera->width + column;
            depth[at] = best < camera->far_depth ? best : 0.0f;
            rgb[at * 3] = channel(red);
            rgb[at * 3 + 1] = channel(green);
            rgb[at * 3 + 2] = channel(blue);
            if (segments) segments[at] = (uint16_t)segment;
        }
    }
}

void farthest_points(const float *x, const float *y, const float *z, int32_t count, int32_t wanted,
                     float *distance, int32_t *chosen) {
    for (int32_t i = 0; i < count; i++) distance[i] = __builtin_inff();
    int32_t last = 0;
    for (int32_t k = 0; k < wanted; k++) {
        chosen[k] = last;
        int32_t farthest = 0;
        float best = -1.0f;
        for (int32_t i = 0; i < count; i++) {
            const float dx = x[i] - x[last], dy = y[i] - y[last], dz = z[i] - z[last];
            const float squared = dx * dx + dy * dy + dz * dz;
            if (squared < distance[i]) distance[i] = squared;
            if (distance[i] > best) {
                best = distance[i];
                farthest = i;
            }
        }
        last = farthest;
    }
}

} // namespace

const cr_kernels cr_scalar_kernels = {render, farthest_points};
