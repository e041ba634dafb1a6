// Casts random scenes and samples random clouds in every instruction set of the machine that it was
// compiled for; all must give the scalar reference's bits. Prints a digest of them, which is the
// same on every machine: compile with contraction off. Exit 1 if a bit differs.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "CProcessor.h"
#include "CRaycast.h"

namespace {

// Uniform numbers in -1 ..< 1 from a linear congruential generator.
struct Random {
    uint64_t state;
    float next() {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<float>(static_cast<int32_t>(state >> 33)) * 0x1p-30f - 1.0f;
    }
};

void unit(float *v, int count) {
    float squares = 0;
    for (int i = 0; i < count; i++) squares += v[i] * v[i];
    for (int i = 0; i < count; i++) v[i] /= std::sqrt(squares + 1e-6f);
}

cr_visual random_visual(Random &random, int index) {
    cr_visual visual = {};
    float q[4];
    for (float &x : q) x = random.next();
    unit(q, 4);
    const float w = q[0], x = q[1], y = q[2], z = q[3];
    // Columns of shapeFromCamera.
    const float columns[9] = {1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w),
                              2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w),
                              2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)};
    std::memcpy(visual.direction, columns, sizeof columns);
    visual.centre[0] = random.next();
    visual.centre[1] = random.next();
    visual.centre[2] = 2 + random.next();
    for (int i = 0; i < 3; i++) {
        visual.origin[i] = 0;
        for (int j = 0; j < 3; j++) visual.origin[i] -= columns[3 * j + i] * visual.centre[j];
        visual.light[i] = random.next();
        visual.size[i] = 0.05f + 0.15f * (1 + random.next());
        visual.color[i] = 0.5f + 0.5f * random.next();
    }
    unit(visual.light, 3);
    visual.bound = 2; // generous: a cull must lose nothing
    visual.kind = index % 5;
    if (visual.kind == CR_PLANE) visual.bound = -1;
    visual.segment = index;
    return visual;
}

struct Bits {
    std::vector<uint8_t> bytes;
    size_t pixels = 0, hits = 0;
    void add(const void *data, size_t count) {
        const auto *from = static_cast<const uint8_t *>(data);
        bytes.insert(bytes.end(), from, from + count);
    }
};

Bits picture(const cr_kernels &kernels, uint64_t seed, int width, int height) {
    Random random = {seed};
    std::vector<cr_visual> visuals;
    for (int i = 0; i < 30; i++) visuals.push_back(random_visual(random, i));
    const float focal = static_cast<float>(width);
    const cr_camera camera = {width, height, focal, focal, 0.5f * static_cast<float>(width),
                              0.5f * static_cast<float>(height), 0.01f, 10};
    const cr_style style = {{0.1f, 0.2f, 0.3f}, 0.4f, 0.25f};
    const auto pixels = static_cast<size_t>(width * height);
    std::vector<uint8_t> rgb(3 * pixels);
    std::vector<float> depth(pixels);
    std::vector<uint16_t> segments(pixels);
    kernels.render(&camera, &style, visuals.data(), 30, rgb.data(), depth.data(), segments.data());
    Bits bits;
    bits.add(rgb.data(), rgb.size());
    bits.add(depth.data(), 4 * pixels);
    bits.add(segments.data(), 2 * pixels);
    bits.pixels = pixels;
    for (uint16_t segment : segments) bits.hits += segment != CR_NO_SEGMENT && segment % 5 != CR_PLANE;
    return bits;
}

Bits cloud(const cr_kernels &kernels, uint64_t seed, int32_t count, int32_t wanted) {
    Random random = {seed};
    const auto room = static_cast<size_t>((count + CR_POINT_PADDING - 1) / CR_POINT_PADDING
                                          * CR_POINT_PADDING);
    std::vector<float> points[3], distance(room);
    for (auto &axis : points) {
        axis.resize(room);
        for (int32_t i = 0; i < count; i++) axis[static_cast<size_t>(i)] = random.next();
    }
    std::vector<int32_t> chosen(static_cast<size_t>(wanted));
    kernels.farthest_points(points[0].data(), points[1].data(), points[2].data(), count, wanted,
                            distance.data(), chosen.data());
    Bits bits;
    bits.add(chosen.data(), 4 * chosen.size());
    return bits;
}

Bits all(const cr_kernels &kernels) {
    const int sizes[][2] = {{1, 1}, {7, 5}, {8, 8}, {9, 17}, {33, 31}, {128, 96}};
    Bits bits;
    for (uint64_t seed = 1; seed < 6; seed++) {
        for (const auto &size : sizes) {
            const Bits one = picture(kernels, seed, size[0], size[1]);
            bits.add(one.bytes.data(), one.bytes.size());
            bits.pixels += one.pixels;
            bits.hits += one.hits;
        }
        for (int32_t count : {1, 3, 17, 64, 1000}) {
            const Bits one = cloud(kernels, seed, count, count < 64 ? 1 : 40);
            bits.add(one.bytes.data(), one.bytes.size());
        }
    }
    return bits;
}

// FNV-1a.
uint64_t digest(const Bits &bits) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (uint8_t byte : bits.bytes) hash = (hash ^ byte) * 0x100000001B3u;
    return hash;
}

} // namespace

int main() {
    int failed = 0;
    const Bits reference = all(*cr_kernels_for(CP_SCALAR));
    // Pictures of nothing would prove nothing.
    if (reference.hits * 5 < reference.pixels) {
        std::fprintf(stderr, "only %zu of %zu pixels hit a solid\n", reference.hits,
                     reference.pixels);
        failed++;
    }
    for (int32_t set = CP_BASELINE; set < CP_INSTRUCTION_SETS; set++) {
        const cr_kernels *kernels = cr_kernels_for(set);
        if (!kernels) continue;
        const bool same = all(*kernels).bytes == reference.bytes;
        std::fprintf(stderr, "ray caster and point sampling, set %d: %zu bytes %s\n", set,
                     reference.bytes.size(), same ? "equal" : "DIFFER");
        failed += !same;
    }
    std::printf("%016llx\n", static_cast<unsigned long long>(digest(reference)));
    return failed ? 1 : 0;
}
