// Runs the whole table of kernel cases against the scalar reference, on whatever machine it was
// compiled for; prints the worst case of each kernel. Exit 1 if a case does not hold.
#include <cmath>
#include <cstdio>
#include <cstring>

#include "CKernelCases.h"
#include "CProcessor.h"

namespace {

struct Worst {
    const char *kernel = nullptr;
    const char *name = nullptr;
    int cases = 0;
    double share = -1, relative_norm = 0;
};

const char *const set_names[CP_INSTRUCTION_SETS] = {"scalar", "baseline", "avx2", "avx512"};

// The number of cases that do not hold in a set.
int run_set(int32_t set) {
    Worst worst[64];
    int kernels = 0, failed = 0;
    for (int32_t i = 0; i < ck_case_count(); i++) {
        const ck_case_info info = ck_case_describe(i);
        ck_case *prepared = ck_case_prepare(i);
        const ck_case_error error = prepared ? ck_case_compare(prepared, set) : ck_case_error{};
        ck_case_release(prepared);
        if (!error.holds) {
            failed++;
            std::printf("FAILED %s %s: relative norm %.2e of %.2e (%s), largest %.2e%s%s\n",
                        set_names[set], info.name, error.relative_norm, info.tolerance,
                        info.tolerance_name, error.largest, error.finite ? "" : ", not finite",
                        error.inside ? "" : ", wrote outside");
        }
        int k = 0;
        while (k < kernels && std::strcmp(worst[k].kernel, info.kernel) != 0) k++;
        if (k == 64) continue;
        if (k == kernels) worst[kernels++].kernel = info.kernel;
        worst[k].cases++;
        const double share = info.tolerance > 0 ? error.relative_norm / info.tolerance : 0;
        if (share > worst[k].share) {
            worst[k].share = share;
            worst[k].relative_norm = error.relative_norm;
            worst[k].name = info.name;
        }
    }
    for (int k = 0; k < kernels; k++) {
        std::printf("%-9s %-14s %4d cases, worst %.2e (%.0f %% of its tolerance) in %s\n",
                    set_names[set], worst[k].kernel, worst[k].cases, worst[k].relative_norm,
                    100 * worst[k].share, worst[k].name);
    }
    return failed;
}

} // namespace

int main() {
    int failed = 0;
    for (int32_t set = CP_BASELINE; set < CP_INSTRUCTION_SETS; set++) {
        if (cp_supports(set)) failed += run_set(set);
    }
    std::printf("%d cases, %d failed\n", ck_case_count(), failed);
    return failed ? 1 : 0;
}
