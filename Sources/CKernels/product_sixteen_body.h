// The tiles of a product for sets of sixteen registers: a part of product_body.h.
//
// Twelve sums, their weights and an input fill the registers, and eight to twelve chains of additions
// keep both units busy. What limits then is the front end, above all where another thread shares the
// core: so a turn is as few instructions as can be, the depth unrolled and hardly an address computed.
// Many rows take tiles of one panel, few rows wider ones.

// Where the rows of a tile's input lie: each is nought, one or two strides from one of two bases,
// which an instruction can say by itself.
template <class Input> struct TileRows {
    const Input *low, *high;
    int64_t stride;

    CK_INLINE const Input *row(const TileRows &rows, int index) {
        return index < 3 ? rows.low + index * rows.stride : rows.high + (index - 3) * rows.stride;
    }
};

// Adds number `k` of the depth to the sums. What is used once is not kept.
template <int rows, int width, class Numbers>
CK_INLINE void add(Vector (&sums)[rows][width], const TileRows<typename Numbers::Input> &input,
                   const typename Numbers::Weight *weights, int64_t apart, int k, Numbers) {
    typedef TileRows<typename Numbers::Input> Rows;
    if constexpr (rows >= width) {
        Vector w[width];
        for (int i = 0; i < width; i++) w[i] = Numbers::weight(weights, apart, i, k);
        for (int row = 0; row < rows; row++) {
            const Vector x = Numbers::spread(Rows::row(input, row), k);
            for (int i = 0; i < width; i++) sums[row][i] += x * w[i];
        }
    } else {
        Vector x[rows];
        for (int row = 0; row < rows; row++) x[row] = Numbers::spread(Rows::row(input, row), k);
        for (int i = 0; i < width; i++) {
            const Vector w = Numbers::weight(weights, apart, i, k);
            for (int row = 0; row < rows; row++) sums[row][i] += x[row] * w;
        }
    }
}

// Numbers of the depth between two looks at the loop's end.
constexpr int unrolled = 4;
constexpr int cache_line = 64;

// No value read before this is kept for later: pairs are read again for their second number, since
// there is no register to keep them in.
CK_INLINE void forget() { asm volatile("" ::: "memory"); }

// Adds numbers `first` and `first + 1`.
template <int first, int rows, int width, class Numbers>
CK_INLINE void add_two(Vector (&sums)[rows][width], const TileRows<typename Numbers::Input> &input,
                       const typename Numbers::Weight *weights, int64_t apart, Numbers numbers) {
    add(sums, input, weights, apart, first, numbers);
    if (Numbers::step > 1) forget();
    add(sums, input, weights, apart, first + 1, numbers);
    if (Numbers::step > 1) forget();
}

// Sums that are indexed by a loop would go through memory.
#define CK_UNROLL _Pragma("clang loop unroll(full)")

// Writes whole panels. What holds for all of them is asked once.
template <bool accumulate, int rows, int width, class Numbers>
CK_INLINE void finish_panels(const Vector (&sums)[rows][width], const Part<Numbers> &part) {
    const int64_t stride = part.output_stride;
    float *output = part.output;
    Vector bias[width];
    CK_UNROLL for (int i = 0; i < width; i++) {
        bias[i] = part.bias ? *(const Unaligned *)(part.bias + i * lane_count) : Vector{};
    }
    CK_UNROLL for (int row = 0; row < rows; row++) {
        CK_UNROLL for (int i = 0; i < width; i++) {
            Unaligned *to = (Unaligned *)(output + i * lane_count);
            Vector sum = sums[row][i];
            if (Numbers::is_scaled) sum *= *(const Unaligned *)(part.scale + i * lane_count);
            sum += bias[i];
            *to = accumulate ? *to + sum : sum;
        }
        output += stride;
    }
}

// Writes panels of which the last is cut.
template <class Numbers>
static __attribute__((noinline)) void finish_edge(const Vector *sums, int rows, int panels,
                                                  const Part<Numbers> &part) {
    for (int row = 0; row < rows; row++) {
        for (int p = 0; p < panels; p++) {
            finish(sums + (row * panels + p) * panel_vectors,
                   part.scale ? part.scale + p * CK_PANEL : nullptr,
                   part.bias ? part.bias + p * CK_PANEL : nullptr,
                   part.output + row * part.output_stride + p * CK_PANEL,
                   part.columns - p * CK_PANEL, part.accumulate);
        }
    }
}

