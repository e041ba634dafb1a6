// Cases of the normalisations, softmax and the largest of rows.
#include "cases.h"

namespace ck_cases {

namespace {

double bytes_of(int64_t numbers) { return 4.0 * static_cast<double>(numbers); }

// Sequences one beside the other in wider rows, as candidates lie: step, then sequence.
// sequences, steps, channels, groups, Mish, FiLM, residual
class GroupNormJob : public Job {
public:
    explicit GroupNormJob(const std::vector<int64_t> &s)
        : x(s[0] * s[1], s[2], s[2] + 3), residual(s[0] * s[1], s[2], s[2] + 3),
          parameters(4 * s[2]) {
        x.fill(1, -3, 3);
        parameters.fill(2, -2, 2);
        residual.fill(3, -3, 3);
        job.x = x.data();
        job.sequences = s[0];
        job.sequence_stride = s[2] + 3;
        job.stride = s[0] * (s[2] + 3);
        job.steps = s[1];
        job.channels = s[2];
        job.groups = s[3];
        job.scale = parameters.data();
        job.shift = parameters.data() + s[2];
        job.epsilon = 1e-5f;
        job.then_mish = s[4] != 0;
        job.film = s[5] ? parameters.data() + 2 * s[2] : nullptr;
        job.residual = s[6] ? residual.data() : nullptr;
    }
    void run(const ck_kernels &kernels) override { kernels.group_norm(&job); }
    Buffer &output() override { return x; }

private:
    Buffer x, residual, parameters;
    ck_group_norm job = {};
};

// rows, width, ReLU
class LayerNormJob : public Job {
public:
    explicit LayerNormJob(const std::vector<int64_t> &sizes)
        : x(sizes[0] * sizes[1]), parameters(2 * sizes[1]) {
        x.fill(1, -3, 5);
        parameters.fill(2, -2, 2);
        job.x = x.data();
        job.rows = sizes[0];
        job.width = sizes[1];
        job.scale = parameters.data();
        job.shift = parameters.data() + sizes[1];
        job.epsilon = 1e-5f;
        job.then_relu = sizes[2] != 0;
    }
    void run(const ck_kernels &kernels) override { kernels.layer_norm(&job); }
    Buffer &output() override { return x; }

private:
    Buffer x, parameters;
    ck_layer_norm job = {};
};

// rows, width; rows three numbers apart
class RMSNormJob : public Job {
public:
    explicit RMSNormJob(const std::vector<int64_t> &sizes)
        : x(sizes[0], sizes[1], sizes[1] + 3), y(sizes[0], sizes[1], sizes[1] + 3),
          scale(sizes[1]) {
        x.fill(1, -3, 5);
        scale.fill(2, -2, 2);
        job = {x.data(), sizes[1] + 3, y.data(), sizes[1] + 3, sizes[0], sizes[1], scale.data(),
               1e-5f};
    }
    void run(const ck_kernels &kernels) override { kernels.rms_norm(&job); }
    Buffer &output() override { return y; }

private:
    Buffer x, y, scale;
    ck_rms_norm job = {};
};

class SoftmaxJob : public Job {
public:
    explicit SoftmaxJob(const std::vector<int64_t> &sizes)
        : x(sizes[0], sizes[1], sizes[1] + 3), y(sizes[0], sizes[1], sizes[1] + 3) {
        // Scores far below zero, so that a lane of zeros for a missing one would show.
        x.fill(1, -40, -20);
        job = {x.data(), sizes[1] + 3, y.data(), sizes[1] + 3, sizes[0], sizes[1], 0.7f};
    }
    void run(const ck_kernels &kernels) override { kernels.softmax(&job); }
    Buffer &output() override { return y; }

private:
    Buffer x, y;
    ck_softmax job = {};
};

class MaximumJob : public Job {
public:
    explicit MaximumJob(const std::vector<int64_t> &sizes)
        : rows(sizes[0]), width(sizes[1]), x(rows * width), largest(width) {
        x.fill(1, -3, 3);
        largest.fill(2, -4, 0);
    }
    void run(const ck_kernels &kernels) override {
        kernels.maximum(x.data(), rows, width, largest.data());
    }
    Buffer &output() override { return largest; }

private:
    int64_t rows, width;
    Buffer x, largest;
};

template <typename Made> std::unique_ptr<Job> make(const std::vector<int64_t> &sizes) {
    return std::make_unique<Made>(sizes);
}

Entry entry(const char *kernel, const std::string &name, std::vector<int64_t> sizes, int64_t moved,
            Tolerance tolerance, bool timed) {
    Entry made = {};
    made.name = std::string(kernel) + "/" + name;
    made.kernel = kernel;
    made.dtype = "fp32";
    made.timed = timed;
    made.bytes = bytes_of(moved);
    made.tolerance = tolerance;
    made.sizes = std::move(sizes);
    return made;
}

void add_group_norm(std::vector<Entry> &table, const std::vector<int64_t> &sizes, bool timed,
                    const std::string &name) {
    table.push_back(entry("group_norm", name, sizes, 2 * sizes[0] * sizes[1] * sizes[2],
                          sizes[4] ? polynomials : reordered_sums, timed));
    table.back().make = make<GroupNormJob>;
}

void add_group_norms(std::vector<Entry> &table) {
    const int64_t odd[][4] = {{1, 1, 16, 8}, {3, 2, 15, 5}, {1, 3, 7, 1}, {2, 5, 27, 3},
                              {1, 8, 64, 8}, {5, 4, 66, 2}};
    for (const auto &s : odd) {
        for (int64_t extras = 0; extras < 8; extras++) {
            const int64_t mish = extras & 1, film = extras >> 1 & 1, rest = extras >> 2;
            const std::string name = shape_of({s[0], s[1], s[2]}) + "/" + std::to_string(s[3])
                                     + (mish ? "+mish" : "") + (film ? "+film" : "")
                                     + (rest ? "+residual" : "");
            add_group_norm(table, {s[0], s[1], s[2], s[3], mish, film, rest}, false, name);
        }
    }
    // The shipped network's first level, alone and for 50 candidates, and full width.
    const int64_t timed[][3] = {{1, 8, 64}, {50, 8, 64}, {1, 2, 1024}};
    for (const auto &s : timed) {
        add_group_norm(table, {s[0], s[1], s[2], 8, 1, 1, 0}, true,
                       shape_of({s[0], s[1], s[2]}));
    }
}

// Rows of numbers: the kernels that work on each row alone.
template <typename Made>
void add_rows(std::vector<Entry> &table, const char *kernel, Tolerance tolerance,
              const char *suffix = "", int64_t extra = 0) {
    const int64_t odd[][2] = {{1, 1}, {1, 2}, {2, 7}, {3, 8}, {3, 17}, {5, 19}, {2, 33}, {7, 65},
                              {7, 130}, {1, 513}};
    const int64_t timed[][2] = {{16, 64}, {112, 192}};
    for (int set = 0; set < 2; set++) {
        const auto *sizes = set ? timed : odd;
        for (int i = 0; i < (set ? 2 : 10); i++) {
            const int64_t rows = sizes[i][0], width = sizes[i][1];
            table.push_back(entry(kernel, shape_of({rows, width}) + suffix, {rows, width, extra},
                                  2 * rows * width, tolerance, rows == 112 && !extra));
            table.back().make = make<Made>;
        }
    }
}

} // namespace

void add_normalisations(std::vector<Entry> &table) {
    add_group_norms(table);
    add_rows<LayerNormJob>(table, "layer_norm", reordered_sums);
    add_rows<LayerNormJob>(table, "layer_norm", reordered_sums, "+relu", 1);
    add_rows<RMSNormJob>(table, "rms_norm", reordered_sums);
    add_rows<SoftmaxJob>(table, "softmax", polynomials);
    add_rows<MaximumJob>(table, "maximum", exact);
}

} // namespace ck_cases
