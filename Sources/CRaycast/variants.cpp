// One body, compiled once for each instruction set, and the choice between them.
//
// Each copy lives in its own namespace and uses its own vector width; everything in a copy is
// static, so no code of a wider set can leak into a narrower one.
#include "variants.h"

#include "CProcessor.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#define CR_NAMESPACE cr_avx512
#define CR_VECTOR_BYTES 64
#include "tile_body.h"
#include "farthest_body.h"
#undef CR_NAMESPACE
#undef CR_VECTOR_BYTES
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CR_NAMESPACE cr_avx2
#define CR_VECTOR_BYTES 32
#include "tile_body.h"
#include "farthest_body.h"
#undef CR_NAMESPACE
#undef CR_VECTOR_BYTES
#pragma clang attribute pop
#endif

#define CR_NAMESPACE cr_baseline
#define CR_VECTOR_BYTES 16
#include "tile_body.h"
#include "farthest_body.h"
#undef CR_NAMESPACE
#undef CR_VECTOR_BYTES

static const cr_kernels baseline = {cr_baseline::render, cr_baseline::farthest_points};

#if defined(__x86_64__)
static const cr_kernels avx2 = {cr_avx2::render, cr_avx2::farthest_points};
static const cr_kernels avx512 = {cr_avx512::render, cr_avx512::farthest_points};
#endif

// By instruction set, narrowest first.
static const cr_kernels *const tables[CP_INSTRUCTION_SETS] = {
    &cr_scalar_kernels,
    &baseline,
#if defined(__x86_64__)
    &avx2,
    &avx512,
#endif
};

extern "C" const cr_kernels *cr_kernels_for(int32_t instruction_set) {
    if (!cp_supports(instruction_set)) return nullptr;
    return tables[instruction_set];
}
