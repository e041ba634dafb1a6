// The matrix product for one instruction set: include with CK_NAMESPACE and CK_VECTOR_BYTES set,
// and the tile's size in CK_TILE_ROWS and CK_TILE_PANELS, or CK_SIXTEEN_REGISTERS for the tiles of
// product_sixteen_body.h. With CK_DOT the machine multiplies pairs of bfloat16.
//
// A tile keeps rows x panels sums in registers over a block of the depth. Panels are outermost, so
// weights come from memory once, in order; the block keeps the input and a tile's weights near.

namespace CK_NAMESPACE {

#define CK_INLINE static inline __attribute__((always_inline))

typedef float Vector __attribute__((vector_size(CK_VECTOR_BYTES)));
typedef float Unaligned __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef uint32_t Bits __attribute__((vector_size(CK_VECTOR_BYTES)));
typedef uint32_t BitsAt __attribute__((vector_size(CK_VECTOR_BYTES), aligned(2)));
typedef uint16_t HalvesAt __attribute__((vector_size(CK_VECTOR_BYTES / 2), aligned(2)));
typedef int8_t BytesAt __attribute__((vector_size(CK_VECTOR_BYTES / 4), aligned(1)));

constexpr int lane_count = CK_VECTOR_BYTES / 4;
constexpr int panel_vectors = CK_PANEL / lane_count;
// Deeper products are cut, so that a block of the input and of a tile's weights stays in cache.
// Even, so that no pair is cut.
constexpr int64_t longest_block = 768;
constexpr int64_t block_depth = 512;

// The two numbers of each pair of bfloat16, widened.
CK_INLINE void widen(Bits pairs, Vector &first, Vector &second) {
    first = (Vector)(pairs << 16);
    second = (Vector)(pairs & 0xFFFF0000u);
}

CK_INLINE float number(uint32_t bits) {
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

// What a product reads, and how it adds one turn of the depth to the sums: `width` vectors of
// weights, `apart` weights from one panel to the next. The last turn has half a pair.

struct Float32 {
    typedef float Input;
    typedef float Weight;
    static constexpr int step = 1;
    static constexpr bool is_scaled = false;

    // Number k of a row, in every lane. (Less nought is free, plus nought would turn -0 to 0.)
    CK_INLINE Vector spread(const float *input, int k) { return input[k] - Vector{}; }

    // Vector i of the weights of number k.
    CK_INLINE Vector weight(const float *weights, int64_t apart, int i, int k) {
        return *(const Unaligned *)(weights + i / panel_vectors * apart + k * CK_PANEL
                                    + i % panel_vectors * lane_count);
    }

    template <int rows, int width>
    CK_INLINE void turn(Vector (&sums)[rows][width], const float *input, int64_t stride,
                        const float *weights, int64_t apart, bool) {
        Vector w[width];
        for (int i = 0; i < width; i++) {
            w[i] = *(const Unaligned *)(weights + i / panel_vectors * apart
                                        + i % panel_vectors * lane_count);
        }
        for (int row = 0; row < rows; row++) {
            const float x = input[row * stride];
            for (int i = 0; i < width; i++) sums[row][i] += x * w[i];
        }
    }
};

struct Int8 {
    typedef float Input;
    typedef int8_t Weight;
    static constexpr int step = 1;
    static constexpr bool is_scaled = true;

    CK_INLINE Vector spread(const float *input, int k) { return input[k] - Vector{}; }

    CK_INLINE Vector weight(const int8_t *weights, int64_t apart, int i, int k) {
        return __builtin_convertvector(
            *(const BytesAt *)(weights + i / panel_vectors * apart + k * CK_PANEL
                               + i % panel_vectors * lane_count),
            Vector);
    }

    template <int rows, int width>
    CK_INLINE void turn(Vector (&sums)[rows][width], const float *input, int64_t stride,
                        const int8_t *weights, int64_t apart, bool) {
        Vector w[width];
        for (int i = 0; i < width; i++) {
            w[i] = __builtin_convertvector(
                *(const BytesAt *)(weights + i / panel_vectors * apart
                                   + i % panel_vectors * lane_count),
                Vector);
        }
        for (int row = 0; row < rows; row++) {
            const float x = input[row * stride];
            for (int i = 0; i < width; i++) sums[row][i] += x * w[i];
        }
    }
};

// Loads vector i of a turn's pairs.
CK_INLINE Bits pairs_at(const uint16_t *weights, int64_t apart, int i) {
    return *(const BitsAt *)(weights + i / panel_vectors * apart
                             + i % panel_vectors * 2 * lane_count);
}

// Number k of pairs, widened.
CK_INLINE Vector widened(Bits pairs, int k) {
    return (Vector)(k % 2 == 0 ? pairs << 16 : pairs & 0xFFFF0000u);
}

struct BFloat16 {
    typedef float Input;
    typedef uint16_t Weight;
    static constexpr int step = 2;
    static constexpr bool is_scaled = false;

    CK_INLINE Vector spread(const float *input, int k) { return input[k] - Vector{}; }

    CK_INLINE Vector weight(const uint16_t *weights, int64_t apart, int i, int k) {
        return widened(pairs_at(weights + k / 2 * 2 * CK_PANEL, apart, i), k);
    }

    template <int rows, int width>
    CK_INLINE void turn(Vector (&sums)[rows][width], const float *input, int64_t stride,
                        const uint16_t *weights, int64_t apart, bool last) {
        Vector first[width], second[width];
        for (int i = 0; i < width; i++) widen(pairs_at(weights, apart, i), first[i], second[i]);
        for (int row = 0; row < rows; row++) {
            const float x = input[row * stride];
            for (int i = 0; i < width; i++) sums[row][i] += x * first[i];
        }
        if (last) return;
        for (int row = 0; row < rows; row++) {
            const float x = input[row * stride + 1];
            for (int i = 0; i < width; i++) sums[row][i] += x * second[i];
        }
    }
};

struct BFloat16Dot {
    typedef uint16_t Input;
    typedef uint16_t Weight;
    static constexpr int step = 2;
    static constexpr bool is_scaled = false;

    CK_INLINE Vector spread(const uint16_t *input, int k) {
        return widened(Bits{} + pair(input + k / 2 * 2, false), k);
    }

    CK_INLINE Vector weight(const uint16_t *weights, int64_t apart, int i, int k) {
        return BFloat16::weight(weights, apart, i, k);
    }

    // Both numbers of a pair of the input; the second is zero behind the last.
    CK_INLINE uint32_t pair(const uint16_t *input, bool last) {
        uint32_t bits = input[0];
        if (!last) __builtin_memcpy(&bits, input, sizeof bits);
        return bits;
    }

#if defined(CK_DOT)
    typedef __bf16 Pairs __attribute__((vector_size(CK_VECTOR_BYTES)));

    template <int rows, int width>
    CK_INLINE void turn(Vector (&sums)[rows][width], const uint16_t *input, int64_t stride,
                        const uint16_t *weights, int64_t apart, bool last) {
        Bits w[width];
        for (int i = 0; i < width; i++) w[i] = pairs_at(weights, apart, i);
        for (int row = 0; row < rows; row++) {
            const Bits x = Bits{} + pair(input + row * stride, last);
            for (int i = 0; i < width; i++) {
                sums[row][i] = __builtin_ia32_dpbf16ps_512(sums[row][i], (Pairs)x, (Pairs)w[i]);
            }
        }
    }
#else
    template <int rows, int width>
    CK_INLINE void turn(Vector (&sums)[rows][width], const uint16_t *input, int64_t stride,
                        const uint16_t *weights, int64_t apart, bool last) {
        Vector first[width], second[width];
        for (int i = 0; i < width; i++) widen(pairs_at(weights, apart, i), first[i], second[i]);
        for (int row = 0; row < rows; row++) {
            const uint32_t x = pair(input + row * stride, last);
            const float x0 = number(x << 16), x1 = number(x & 0xFFFF0000u);
            for (int i = 0; i < width; i++) sums[row][i] += x0 * first[i];
            for (int i = 0; i < width; i++) sums[row][i] += x1 * second[i];
        }
    }
#endif
};

// A tile's part of a product: its first elements, and what to start and how to finish with.
template <class Numbers> struct Part {
    const typename Numbers::Input *input;
    int64_t input_stride;
    int64_t depth;
    const typename Numbers::Weight *weights;
    int64_t panel_stride;
    const float *scale;
    const float *bias;
    float *output;
    int64_t output_stride;
    int64_t columns; // of the tile: the last panel may be cut
    bool accumulate;
    // The weights that come after these, likewise panel_stride apart.
    const typename Numbers::Weight *next;
};

// Writes the sums of one row of one panel, of which `count` columns exist.
CK_INLINE void finish(const Vector *sums, const float *scale, const float *bias, float *output,
                      int64_t count, bool accumulate) {
    float edge[CK_PANEL] = {};
    const bool whole = count >= CK_PANEL;
    float *target = whole ? output : edge;
    if (!whole && accumulate) {
        for (int64_t i = 0; i < count; i++) edge[i] = output[i];
    }
    for (int v = 0; v < panel_vectors; v++) {
        Vector sum = sums[v];
        if (scale) sum *= *(const Unaligned *)(scale + v * lane_count);
        if (bias) sum += *(const Unaligned *)(bias + v * lane_count);
        if (accumulate) sum += *(const Unaligned *)(target + v * lane_count);
        *(Unaligned *)(target + v * lane_count) = sum;
    }
    if (!whole) {
        for (int64_t i = 0; i < count; i++) output[i] = edge[i];
    }
}

// Whole panels without a scale, with no question for each row and panel: of a shallow product, writing
// the sums is a fifth of the work.
template <int rows, int panels, class Numbers>
CK_INLINE void finish_whole(const Vector (&sums)[rows][panels * panel_vectors],
                            const Part<Numbers> &part) {
    for (int v = 0; v < panels * panel_vectors; v++) {
        const Vector bias = part.bias ? *(const Unaligned *)(part.bias + v * lane_count) : Vector{};
        float *output = part.output + v * lane_count;
        if (part.accumulate) {
            for (int row = 0; row < rows; row++) {
                *(Unaligned *)(output + row * part.output_stride) += sums[row][v] + bias;
            }
        } else {
            for (int row = 0; row < rows; row++) {
                *(Unaligned *)(output + row * part.output_stride) = sums[row][v] + bias;
            }
        }
    }
}

#if defined(CK_SIXTEEN_REGISTERS)
#include "product_sixteen_body.h"
#else
// With `ahead` set, asks for weights that come later: two panels of them from `ahead` on.
template <int rows, int panels, bool prefetch, class Numbers>
static void tile(const Part<Numbers> &part, const typename Numbers::Weight *ahead) {
    constexpr int width = panels * panel_vectors;
    Vector sums[rows][width] = {};
    const typename Numbers::Input *input = part.input;
    const typename Numbers::Weight *weights = part.weights;
    const int64_t stride = part.input_stride, apart = part.panel_stride;
    for (int64_t k = Numbers::step; k <= part.depth; k += Numbers::step) {
        if (prefetch) {
            __builtin_prefetch(ahead, 0, 2);
            __builtin_prefetch(ahead + apart, 0, 2);
            ahead += Numbers::step * CK_PANEL;
        }
        Numbers::template turn<rows, width>(sums, input, stride, weights, apart, false);
        input += Numbers::step;
        weights += Numbers::step * CK_PANEL;
    }
    if (part.depth % Numbers::step != 0) {
        Numbers::template turn<rows, width>(sums, input, stride, weights, apart, true);
    }
    if (part.columns >= panels * CK_PANEL && !part.scale) {
        finish_whole<rows, panels>(sums, part);
        return;
    }
    for (int row = 0; row < rows; row++) {
        for (int p = 0; p < panels; p++) {
            finish(&sums[row][p * panel_vectors],
                   part.scale ? part.scale + p * CK_PANEL : nullptr,
                   part.bias ? part.bias + p * CK_PANEL : nullptr,
                   part.output + row * part.output_stride + p * CK_PANEL,
                   part.columns - p * CK_PANEL, part.accumulate);
        }
    }
}

// All rows of so many panels, over one block of the depth.
//
// Of many rows only the first tile would wait for memory. Its neighbours compute from what it has
// fetched, so the first tiles ask for what comes next, two panels each.
template <int panels, class Numbers> static void strip(Part<Numbers> part, int64_t rows) {
    int ahead = rows >= 2 * CK_TILE_ROWS ? 0 : panels;
    while (rows >= CK_TILE_ROWS) {
        if (ahead < panels) {
            tile<CK_TILE_ROWS, panels, true>(part, part.next + ahead * part.panel_stride);
            ahead += 2;
        } else {
            tile<CK_TILE_ROWS, panels, false>(part, nullptr);
        }
        part.input += CK_TILE_ROWS * part.input_stride;
        part.output += CK_TILE_ROWS * part.output_stride;
        rows -= CK_TILE_ROWS;
    }
    switch (rows) {
#if CK_TILE_ROWS > 5
    case 5: return tile<5, panels, false>(part, nullptr);
#endif
#if CK_TILE_ROWS > 4
    case 4: return tile<4, panels, false>(part, nullptr);
#endif
#if CK_TILE_ROWS > 3
    case 3: return tile<3, panels, false>(part, nullptr);
#endif
#if CK_TILE_ROWS > 2
    case 2: return tile<2, panels, false>(part, nullptr);
#endif
    case 1: return tile<1, panels, false>(part, nullptr);
    default: return;
    }
}

#endif

template <int panels, class Numbers>
static void columns_of(const ck_product *job, int64_t first) {
    Part<Numbers> part;
    part.input_stride = job->input_stride;
    part.panel_stride = job->panel_stride;
    part.scale = job->scale ? job->scale + first : nullptr;
    part.output = job->output + first;
    part.output_stride = job->output_stride;
    part.columns = job->columns - first;
    const typename Numbers::Weight *weights
        = static_cast<const typename Numbers::Weight *>(job->weights)
          + first / CK_PANEL * job->panel_stride;
    int64_t start = 0;
    do {
        const int64_t left = job->depth - start;
        part.depth = left > longest_block ? block_depth : left;
        part.input = static_cast<const typename Numbers::Input *>(job->input) + start;
        part.weights = weights + start * CK_PANEL;
        part.bias = start == 0 && job->bias ? job->bias + first : nullptr;
        part.accumulate = start > 0 || job->accumulate;
        part.next = part.depth < left ? part.weights + part.depth * CK_PANEL
                                      : weights + panels * part.panel_stride;
        strip<panels>(part, job->rows);
        start += part.depth;
    } while (start < job->depth);
}

template <class Numbers> static void product(const ck_product *job) {
    int64_t panels = (job->columns + CK_PANEL - 1) / CK_PANEL, first = 0;
    // One row alone has sums for few chains of additions: it takes more panels at a time.
    if (job->rows == 1) {
        for (; panels >= 4; panels -= 4, first += 4 * CK_PANEL) columns_of<4, Numbers>(job, first);
    }
#if defined(CK_SIXTEEN_REGISTERS)
    // A tile of few rows is wide. Four are two twice: a tile of one has too few chains.
    if (job->rows == 2 && Numbers::step == 1) {
        for (; panels >= 3 && panels != 4; panels -= 3, first += 3 * CK_PANEL) {
            columns_of<3, Numbers>(job, first);
        }
    }
    if (job->rows <= (Numbers::step == 1 ? 3 : 2)) {
        for (; panels >= 2; panels -= 2, first += 2 * CK_PANEL) columns_of<2, Numbers>(job, first);
    }
#endif
#if CK_TILE_PANELS >= 4
    // Six are three twice: a tile of two has too few chains.
    for (; panels >= 4 && panels != 6; panels -= 4, first += 4 * CK_PANEL) {
        columns_of<4, Numbers>(job, first);
    }
    for (; panels >= 3; panels -= 3, first += 3 * CK_PANEL) columns_of<3, Numbers>(job, first);
#endif
#if CK_TILE_PANELS >= 2
    for (; panels >= 2; panels -= 2, first += 2 * CK_PANEL) columns_of<2, Numbers>(job, first);
#endif
    for (; panels >= 1; panels -= 1, first += CK_PANEL) columns_of<1, Numbers>(job, first);
}

#if defined(CK_DOT)
typedef __bf16 NarrowAt __attribute__((vector_size(CK_VECTOR_BYTES / 2), aligned(2)));
#endif

static void narrow(const float *x, int64_t count, uint16_t *halves) {
    int64_t i = 0;
    for (; i + lane_count <= count; i += lane_count) {
#if defined(CK_DOT)
        *(NarrowAt *)(halves + i)
            = __builtin_convertvector((Vector) * (const Unaligned *)(x + i), NarrowAt);
#else
        Bits bits = *(const BitsAt *)(x + i);
        bits += 0x7FFFu + ((bits >> 16) & 1u);
        *(HalvesAt *)(halves + i) = __builtin_convertvector(bits >> 16, HalvesAt);
#endif
    }
    for (; i < count; i++) {
        uint32_t bits;
        __builtin_memcpy(&bits, x + i, sizeof bits);
        halves[i] = (uint16_t)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    }
}

#undef CK_INLINE

} // namespace CK_NAMESPACE
