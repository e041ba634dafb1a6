// Cases of the matrix product, in every format of weights.
#include "cases.h"

#include <cstring>

namespace ck_cases {

namespace {

// What a product is given; every part is made by `prepared` below.
struct ProductShape {
    int64_t rows, depth, columns;
    int64_t input_stride;  // less than the depth: rows overlap
    int64_t output_stride; // more than the columns: a part of wider rows
    bool accumulate;
};

uint16_t bfloat16(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

void call(const ck_kernels &kernels, const ck_product &job, float) { kernels.product(&job); }
void call(const ck_kernels &kernels, const ck_product &job, uint16_t) {
    kernels.product_bf16(&job);
}

float stored(float value, float) { return value; }
uint16_t stored(float value, uint16_t) { return bfloat16(value); }

template <typename Weight> class Product : public Job {
public:
    explicit Product(const ProductShape &shape)
        : input(1, (shape.rows - 1) * shape.input_stride + shape.depth,
                (shape.rows - 1) * shape.input_stride + shape.depth),
          bias((shape.columns + CK_PANEL - 1) / CK_PANEL * CK_PANEL),
          out(shape.rows, shape.columns, shape.output_stride) {
        input.fill(1);
        bias.fill(2);
        out.fill(3);
        const int64_t panels = (shape.columns + CK_PANEL - 1) / CK_PANEL;
        weights.resize(static_cast<size_t>(panels * shape.depth * CK_PANEL) + 64);
        packed = aligned(weights.data());
        Buffer dense(shape.depth, shape.columns, shape.columns);
        dense.fill(4);
        for (int64_t k = 0; k < shape.depth; k++) {
            for (int64_t column = 0; column < shape.columns; column++) {
                packed[(column / CK_PANEL * shape.depth + k) * CK_PANEL + column % CK_PANEL]
                    = stored(dense.data()[k * shape.columns + column], Weight{});
            }
        }
        job.input = input.data();
        job.input_stride = shape.input_stride;
        job.rows = shape.rows;
        job.depth = shape.depth;
        job.weights = packed;
        job.panel_stride = shape.depth * CK_PANEL;
        job.bias = bias.data();
        job.columns = shape.columns;
        job.output = out.data();
        job.output_stride = shape.output_stride;
        job.accumulate = shape.accumulate;
    }

    void run(const ck_kernels &kernels) override { call(kernels, job, Weight{}); }
    Buffer &output() override { return out; }

private:
    static Weight *aligned(Weight *start) {
        const auto address = reinterpret_cast<uintptr_t>(start);
        return start + (64 - address % 64) % 64 / sizeof(Weight);
    }

    Buffer input, bias, out;
    std::vector<Weight> weights;
    Weight *packed;
    ck_product job = {};
};

ProductShape shape_from(const std::vector<int64_t> &sizes) {
    return {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5] != 0};
}

template <typename Weight> std::unique_ptr<Job> make(const std::vector<int64_t> &sizes) {
    return std::make_unique<Product<Weight>>(shape_from(sizes));
}

template <typename Weight>
void add(std::vector<Entry> &table, const char *kernel, const char *dtype,
         const ProductShape &shape, bool timed, const std::string &suffix = "") {
    const int64_t terms = shape.depth * shape.columns;
    Entry entry = {};
    entry.name = std::string(kernel) + "/" + shape_of({shape.rows, shape.depth, shape.columns})
                 + suffix;
    entry.kernel = kernel;
    entry.dtype = dtype;
    entry.timed = timed;
    entry.flop = 2.0 * static_cast<double>(shape.rows * terms);
    entry.bytes = static_cast<double>(terms) * sizeof(Weight);
    entry.tolerance = reordered_sums;
    entry.make = make<Weight>;
    entry.sizes = {shape.rows, shape.depth, shape.columns, shape.input_stride,
                   shape.output_stride, shape.accumulate};
    table.push_back(entry);
}

template <typename Weight>
void add_all(std::vector<Entry> &table, const char *kernel, const char *dtype) {
    // Ends of tiles, panels and blocks of the depth.
    const int64_t rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33};
    const int64_t sizes[][2] = {{1, 1}, {2, 3}, {3, 16}, {5, 17}, {6, 64}, {16, 31}, {31, 4},
                                {64, 63}, {65, 65}, {77, 47}, {320, 33}, {128, 128}, {511, 81},
                                {640, 7}, {700, 130}, {769, 18}};
    for (const auto &size : sizes) {
        for (int64_t count : rows) {
            if (count > 9 && size[0] * size[1] > 6000) continue;
            add<Weight>(table, kernel, dtype,
                        {count, size[0], size[1], size[0], size[1], false}, false);
        }
    }
    add<Weight>(table, kernel, dtype, {7, 30, 19, 6, 40, false}, false, "/overlapping");
    add<Weight>(table, kernel, dtype, {7, 30, 19, 6, 40, true}, false, "/accumulating");
    add<Weight>(table, kernel, dtype, {5, 1600, 33, 1600, 33, true}, false, "/accumulating");
    // The shipped network at horizon 8: condition, convolutions of its levels, candidates.
    const int64_t timed[][3] = {{1, 128, 512}, {8, 320, 64}, {4, 640, 128}, {2, 768, 256},
                                {64, 320, 64}, {256, 320, 64}, {400, 320, 64}, {200, 640, 128},
                                {100, 768, 256},
                                // The full width at horizon 4, a transformer, a point network.
                                {4, 2560, 512}, {2, 3072, 1024}, {1, 2048, 2048}, {112, 192, 768},
                                {112, 768, 192}, {16, 64, 128}};
    for (const auto &size : timed) {
        add<Weight>(table, kernel, dtype, {size[0], size[1], size[2], size[1], size[2], false},
                    true);
    }
}

} // namespace

void add_products(std::vector<Entry> &table) {
    add_all<float>(table, "product", "fp32");
    add_all<uint16_t>(table, "product_bf16", "bf16");
}

} // namespace ck_cases
