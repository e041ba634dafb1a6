// The matrix product for one instruction set: include with CK_NAMESPACE and CK_VECTOR_BYTES set,
// and the tile's size in CK_TILE_ROWS and CK_TILE_PANELS.
//
// A tile keeps rows x panels sums in registers over a block of the depth. Panels are outermost, so
// weights come from memory once, in order; the block keeps the input and a tile's weights near.

namespace CK_NAMESPACE {

#define CK_INLINE static inline __attribute__((always_inline))

typedef float Vector __attribute__((vector_size(CK_VECTOR_BYTES)));
typedef float Unaligned __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef uint32_t Bits __attribute__((vector_size(CK_VECTOR_BYTES)));
typedef uint16_t Halves __attribute__((vector_size(CK_VECTOR_BYTES / 2), aligned(2)));

constexpr int lane_count = CK_VECTOR_BYTES / 4;
constexpr int panel_vectors = CK_PANEL / lane_count;
// Deeper products are cut, so that a block of the input and of a tile's weights stays in cache.
constexpr int64_t longest_block = 768;
constexpr int64_t block_depth = 512;

CK_INLINE void load(const float *from, Vector &to) { to = *(const Unaligned *)from; }

CK_INLINE void load(const uint16_t *from, Vector &to) {
    to = (Vector)(__builtin_convertvector(*(const Halves *)from, Bits) << 16);
}

// A tile's part of a product: its first elements, and what to start and how to finish with.
template <typename Weight> struct Part {
    const float *input;
    int64_t input_stride;
    int64_t depth;
    const Weight *weights;
    int64_t panel_stride;
    const float *bias;
    float *output;
    int64_t output_stride;
    int64_t columns; // of the tile: the last panel may be cut
    bool accumulate;
};

// Writes the sums of one row of one panel, of which `count` columns exist.
CK_INLINE void finish(const Vector *sums, const float *bias, float *output, int64_t count,
                      bool accumulate) {
    float edge[CK_PANEL] = {};
    const bool whole = count >= CK_PANEL;
    float *target = whole ? output : edge;
    if (!whole && accumulate) {
        for (int64_t i = 0; i < count; i++) edge[i] = output[i];
    }
    for (int v = 0; v < panel_vectors; v++) {
        Vector sum = sums[v];
        if (bias) sum += *(const Unaligned *)(bias + v * lane_count);
        if (accumulate) sum += *(const Unaligned *)(target + v * lane_count);
        *(Unaligned *)(target + v * lane_count) = sum;
    }
    if (!whole) {
        for (int64_t i = 0; i < count; i++) output[i] = edge[i];
    }
}

template <int rows, int panels, typename Weight> static void tile(const Part<Weight> &part) {
    constexpr int width = panels * panel_vectors;
    Vector sums[rows][width] = {};
    const float *input = part.input;
    const Weight *weights = part.weights;
    const int64_t input_stride = part.input_stride, panel_stride = part.panel_stride;
    for (int64_t k = 0; k < part.depth; k++) {
        Vector w[width];
        for (int p = 0; p < panels; p++) {
            for (int v = 0; v < panel_vectors; v++) {
                load(weights + p * panel_stride + v * lane_count, w[p * panel_vectors + v]);
            }
        }
        for (int row = 0; row < rows; row++) {
            const float x = input[row * input_stride];
            for (int i = 0; i < width; i++) sums[row][i] += x * w[i];
        }
        input++;
        weights += CK_PANEL;
    }
    for (int row = 0; row < rows; row++) {
        for (int p = 0; p < panels; p++) {
            finish(&sums[row][p * panel_vectors],
                   part.bias ? part.bias + p * CK_PANEL : nullptr,
                   part.output + row * part.output_stride + p * CK_PANEL,
                   part.columns - p * CK_PANEL, part.accumulate);
        }
    }
}

// All rows of so many panels, over one block of the depth.
template <int panels, typename Weight> static void strip(Part<Weight> part, int64_t rows) {
    while (rows >= CK_TILE_ROWS) {
        tile<CK_TILE_ROWS, panels>(part);
        part.input += CK_TILE_ROWS * part.input_stride;
        part.output += CK_TILE_ROWS * part.output_stride;
        rows -= CK_TILE_ROWS;
    }
    switch (rows) {
#if CK_TILE_ROWS > 5
    case 5: return tile<5, panels>(part);
#endif
#if CK_TILE_ROWS > 4
    case 4: return tile<4, panels>(part);
#endif
#if CK_TILE_ROWS > 3
    case 3: return tile<3, panels>(part);
#endif
#if CK_TILE_ROWS > 2
    case 2: return tile<2, panels>(part);
#endif
    case 1: return tile<1, panels>(part);
    default: return;
    }
}

template <int panels, typename Weight>
static void columns_of(const ck_product *job, int64_t first) {
    Part<Weight> part;
    part.input_stride = job->input_stride;
    part.panel_stride = job->panel_stride;
    part.output = job->output + first;
    part.output_stride = job->output_stride;
    part.columns = job->columns - first;
    const Weight *weights
        = static_cast<const Weight *>(job->weights) + first / CK_PANEL * job->panel_stride;
    int64_t start = 0;
    do {
        const int64_t left = job->depth - start;
        part.depth = left > longest_block ? block_depth : left;
        part.input = job->input + start;
        part.weights = weights + start * CK_PANEL;
        part.bias = start == 0 && job->bias ? job->bias + first : nullptr;
        part.accumulate = start > 0 || job->accumulate;
        strip<panels>(part, job->rows);
        start += part.depth;
    } while (start < job->depth);
}

template <typename Weight> static void product(const ck_product *job) {
    int64_t panels = (job->columns + CK_PANEL - 1) / CK_PANEL, first = 0;
    // One row alone has sums for few chains of additions: it takes more panels at a time.
    if (job->rows == 1) {
        for (; panels >= 4; panels -= 4, first += 4 * CK_PANEL) columns_of<4, Weight>(job, first);
    }
#if CK_TILE_PANELS >= 4
    for (; panels >= 4; panels -= 4, first += 4 * CK_PANEL) columns_of<4, Weight>(job, first);
#endif
#if CK_TILE_PANELS >= 2
    for (; panels >= 2; panels -= 2, first += 2 * CK_PANEL) columns_of<2, Weight>(job, first);
#endif
    for (; panels >= 1; panels -= 1, first += CK_PANEL) columns_of<1, Weight>(job, first);
}

#undef CK_INLINE

} // namespace CK_NAMESPACE
