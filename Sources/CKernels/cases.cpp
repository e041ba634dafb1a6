// The table of cases: inputs, runs, comparisons. The cases themselves are in cases_*.cpp.
#include "cases.h"

#include <cmath>
#include <cstring>

#include "CProcessor.h"

namespace ck_cases {

static constexpr int64_t guards = 64;
static constexpr float untouched = 12345.0f;

Buffer::Buffer(int64_t rows, int64_t width, int64_t stride)
    : rows_(rows), width_(width), stride_(stride) {
    storage_.assign(static_cast<size_t>(rows * stride + 2 * guards), untouched);
    auto address = reinterpret_cast<uintptr_t>(storage_.data());
    data_ = storage_.data() + (64 - address % 64) % 64 / sizeof(float);
    fill(0, 0, 0);
}

// The finaliser of splitmix64 (Steele, Lea and Flood 2014) over a counter.
static uint64_t mixed(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

Buffer &Buffer::fill(uint64_t seed, float low, float high) {
    for (int64_t row = 0; row < rows_; row++) {
        for (int64_t i = 0; i < width_; i++) {
            const uint64_t counter = static_cast<uint64_t>(row * width_ + i);
            const auto bits = static_cast<float>(mixed(mixed(seed) + counter) >> 40);
            data_[row * stride_ + i] = low + (high - low) * (bits * 0x1p-24f);
        }
    }
    start_ = storage_;
    return *this;
}

void Buffer::reset() {
    std::memcpy(storage_.data(), start_.data(), storage_.size() * sizeof(float));
}

bool Buffer::guards_hold() const {
    const float *end = storage_.data() + storage_.size();
    for (const float *x = storage_.data(); x < data_; x++) {
        if (*x != untouched) return false;
    }
    for (int64_t row = 0; row < rows_; row++) {
        const float *next = row + 1 < rows_ ? data_ + (row + 1) * stride_ : end;
        for (const float *x = data_ + row * stride_ + width_; x < next; x++) {
            if (*x != untouched) return false;
        }
    }
    return true;
}

std::vector<float> Buffer::rows() const {
    std::vector<float> numbers;
    numbers.reserve(static_cast<size_t>(rows_ * width_));
    for (int64_t row = 0; row < rows_; row++) {
        const float *x = data_ + row * stride_;
        numbers.insert(numbers.end(), x, x + width_);
    }
    return numbers;
}

std::string shape_of(const std::vector<int64_t> &sizes) {
    std::string text;
    for (int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
}

static const std::vector<Entry> &table() {
    static const std::vector<Entry> entries = [] {
        std::vector<Entry> made;
        add_products(made);
        add_normalisations(made);
        add_layers(made);
        add_attentions(made);
        return made;
    }();
    return entries;
}

static std::vector<float> result(Job &job, const ck_kernels &kernels) {
    job.output().reset();
    job.run(kernels);
    return job.output().rows();
}

static ck_case_error compared(const std::vector<float> &reference, const std::vector<float> &got,
                              bool inside, double tolerance) {
    double difference = 0, norm = 0, largest = 0;
    ck_case_error error = {};
    error.finite = 1;
    error.inside = inside;
    for (size_t i = 0; i < got.size(); i++) {
        const double d = static_cast<double>(got[i]) - static_cast<double>(reference[i]);
        if (!std::isfinite(got[i])) error.finite = 0;
        difference += d * d;
        norm += static_cast<double>(reference[i]) * static_cast<double>(reference[i]);
        largest = std::fmax(largest, std::fabs(d));
    }
    // A reference of nothing but zeros is met by nothing but zeros.
    error.relative_norm = norm > 0 ? std::sqrt(difference / norm) : (difference > 0 ? INFINITY : 0);
    const double mean_square = norm / static_cast<double>(got.size());
    error.largest = norm > 0 ? largest / std::sqrt(mean_square) : error.relative_norm;
    error.holds = error.finite && error.inside && error.relative_norm <= tolerance
                  && error.largest <= 30 * tolerance;
    return error;
}

} // namespace ck_cases

using namespace ck_cases;

struct ck_case {
    const Entry *entry;
    std::unique_ptr<Job> job;
    std::vector<float> reference; // the scalar result, once it was asked for
    bool reference_inside;
};

extern "C" int32_t ck_case_count(void) { return static_cast<int32_t>(table().size()); }

extern "C" ck_case_info ck_case_describe(int32_t index) {
    const Entry &entry = table()[static_cast<size_t>(index)];
    ck_case_info info = {};
    info.name = entry.name.c_str();
    info.kernel = entry.kernel;
    info.dtype = entry.dtype;
    info.timed = entry.timed;
    info.flop = entry.flop;
    info.bytes = entry.bytes;
    info.tolerance_name = entry.tolerance.name;
    info.tolerance = entry.tolerance.value;
    return info;
}

extern "C" ck_case *ck_case_prepare(int32_t index) {
    try {
        const Entry &entry = table()[static_cast<size_t>(index)];
        return new ck_case{&entry, entry.make(entry.sizes), {}, true};
    } catch (...) {
        return nullptr;
    }
}

extern "C" void ck_case_release(ck_case *prepared) { delete prepared; }

extern "C" int32_t ck_case_run(ck_case *prepared, int32_t instruction_set) {
    const ck_kernels *kernels = ck_kernels_for(instruction_set);
    if (!kernels) return 0;
    prepared->job->run(*kernels);
    return 1;
}

extern "C" ck_case_error ck_case_compare(ck_case *prepared, int32_t instruction_set) {
    const ck_kernels *kernels = ck_kernels_for(instruction_set);
    if (!kernels) return ck_case_error{};
    Job &job = *prepared->job;
    if (prepared->reference.empty()) {
        prepared->reference = result(job, *ck_kernels_for(CP_SCALAR));
        prepared->reference_inside = job.output().guards_hold();
    }
    const std::vector<float> got = result(job, *kernels);
    return compared(prepared->reference, got,
                    prepared->reference_inside && job.output().guards_hold(),
                    prepared->entry->tolerance.value);
}
