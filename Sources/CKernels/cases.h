// How the table of cases is built. Private to this target; tests and benches see CKernelCases.h.
#ifndef CKERNELS_CASES_H
#define CKERNELS_CASES_H

#include <memory>
#include <string>
#include <vector>

#include "CKernelCases.h"
#include "CKernels.h"

namespace ck_cases {

// Why a variant may differ from the reference, and by what relative norm.
struct Tolerance {
    const char *name;
    double value;
};

// Sums of up to some thousands of terms run in another order, fused where the machine can: an
// ordering is off by about the root of the count in halves of a float's last place (6e-8).
constexpr Tolerance reordered_sums = {"reordered sums", 3e-6};
// The vectors' exponential is a polynomial within 2e-7, the reference's is the library's.
constexpr Tolerance polynomials = {"polynomials for exp and erfc", 2e-6};
// The same operations on the same numbers, fused at most.
constexpr Tolerance rounding = {"rounding", 2e-7};
// Nothing is computed, only compared.
constexpr Tolerance exact = {"exact", 0};

// Memory of a case, from a counter-based generator, with guards behind it.
class Buffer {
public:
    Buffer() = default;
    // Rows of `width` numbers, `stride` apart; what lies between and behind must stay untouched.
    Buffer(int64_t rows, int64_t width, int64_t stride);
    explicit Buffer(int64_t count) : Buffer(1, count, count) {}

    float *data() { return data_; }
    // Uniform numbers in low ..< high, the same for the same seed.
    Buffer &fill(uint64_t seed, float low = -1, float high = 1);
    void reset();
    bool guards_hold() const;
    // The numbers of the rows, without what is between them.
    std::vector<float> rows() const;

private:
    int64_t rows_ = 0, width_ = 0, stride_ = 0;
    std::vector<float> storage_, start_;
    float *data_ = nullptr; // 64-byte aligned
};

// A kernel with its inputs: runs on any variant, and knows what it writes.
class Job {
public:
    virtual ~Job() = default;
    virtual void run(const ck_kernels &kernels) = 0;
    // What the kernel writes, inputs at the start where it works in place.
    virtual Buffer &output() = 0;
};

struct Entry {
    std::string name;
    const char *kernel;
    const char *dtype;
    bool timed;
    double flop, bytes;
    Tolerance tolerance;
    std::unique_ptr<Job> (*make)(const std::vector<int64_t> &sizes);
    std::vector<int64_t> sizes;
};

void add_products(std::vector<Entry> &table);
void add_normalisations(std::vector<Entry> &table);
void add_layers(std::vector<Entry> &table);
void add_attentions(std::vector<Entry> &table);

// "8x320x64"
std::string shape_of(const std::vector<int64_t> &sizes);

} // namespace ck_cases

#endif
