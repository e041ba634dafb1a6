// The loops that find one core's limits, for one instruction set: include with CK_NAMESPACE and
// CK_VECTOR_BYTES set, and CK_HAS_DOT_BF16 where it is.

namespace CK_NAMESPACE {

typedef float Vector __attribute__((vector_size(CK_VECTOR_BYTES)));

constexpr int lane_count = CK_VECTOR_BYTES / 4;
// Sums that do not wait for each other: more than any core's latency times its throughput, and few
// enough for 16 registers.
constexpr int chain_count = 12;

static void keep(const Vector *sums, int count, float *sink) {
    Vector total = {};
    for (int i = 0; i < count; i++) total += sums[i];
    for (int i = 0; i < lane_count; i++) sink[i] = total[i];
}

static int64_t multiply_add(int64_t rounds, float *sink) {
    Vector sums[chain_count] = {};
    // From memory, so that they are unknown; below one, so that sums stay finite.
    const Vector factor = Vector{} + sink[0] * 0.0f + 0.5f, term = factor * 0.5f;
    for (int64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < chain_count; i++) sums[i] = sums[i] * factor + term;
    }
    keep(sums, chain_count, sink);
    return rounds * chain_count * lane_count * 2;
}

#ifdef CK_HAS_DOT_BF16
typedef __bf16 Pairs __attribute__((vector_size(CK_VECTOR_BYTES)));

static int64_t dot_bf16(int64_t rounds, float *sink) {
    Vector sums[chain_count] = {};
    Vector bits = Vector{} + sink[0] * 0.0f;
    const Pairs left = (Pairs)bits, right = (Pairs)bits;
    for (int64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < chain_count; i++) {
            sums[i] = __builtin_ia32_dpbf16ps_512(sums[i], left, right);
        }
    }
    keep(sums, chain_count, sink);
    return rounds * chain_count * lane_count * 4;
}
#endif

static void read(const float *from, int64_t count, float *sink) {
    constexpr int wide = 128 / lane_count < 8 ? 128 / lane_count : 8;
    Vector sums[wide] = {};
    for (const float *end = from + count; from < end; from += wide * lane_count) {
        for (int i = 0; i < wide; i++) sums[i] += *(const Vector *)(from + i * lane_count);
    }
    keep(sums, wide, sink);
}

} // namespace CK_NAMESPACE
