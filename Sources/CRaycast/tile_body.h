// The tile ray caster for one instruction set: include with CR_NAMESPACE and CR_VECTOR_BYTES set.
//
// The arithmetic is reference.cpp's, lane by lane, with masks in place of branches. A tile of 8x8
// pixels first drops the visuals whose bounding sphere lies outside the cone round its rays.

#pragma clang fp contract(off)

namespace CR_NAMESPACE {

#define CR_INLINE static inline __attribute__((always_inline))

typedef float Lanes __attribute__((vector_size(CR_VECTOR_BYTES)));
typedef int32_t Mask __attribute__((vector_size(CR_VECTOR_BYTES)));

constexpr int lane_count = CR_VECTOR_BYTES / 4;
constexpr int side = 8;
constexpr int pixel_count = side * side;
constexpr int group_count = pixel_count / lane_count;

struct Hit {
    Lanes t;
    Mask face;
};

// Rays in the shape's frame.
struct Direction {
    Lanes x, y, z;
};

CR_INLINE Lanes all(float value) { return Lanes{} + value; }
#if defined(__clang__)
CR_INLINE Lanes root(Lanes a) { return __builtin_elementwise_sqrt(a); }
#else
CR_INLINE Lanes root(Lanes a) {
    for (int i = 0; i < CR_VECTOR_BYTES / 4; i++) a[i] = __builtin_sqrtf(a[i]);
    return a;
}
#endif
CR_INLINE Lanes absolute(Lanes a) { return a < 0.0f ? -a : a; }
#if defined(__clang__)
CR_INLINE bool any(Mask mask) { return __builtin_reduce_or(mask) != 0; }
#else
CR_INLINE bool any(Mask mask) {
    int32_t bits = 0;
    for (int i = 0; i < CR_VECTOR_BYTES / 4; i++) bits |= mask[i];
    return bits != 0;
}
#endif

CR_INLINE Hit hit_box(const cr_visual &v, const Direction &d) {
    const Lanes ix = 1.0f / d.x, iy = 1.0f / d.y, iz = 1.0f / d.z;
    const Lanes ax = (-v.size[0] - v.origin[0]) * ix, bx = (v.size[0] - v.origin[0]) * ix;
    const Lanes ay = (-v.size[1] - v.origin[1]) * iy, by = (v.size[1] - v.origin[1]) * iy;
    const Lanes az = (-v.size[2] - v.origin[2]) * iz, bz = (v.size[2] - v.origin[2]) * iz;
    const Mask fx = ax < bx, fy = ay < by, fz = az < bz;
    const Lanes inx = fx ? ax : bx, outx = fx ? bx : ax;
    const Lanes iny = fy ? ay : by, outy = fy ? by : ay;
    const Lanes inz = fz ? az : bz, outz = fz ? bz : az;
    Lanes in = inx;
    Mask face = Mask{};
    const Mask by_y = iny > in;
    in = by_y ? iny : in;
    face = by_y ? Mask{} + 1 : face;
    const Mask by_z = inz > in;
    in = by_z ? inz : in;
    face = by_z ? Mask{} + 2 : face;
    Lanes out = outx;
    out = outy < out ? outy : out;
    out = outz < out ? outz : out;
    return {in <= out ? in : all(-1.0f), face};
}

CR_INLINE Lanes enter_sphere(const cr_visual &v, const Direction &d, const Lanes &z) {
    const Lanes oz = v.origin[2] - z;
    const Lanes a = d.x * d.x + d.y * d.y + d.z * d.z;
    const Lanes s = (v.origin[0] * d.x + v.origin[1] * d.y + oz * d.z) / a;
    const Lanes px = v.origin[0] - s * d.x, py = v.origin[1] - s * d.y, pz = oz - s * d.z;
    const Lanes rest = v.size[0] * v.size[0] - (px * px + py * py + pz * pz);
    return rest >= 0.0f ? -s - root(rest / a) : all(-1.0f);
}

CR_INLINE Mask enter_tube(const cr_visual &v, const Direction &d, Lanes &t, Lanes &z) {
    const Lanes raw = d.x * d.x + d.y * d.y;
    const Lanes a = raw > 1e-20f ? raw : all(1e-20f);
    const Lanes cross = v.origin[0] * d.y - v.origin[1] * d.x;
    const Lanes rest = v.size[0] * v.size[0] * a - cross * cross;
    const Mask met = rest >= 0.0f;
    if (!any(met)) return met;
    t = (-(v.origin[0] * d.x + v.origin[1] * d.y) - root(rest)) / a;
    z = v.origin[2] + t * d.z;
    return met;
}

CR_INLINE Hit hit_capsule(const cr_visual &v, const Direction &d) {
    Lanes t = {}, z = {};
    const Mask met = enter_tube(v, d, t, z);
    if (!any(met)) return {all(-1.0f), Mask{}};
    const Mask beyond = ~(absolute(z) <= v.size[1]);
    if (any(met & beyond)) {
        const Lanes cap = enter_sphere(v, d, z > 0.0f ? all(v.size[1]) : all(-v.size[1]));
        t = beyond ? cap : t;
    }
    return {met ? t : all(-1.0f), beyond & 1};
}

CR_INLINE Hit hit_cylinder(const cr_visual &v, const Direction &d) {
    Lanes t = {}, z = {};
    const Mask met = enter_tube(v, d, t, z);
    if (!any(met)) return {all(-1.0f), Mask{}};
    const Mask beyond = ~(absolute(z) <= v.size[1]);
    if (any(met & beyond)) {
        const Lanes end = ((z > 0.0f ? all(v.size[1]) : all(-v.size[1])) - v.origin[2]) / d.z;
        const Lanes px = v.origin[0] + end * d.x, py = v.origin[1] + end * d.y;
        const Lanes inside = px * px + py * py <= v.size[0] * v.size[0] ? end : all(-1.0f);
        t = beyond ? inside : t;
    }
    return {met ? t : all(-1.0f), beyond & 1};
}

CR_INLINE Hit hit_plane(const cr_visual &v, const Direction &d) {
    if (!(v.origin[2] > 0.0f)) return {all(-1.0f), Mask{}};
    return {d.z < 0.0f ? -v.origin[2] / d.z : all(-1.0f), Mask{}};
}

CR_INLINE Hit intersect(const cr_visual &v, const Direction &d) {
    switch (v.kind) {
    case CR_BOX:
        return hit_box(v, d);
    case CR_SPHERE:
        return {enter_sphere(v, d, all(0.0f)), Mask{}};
    case CR_CAPSULE:
        return hit_capsule(v, d);
    case CR_CYLINDER:
        return hit_cylinder(v, d);
    default:
        return hit_plane(v, d);
    }
}

CR_INLINE Lanes lambert(const cr_visual &v, const Direction &d, const Hit &hit) {
    const Lanes px = v.origin[0] + hit.t * d.x, py = v.origin[1] + hit.t * d.y;
    const Lanes pz = v.origin[2] + hit.t * d.z;
    switch (v.kind) {
    case CR_BOX: {
        const Mask x = hit.face == 0, y = hit.face == 1;
        const Lanes along = x ? d.x : y ? d.y : d.z;
        const Lanes light = x ? all(v.light[0]) : y ? all(v.light[1]) : all(v.light[2]);
        return along > 0.0f ? -light : light;
    }
    case CR_CYLINDER: {
        const Lanes end = pz > 0.0f ? all(v.light[2]) : all(-v.light[2]);
        const Lanes round = (px * v.light[0] + py * v.light[1]) / v.size[0];
        return hit.face == 1 ? end : round;
    }
    case CR_PLANE:
        return all(v.light[2]);
    default: {
        const Lanes low = pz < v.size[1] ? pz : all(v.size[1]);
        const Lanes axis = low > -v.size[1] ? low : all(-v.size[1]);
        return (px * v.light[0] + py * v.light[1] + (pz - axis) * v.light[2]) / v.size[0];
    }
    }
}

CR_INLINE Mask square(const Lanes &a, float checker) {
    Lanes scaled = a / checker;
    scaled = scaled > -1e6f ? scaled : all(-1e6f);
    scaled = scaled < 1e6f ? scaled : all(1e6f);
    const Mask whole = __builtin_convertvector(scaled, Mask);
    return __builtin_convertvector(whole, Lanes) > scaled ? whole - 1 : whole;
}

CR_INLINE Lanes tint(const cr_style &style, const cr_visual &v, const Direction &d,
                     const Lanes &t) {
    if (v.kind != CR_PLANE || !(style.checker > 0.0f)) return all(1.0f);
    const Mask i = square(v.origin[0] + t * d.x, style.checker);
    const Mask j = square(v.origin[1] + t * d.y, style.checker);
    return ((i + j) & 1) != 0 ? all(0.75f) : all(1.0f);
}

CR_INLINE Mask channel(const Lanes &value) {
    Lanes scaled = value * 255.0f + 0.5f;
    scaled = scaled > 0.0f ? scaled : all(0.0f);
    scaled = scaled < 255.0f ? scaled : all(255.0f);
    return __builtin_convertvector(scaled, Mask);
}

// Bounding spheres as arrays, padded to whole vectors.
struct Bounds {
    alignas(64) float x[CR_MAX_VISUALS], y[CR_MAX_VISUALS], z[CR_MAX_VISUALS];
    alignas(64) float radius[CR_MAX_VISUALS];
};

// A circular cone round the rays of a tile, apex at the camera.
struct Cone {
    float x, y, z;
    float sine, cosine;
};

struct Tile {
    Lanes x[group_count], y[group_count];
    Lanes depth[group_count];
    Lanes red[group_count], green[group_count], blue[group_count];
    Mask segment[group_count];
};

static void gather_bounds(const cr_visual *visuals, int32_t count, Bounds &bounds) {
    for (int32_t i = 0; i < count; i++) {
        bounds.x[i] = visuals[i].centre[0];
        bounds.y[i] = visuals[i].centre[1];
        bounds.z[i] = visuals[i].centre[2];
        // A sphere this large holds every cone.
        bounds.radius[i] = visuals[i].bound < 0.0f ? __builtin_inff() : visuals[i].bound;
    }
    for (int32_t i = count; i % lane_count != 0; i++) {
        bounds.x[i] = bounds.y[i] = bounds.z[i] = 0.0f;
        bounds.radius[i] = 0.0f;
    }
}

static Cone cone_round(float x0, float y0, float x1, float y1) {
    const float mx = (x0 + x1) * 0.5f, my = (y0 + y1) * 0.5f;
    const float scale = 1.0f / __builtin_sqrtf(mx * mx + my * my + 1.0f);
    Cone cone = {mx * scale, my * scale, scale, 0.0f, 1.0f};
    for (int corner = 0; corner < 4; corner++) {
        const float x = (corner & 1) ? x1 : x0, y = (corner & 2) ? y1 : y0;
        // The sine by the vector product: exact for narrow tiles, where 1 - cosine² is not.
        const float cx = y * cone.z - cone.y, cy = cone.x - x * cone.z;
        const float cz = x * cone.y - y * cone.x;
        const float sine =
            __builtin_sqrtf((cx * cx + cy * cy + cz * cz) / (x * x + y * y + 1.0f));
        // Past a right angle the sine falls again; such a tile culls nothing.
        if (!(x * cone.x + y * cone.y + cone.z > 0.0f)) return {0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
        cone.sine = sine > cone.sine ? sine : cone.sine;
    }
    const float rest = 1.0f - cone.sine * cone.sine;
    cone.cosine = rest > 0.0f ? __builtin_sqrtf(rest) : 0.0f;
    return cone;
}

// Lists the visuals whose bounding sphere may touch the cone; with a margin for rounding.
static int32_t cull(const Bounds &bounds, int32_t count, const Cone &cone, uint16_t *list) {
    int32_t kept = 0;
    for (int32_t first = 0; first < count; first += lane_count) {
        const Lanes x = *(const Lanes *)(bounds.x + first), y = *(const Lanes *)(bounds.y + first);
        const Lanes z = *(const Lanes *)(bounds.z + first);
        const Lanes radius = *(const Lanes *)(bounds.radius + first);
        const Lanes along = x * cone.x + y * cone.y + z * cone.z;
        const Lanes cx = y * cone.z - z * cone.y, cy = z * cone.x - x * cone.z;
        const Lanes cz = x * cone.y - y * cone.x;
        const Lanes across = root(cx * cx + cy * cy + cz * cz);
        const Lanes gap = across * cone.cosine - along * cone.sine;
        const Lanes slack = 1e-5f + 1e-5f * (across + absolute(along));
        const Mask outside = gap > radius * 1.0001f + slack;
        if (!any(~outside)) continue;
        const int32_t end = count - first < lane_count ? count - first : lane_count;
        for (int32_t lane = 0; lane < end; lane++) {
            list[kept] = (uint16_t)(first + lane);
            kept += outside[lane] == 0;
        }
    }
    return kept;
}

static void trace(const cr_camera &camera, const cr_style &style, const cr_visual &v, Tile &tile) {
    const float *m = v.direction;
    for (int g = 0; g < group_count; g++) {
        const Lanes x = tile.x[g], y = tile.y[g];
        const Direction d = {m[0] * x + (m[3] * y + m[6]), m[1] * x + (m[4] * y + m[7]),
                             m[2] * x + (m[5] * y + m[8])};
        const Hit hit = intersect(v, d);
        const Mask won = (hit.t >= camera.near_depth) & (hit.t < tile.depth[g]);
        if (!any(won)) continue;
        const Lanes cosine = lambert(v, d, hit);
        const Lanes lit = cosine > 0.0f ? cosine : all(0.0f);
        const Lanes shade =
            (style.ambient + (1.0f - style.ambient) * lit) * tint(style, v, d, hit.t);
        tile.depth[g] = won ? hit.t : tile.depth[g];
        tile.segment[g] = won ? Mask{} + v.segment : tile.segment[g];
        tile.red[g] = won ? v.color[0] * shade : tile.red[g];
        tile.green[g] = won ? v.color[1] * shade : tile.green[g];
        tile.blue[g] = won ? v.color[2] * shade : tile.blue[g];
    }
}

static void store(const cr_camera &camera, const Tile &tile, int32_t left, int32_t top,
                  uint8_t *rgb, float *depth, uint16_t *segments) {
    alignas(64) float depths[pixel_count];
    alignas(64) int32_t red[pixel_count], green[pixel_count], blue[pixel_count];
    alignas(64) int32_t ids[pixel_count];
    for (int g = 0; g < group_count; g++) {
        const Mask seen = tile.depth[g] < camera.far_depth;
        *(Lanes *)(depths + g * lane_count) = seen ? tile.depth[g] : all(0.0f);
        *(Mask *)(red + g * lane_count) = channel(tile.red[g]);
        *(Mask *)(green + g * lane_count) = channel(tile.green[g]);
        *(Mask *)(blue + g * lane_count) = channel(tile.blue[g]);
        *(Mask *)(ids + g * lane_count) = tile.segment[g];
    }
    const int32_t right = camera.width - left < side ? camera.width - left : side;
    const int32_t bottom = camera.height - top < side ? camera.height - top : side;
    for (int32_t row = 0; row < bottom; row++) {
        const long at = (long)(top + row) * camera.width + left;
        for (int32_t column = 0; column < right; column++) {
            const int32_t from = row * side + column;
            depth[at + column] = depths[from];
            uint8_t *pixel = rgb + (at + column) * 3;
            pixel[0] = (uint8_t)red[from];
            pixel[1] = (uint8_t)green[from];
            pixel[2] = (uint8_t)blue[from];
            if (segments) segments[at + column] = (uint16_t)ids[from];
        }
    }
}

static void render(const cr_camera *camera, const cr_style *style, const cr_visual *visuals,
                   int32_t count, uint8_t *rgb, float *depth, uint16_t *segments) {
    Bounds bounds;
    Tile tile;
    uint16_t list[CR_MAX_VISUALS + 1];
    gather_bounds(visuals, count, bounds);
    const float ifx = 1.0f / camera->fx, ify = 1.0f / camera->fy;
    for (int32_t top = 0; top < camera->height; top += side) {
        for (int32_t left = 0; left < camera->width; left += side) {
            for (int g = 0; g < group_count; g++) {
                for (int lane = 0; lane < lane_count; lane++) {
                    const int pixel = g * lane_count + lane;
                    tile.x[g][lane] = ((float)(left + pixel % side) + 0.5f - camera->cx) * ifx;
                    tile.y[g][lane] = ((float)(top + pixel / side) + 0.5f - camera->cy) * ify;
                }
                tile.depth[g] = all(camera->far_depth);
                tile.segment[g] = Mask{} + CR_NO_SEGMENT;
                tile.red[g] = all(style->background[0]);
                tile.green[g] = all(style->background[1]);
                tile.blue[g] = all(style->background[2]);
            }
            const int32_t right = left + side < camera->width ? left + side : camera->width;
            const int32_t bottom = top + side < camera->height ? top + side : camera->height;
            const Cone cone = cone_round(
                ((float)left - camera->cx) * ifx, ((float)top - camera->cy) * ify,
                ((float)right - camera->cx) * ifx, ((float)bottom - camera->cy) * ify);
            const int32_t kept = cull(bounds, count, cone, list);
            for (int32_t i = 0; i < kept; i++) trace(*camera, *style, visuals[list[i]], tile);
            store(*camera, tile, left, top, rgb, depth, segments);
        }
    }
}

#undef CR_INLINE

} // namespace CR_NAMESPACE