// Adds the whole depth of a part to the sums. With `prefetch`, asks for half as many of the weights
// from `ahead` on as it reads.
template <int rows, int width, bool prefetch, class Numbers>
CK_INLINE void add_depth(Vector (&sums)[rows][width], const Part<Numbers> &part, const char *ahead) {
    constexpr int step = Numbers::step;
    // The unrolled loop of a wide tile would keep too much at once.
    constexpr bool is_unrolled = width <= 2 || rows * width <= 8;
    constexpr int share = unrolled * CK_PANEL * (int)sizeof(typename Numbers::Weight) / 2;
    const int64_t stride = part.input_stride, apart = part.panel_stride;
    const typename Numbers::Weight *weights = part.weights;
    TileRows<typename Numbers::Input> input = {part.input, part.input, stride};
    if (rows > 3) input.high += 3 * stride;
    int64_t left = part.depth;
    for (; is_unrolled && left >= unrolled; left -= unrolled) {
        if (prefetch) {
            for (int i = 0; i < share; i += cache_line) __builtin_prefetch(ahead + i, 0, 2);
            ahead += share;
        }
        add_two<0>(sums, input, weights, apart, Numbers());
        add_two<2>(sums, input, weights, apart, Numbers());
        input.low += unrolled;
        input.high += unrolled;
        weights += unrolled * CK_PANEL;
    }
    for (; left >= step; left -= step) {
        if constexpr (step > 1) {
            add_two<0>(sums, input, weights, apart, Numbers());
        } else {
            add(sums, input, weights, apart, 0, Numbers());
        }
        input.low += step;
        input.high += step;
        weights += step * CK_PANEL;
    }
    // Half a pair.
    if (step > 1 && left > 0) {
        Numbers::template turn<rows, width>(sums, input.low, stride, weights, apart, true);
    }
}

template <int rows, int panels, bool prefetch, class Numbers>
static __attribute__((noinline)) void tile(const Part<Numbers> &part, const char *ahead) {
    constexpr int width = panels * panel_vectors;
    Vector sums[rows][width] = {};
    add_depth<rows, width, prefetch>(sums, part, ahead);
    if (part.columns >= panels * CK_PANEL && (part.scale != nullptr) == Numbers::is_scaled) {
        if (part.accumulate) {
            finish_panels<true>(sums, part);
        } else {
            finish_panels<false>(sums, part);
        }
        return;
    }
    // A copy, so that the sums themselves need no address.
    Vector copy[rows][width];
    CK_UNROLL for (int row = 0; row < rows; row++) {
        CK_UNROLL for (int i = 0; i < width; i++) copy[row][i] = sums[row][i];
    }
    finish_edge(&copy[0][0], rows, panels, part);
}

template <int rows, class Numbers>
CK_INLINE void one_panel(const Part<Numbers> &part, const char *ahead) {
    if (ahead) {
        tile<rows, 1, true>(part, ahead);
    } else {
        tile<rows, 1, false>(part, nullptr);
    }
}

// All rows of so many panels, over one block of the depth.
//
// Of several panels it is one tile, whose weights the machine itself fetches ahead: they lie in
// order. Of one panel, the first two tiles ask for what comes next, half each.
template <int panels, class Numbers> static void strip(Part<Numbers> part, int64_t rows) {
    if constexpr (panels == 4) {
        tile<1, 4, false>(part, nullptr);
    } else if constexpr (panels == 3) {
        tile<2, 3, false>(part, nullptr);
    } else if constexpr (panels == 2) {
        if (rows == 3) return tile<3, 2, false>(part, nullptr);
        if (rows == 2) return tile<2, 2, false>(part, nullptr);
        tile<1, 2, false>(part, nullptr);
    } else {
        constexpr int64_t most = 6;
        const char *next = (const char *)part.next;
        const int64_t half = part.depth * CK_PANEL * (int64_t)sizeof(typename Numbers::Weight) / 2;
        int asks = rows > most ? 2 : 0;
        while (rows > 0) {
            // The last twelve in two like parts, since a tile of few rows has too few sums; so the
            // first two have three rows at least.
            const int64_t now = rows > 2 * most ? most : rows > most ? (rows + 1) / 2 : rows;
            const char *ahead = asks > 0 ? next : nullptr;
            switch (now) {
            case 1: tile<1, 1, false>(part, nullptr); break;
            case 2: tile<2, 1, false>(part, nullptr); break;
            case 3: one_panel<3>(part, ahead); break;
            case 4: one_panel<4>(part, ahead); break;
            case 5: one_panel<5>(part, ahead); break;
            default: one_panel<6>(part, ahead); break;
            }
            asks--;
            next += half;
            part.input += now * part.input_stride;
            part.output += now * part.output_stride;
            rows -= now;
        }
    }
}

#undef CK_UNROLL
