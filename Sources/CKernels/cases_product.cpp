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

// The formats of a product: what it reads, and the kernel. `scaled` weights are steps of a number
// per column.

struct FP32 {
    typedef float Input;
    typedef float Weight;
    static constexpr int64_t together = 1;
    static constexpr bool scaled = false;
    static constexpr const char *kernel = "product", *dtype = "fp32";
    static constexpr void (*ck_kernels::*member)(const ck_product *) = &ck_kernels::product;
    static float input(float value) { return value; }
    static float weight(float value) { return value; }
};

struct BF16 : FP32 {
    typedef uint16_t Weight;
    static constexpr int64_t together = 2;
    static constexpr const char *kernel = "product_bf16", *dtype = "bf16";
    static constexpr void (*ck_kernels::*member)(const ck_product *) = &ck_kernels::product_bf16;
    static uint16_t weight(float value) { return bfloat16(value); }
};

struct BF16Dot : BF16 {
    typedef uint16_t Input;
    static constexpr const char *kernel = "product_bf16_dot", *dtype = "bf16-dot";
    static constexpr void (*ck_kernels::*member)(const ck_product *)
        = &ck_kernels::product_bf16_dot;
    static uint16_t input(float value) { return bfloat16(value); }
};

struct Int8 : FP32 {
    typedef int8_t Weight;
    static constexpr bool scaled = true;
    static constexpr const char *kernel = "product_int8", *dtype = "int8";
    static constexpr void (*ck_kernels::*member)(const ck_product *) = &ck_kernels::product_int8;
    static int8_t weight(float value) { return static_cast<int8_t>(value * 127); }
};

int64_t padded(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

template <class Format> class Product : public Job {
public:
    typedef typename Format::Input Input;
    typedef typename Format::Weight Weight;

    explicit Product(const ProductShape &shape)
        : bias(padded(shape.columns, CK_PANEL)), scale(padded(shape.columns, CK_PANEL)),
          out(shape.rows, shape.columns, shape.output_stride) {
        const int64_t length = (shape.rows - 1) * shape.input_stride + shape.depth;
        inputs.resize(static_cast<size_t>(length));
        Buffer numbers(length);
        numbers.fill(1);
        for (int64_t i = 0; i < length; i++) {
            inputs[static_cast<size_t>(i)] = Format::input(numbers.data()[i]);
        }
        bias.fill(2);
        scale.fill(5, 0.001f, 0.01f);
        out.fill(3);
        pack(shape);
        job = job_of(shape);
    }

    void run(const ck_kernels &kernels) override { (kernels.*Format::member)(&job); }
    Buffer &output() override { return out; }

private:
    // Panels of columns, rows together in the depth, zeros where nothing is.
    void pack(const ProductShape &shape) {
        panel_stride = padded(shape.depth, Format::together) * CK_PANEL;
        const int64_t panels = padded(shape.columns, CK_PANEL) / CK_PANEL;
        weights.resize(static_cast<size_t>(panels * panel_stride) + 64);
        const auto address = reinterpret_cast<uintptr_t>(weights.data());
        packed = weights.data() + (64 - address % 64) % 64 / sizeof(Weight);
        Buffer dense(shape.depth, shape.columns, shape.columns);
        dense.fill(4);
        for (int64_t k = 0; k < shape.depth; k++) {
            Weight *row = packed + k / Format::together * Format::together * CK_PANEL;
            for (int64_t column = 0; column < shape.columns; column++) {
                row[column / CK_PANEL * panel_stride + column % CK_PANEL * Format::together
                    + k % Format::together]
                    = Format::weight(dense.data()[k * shape.columns + column]);
            }
        }
    }

    ck_product job_of(const ProductShape &shape) {
        ck_product made = {};
        made.input = inputs.data();
        made.input_stride = shape.input_stride;
        made.rows = shape.rows;
        made.depth = shape.depth;
        made.weights = packed;
        made.panel_stride = panel_stride;
        made.scale = Format::scaled ? scale.data() : nullptr;
        made.bias = bias.data();
        made.columns = shape.columns;
        made.output = out.data();
        made.output_stride = shape.output_stride;
        made.accumulate = shape.accumulate;
        return made;
    }

    Buffer bias, scale, out;
    std::vector<Input> inputs;
    std::vector<Weight> weights;
    Weight *packed = nullptr;
    int64_t panel_stride = 0;
    ck_product job = {};
};

// count; output numbers are pairs of halves in the place of a float.
class Narrow : public Job {
public:
    explicit Narrow(int64_t count) : count(count), x(count), halves((count + 1) / 2) {
        x.fill(1);
    }
    void run(const ck_kernels &kernels) override {
        kernels.narrow(x.data(), count, reinterpret_cast<uint16_t *>(halves.data()));
    }
    Buffer &output() override { return halves; }

private:
    int64_t count;
    Buffer x, halves;
};

std::unique_ptr<Job> make_narrow(const std::vector<int64_t> &sizes) {
    return std::make_unique<Narrow>(sizes[0]);
}

ProductShape shape_from(const std::vector<int64_t> &sizes) {
    return {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5] != 0};
}

