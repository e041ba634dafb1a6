// Farthest point sampling for one instruction set; include after tile_body.h in the same setting.
//
// Squared distances are not negative, and such floats order as their bits do, so maxima are kept
// as integers. Two accumulators hide the latency of compare and select.

#pragma clang fp contract(off)

namespace CR_NAMESPACE {

static void farthest_points(const float *x, const float *y, const float *z, int32_t count,
                            int32_t wanted, float *distance, int32_t *chosen) {
    constexpr int step = 2 * lane_count;
    static_assert(CR_POINT_PADDING % lane_count == 0, "padding holds whole vectors");
    typedef float Loose __attribute__((vector_size(CR_VECTOR_BYTES), aligned(4)));
    typedef int32_t LooseMask __attribute__((vector_size(CR_VECTOR_BYTES), aligned(4)));

    const int32_t padded = (count + lane_count - 1) / lane_count * lane_count;
    for (int32_t i = 0; i < count; i++) distance[i] = __builtin_inff();
    // Padding lies below every distance, so it is never the farthest.
    for (int32_t i = count; i < padded; i++) distance[i] = -1.0f;

    Mask ramp = {};
    for (int lane = 0; lane < lane_count; lane++) ramp[lane] = lane;
    int32_t last = 0;
    for (int32_t k = 0; k < wanted; k++) {
        chosen[k] = last;
        const Lanes lx = Lanes{} + x[last], ly = Lanes{} + y[last], lz = Lanes{} + z[last];
        Mask best[2] = {Mask{} - 1, Mask{} - 1};
        Mask where[2] = {Mask{}, Mask{}};
        for (int32_t i = 0; i < padded; i += step) {
            for (int half = 0; half < 2; half++) {
                const int32_t at = i + half * lane_count;
                if (at >= padded) break;
                const Lanes dx = *(const Loose *)(x + at) - lx, dy = *(const Loose *)(y + at) - ly;
                const Lanes dz = *(const Loose *)(z + at) - lz;
                const Mask squared = (Mask)(dx * dx + dy * dy + dz * dz);
                const Mask old = *(const LooseMask *)(distance + at);
                const Mask now = squared < old ? squared : old;
                *(LooseMask *)(distance + at) = now;
                const Mask farther = now > best[half];
                best[half] = farther ? now : best[half];
                where[half] = farther ? ramp + at : where[half];
            }
        }
        int32_t most = -1, farthest = 0;
        for (int lane = 0; lane < step; lane++) {
            const int32_t value = best[lane / lane_count][lane % lane_count];
            const int32_t index = where[lane / lane_count][lane % lane_count];
            if (value > most || (value == most && index < farthest)) {
                most = value;
                farthest = index;
            }
        }
        last = farthest;
    }
}

} // namespace CR_NAMESPACE
