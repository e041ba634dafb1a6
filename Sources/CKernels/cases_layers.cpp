// Cases of activations, FiLM, pooling and attention.
#include "cases.h"

#include <cmath>

namespace ck_cases {

namespace {

double bytes_of(int64_t numbers) { return 4.0 * static_cast<double>(numbers); }

using Activation = void (*ck_kernels::*)(const float *, float *, int64_t);

constexpr int64_t tails = 4;

template <Activation function> class ActivationJob : public Job {
public:
    explicit ActivationJob(const std::vector<int64_t> &sizes)
        : count(sizes[0]), x(count), y(count) {
        x.fill(1, -6, 6);
        // Results of the order of one, however few; or both tails, where a careless exponential
        // overflows.
        x.data()[0] = 1.25f;
        if (count == tails) {
            const float ends[tails] = {-300, -90, 90, 300};
            for (int64_t i = 0; i < tails; i++) x.data()[i] = ends[i];
        }
    }
    void run(const ck_kernels &kernels) override {
        (kernels.*function)(x.data(), y.data(), count);
    }
    Buffer &output() override { return y; }

private:
    int64_t count;
    Buffer x, y;
};

class FilmJob : public Job {
public:
    explicit FilmJob(const std::vector<int64_t> &sizes)
        : x(sizes[0] * sizes[1]), y(sizes[0] * sizes[1]), parameters(2 * sizes[1]) {
        x.fill(1);
        parameters.fill(2);
        job = {x.data(), y.data(), sizes[0], sizes[1], parameters.data()};
    }
    void run(const ck_kernels &kernels) override { kernels.film(&job); }
    Buffer &output() override { return y; }

private:
    Buffer x, y, parameters;
    ck_film job = {};
};

// height, width, channels, kernel, stride, padding
class MaxPoolJob : public Job {
public:
    explicit MaxPoolJob(const std::vector<int64_t> &s)
        : rows(ck_pooled_size(s[0], s[3], s[4], s[5])),
          columns(ck_pooled_size(s[1], s[3], s[4], s[5])), x(s[0], s[1] * s[2], s[1] * s[2] + 5),
          y(rows, columns * s[2], columns * s[2] + 3) {
        // All below zero, so that padding that wins would show.
        x.fill(1, -3, -1);
        job = {x.data(), s[1] * s[2] + 5, s[0], s[1], s[2], s[3], s[4], s[5], y.data(),
               columns * s[2] + 3};
    }
    void run(const ck_kernels &kernels) override { kernels.max_pool(&job); }
    Buffer &output() override { return y; }

private:
    int64_t rows, columns;
    Buffer x, y;
    ck_max_pool job = {};
};

// How many keys each query sees.
enum Mask : int64_t { all_keys = 0, causal = 1, prefix = 2, uneven = 3 };

int64_t visible_to(int64_t query, int64_t queries, int64_t keys, int64_t mask) {
    switch (mask) {
    case causal:
        return keys - queries + query + 1;
    case prefix: // the first half is a context that does not look at the rest
        return query < queries / 2 ? keys - queries + queries / 2 : keys;
    case uneven:
        return query * 7 % (keys + 1);
    default:
        return keys;
    }
}

// queries, keys, heads, head width, mask
class AttentionJob : public Job {
public:
    explicit AttentionJob(const std::vector<int64_t> &s)
        : stride(s[2] * s[3] + 5), q(s[0], s[2] * s[3], stride), k(s[1], s[2] * s[3], stride),
          v(s[1], s[2] * s[3], stride), out(s[0], s[2] * s[3], stride),
          scratch(ck_attention_scratch(s[1], s[3])) {
        q.fill(1, -2, 2);
        k.fill(2, -2, 2);
        v.fill(3, -2, 2);
        const int64_t queries = s[0], keys = s[1];
        for (int64_t i = 0; i < queries; i++) {
            visible.push_back(static_cast<int32_t>(visible_to(i, queries, keys, s[4])));
        }
        job = {q.data(), stride, k.data(), v.data(), stride, stride, out.data(), stride, queries,
               keys, s[2], s[3], 1 / std::sqrt(static_cast<float>(s[3])),
               s[4] == all_keys ? nullptr : visible.data(), scratch.data()};
    }
    void run(const ck_kernels &kernels) override { kernels.attention(&job); }
    Buffer &output() override { return out; }

private:
    int64_t stride;
    Buffer q, k, v, out, scratch;
    std::vector<int32_t> visible;
    ck_attention job = {};
};

template <typename Made> std::unique_ptr<Job> make(const std::vector<int64_t> &sizes) {
    return std::make_unique<Made>(sizes);
}

template <typename Made>
void add(std::vector<Entry> &table, const char *kernel, const std::string &name,
         const std::vector<int64_t> &sizes, double flop, int64_t moved, Tolerance tolerance,
         bool timed) {
    Entry entry = {};
    entry.name = std::string(kernel) + "/" + name;
    entry.kernel = kernel;
    entry.dtype = "fp32";
    entry.timed = timed;
    entry.flop = flop;
    entry.bytes = bytes_of(moved);
    entry.tolerance = tolerance;
    entry.make = make<Made>;
    entry.sizes = sizes;
    table.push_back(entry);
}

template <Activation function> void add_activation(std::vector<Entry> &table, const char *kernel) {
    const int64_t counts[] = {1, 3, tails, 7, 8, 17, 33, 65, 1000, 86016};
    for (int64_t count : counts) {
        add<ActivationJob<function>>(table, kernel, count == tails ? "tails" : std::to_string(count), {count}, 0, 2 * count,
                                     polynomials, count > 1000);
    }
}

void add_attention(std::vector<Entry> &table, int64_t queries, int64_t keys, int64_t heads,
                   int64_t width, Mask mask, bool timed = false) {
    static const char *const names[] = {"", "/causal", "/prefix", "/uneven"};
    int64_t pairs = 0;
    for (int64_t i = 0; i < queries; i++) pairs += visible_to(i, queries, keys, mask);
    const double flop = 4.0 * static_cast<double>(pairs * heads * width);
    add<AttentionJob>(table, "attention",
                      shape_of({queries, keys, heads, width}) + names[mask],
                      {queries, keys, heads, width, mask}, flop,
                      2 * (queries + keys) * heads * width, polynomials, timed);
}

} // namespace

void add_layers(std::vector<Entry> &table) {
    add_activation<&ck_kernels::silu>(table, "silu");
    add_activation<&ck_kernels::gelu_tanh>(table, "gelu_tanh");
    add_activation<&ck_kernels::gelu_erf>(table, "gelu_erf");
    add_activation<&ck_kernels::mish>(table, "mish");
    const int64_t films[][2] = {{1, 1}, {3, 7}, {2, 17}, {5, 33}, {4, 65}, {8, 64}, {112, 192}};
    for (const auto &s : films) {
        add<FilmJob>(table, "film", shape_of({s[0], s[1]}), {s[0], s[1]}, 0, 2 * s[0] * s[1],
                     rounding, s[0] == 112);
    }
    const int64_t pools[][6] = {{1, 1, 1, 1, 1, 0}, {3, 5, 3, 3, 1, 1}, {7, 4, 17, 2, 2, 0},
                                {9, 9, 8, 3, 2, 1}, {5, 33, 7, 5, 3, 2}, {48, 48, 32, 3, 2, 1}};
    for (const auto &s : pools) {
        add<MaxPoolJob>(table, "max_pool",
                        shape_of({s[0], s[1], s[2]}) + "/k" + std::to_string(s[3]) + "s"
                            + std::to_string(s[4]) + "p" + std::to_string(s[5]),
                        {s[0], s[1], s[2], s[3], s[4], s[5]}, 0, s[0] * s[1] * s[2], exact,
                        s[0] == 48);
    }
}

void add_attentions(std::vector<Entry> &table) {
    for (Mask mask : {all_keys, causal, prefix, uneven}) {
        add_attention(table, 1, 1, 1, 16, mask);
        add_attention(table, 3, 3, 2, 16, mask);
        add_attention(table, 7, 17, 1, 24, mask);
        add_attention(table, 17, 33, 3, 33, mask);
        add_attention(table, 33, 33, 2, 128, mask);
        add_attention(table, 65, 130, 1, 64, mask);
    }
    // 32 action tokens over a cached context of 80, and both at once.
    add_attention(table, 32, 112, 4, 48, all_keys, true);
    add_attention(table, 112, 112, 4, 48, all_keys, true);
    add_attention(table, 112, 112, 4, 48, prefix, true);
    add_attention(table, 200, 200, 4, 64, all_keys, true);
}

} // namespace ck_cases