template <class Format> std::unique_ptr<Job> make(const std::vector<int64_t> &sizes) {
    return std::make_unique<Product<Format>>(shape_from(sizes));
}

template <class Format>
void add(std::vector<Entry> &table, const ProductShape &shape, bool timed,
         const std::string &suffix = "") {
    const int64_t terms = shape.depth * shape.columns;
    Entry entry = {};
    entry.name = std::string(Format::kernel) + "/" + shape_of({shape.rows, shape.depth, shape.columns})
                 + suffix;
    entry.kernel = Format::kernel;
    entry.dtype = Format::dtype;
    entry.timed = timed;
    entry.flop = 2.0 * static_cast<double>(shape.rows * terms);
    entry.bytes = static_cast<double>(terms) * sizeof(typename Format::Weight);
    entry.tolerance = reordered_sums;
    entry.make = make<Format>;
    entry.sizes = {shape.rows, shape.depth, shape.columns, shape.input_stride,
                   shape.output_stride, shape.accumulate};
    table.push_back(entry);
}

template <class Format> void add_all(std::vector<Entry> &table) {
    // Ends of tiles, panels and blocks of the depth.
    const int64_t rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 33};
    const int64_t sizes[][2] = {{1, 1}, {2, 3}, {3, 16}, {5, 17}, {6, 64}, {16, 31}, {31, 4},
                                {64, 63}, {65, 65}, {77, 47}, {320, 33}, {128, 128}, {511, 81},
                                {640, 7}, {700, 130}, {769, 18}};
    for (const auto &size : sizes) {
        for (int64_t count : rows) {
            if (count > 9 && size[0] * size[1] > 6000) continue;
            add<Format>(table, {count, size[0], size[1], size[0], size[1], false}, false);
        }
    }
    add<Format>(table, {7, 30, 19, 6, 40, false}, false, "/overlapping");
    add<Format>(table, {7, 30, 19, 6, 40, true}, false, "/accumulating");
    add<Format>(table, {5, 1600, 33, 1600, 33, true}, false, "/accumulating");
    // The shipped network at horizon 8: condition, convolutions, candidates; full width; a
    // transformer.
    const int64_t timed[][3] = {{1, 128, 512}, {8, 320, 64}, {2, 768, 256}, {400, 320, 64},
                                {100, 768, 256}, {2, 3072, 1024}, {112, 192, 768}};
    for (const auto &size : timed) {
        add<Format>(table, {size[0], size[1], size[2], size[1], size[2], false},
                    true);
    }
}

} // namespace

void add_products(std::vector<Entry> &table) {
    add_all<FP32>(table);
    add_all<BF16>(table);
    add_all<BF16Dot>(table);
    add_all<Int8>(table);
    for (int64_t count : {1, 3, 7, 17, 33, 65, 1000}) {
        Entry entry = {};
        entry.name = "narrow/" + std::to_string(count);
        entry.kernel = "narrow";
        entry.dtype = "bf16";
        entry.timed = count == 1000;
        entry.bytes = 6.0 * static_cast<double>(count);
        entry.tolerance = exact;
        entry.make = make_narrow;
        entry.sizes = {count};
        table.push_back(entry);
    }
}

} // namespace ck_cases
