// The limits of one core, compiled once for each instruction set as in variants.cpp: every copy in
// its own namespace, everything static, no standard header inside a pushed region.
#include "CKernelLimits.h"
#include "CKernels.h"
#include "CProcessor.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma"))),           \
    apply_to = function)
#define CK_NAMESPACE ck_limits_avx512
#define CK_VECTOR_BYTES 64
#define CK_HAS_DOT_BF16
#include "limits_body.h"
#undef CK_HAS_DOT_BF16
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_NAMESPACE ck_limits_avx2
#define CK_VECTOR_BYTES 32
#include "limits_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#pragma clang attribute pop
#endif

#define CK_NAMESPACE ck_limits_baseline
#define CK_VECTOR_BYTES 16
#include "limits_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES

#define CK_LIMITS(space, dot) {space::multiply_add, dot, space::read}

static const ck_limits baseline = CK_LIMITS(ck_limits_baseline, nullptr);

#if defined(__x86_64__)
static const ck_limits avx2 = CK_LIMITS(ck_limits_avx2, nullptr);
static const ck_limits avx512 = CK_LIMITS(ck_limits_avx512, nullptr);
static const ck_limits avx512_bf16 = CK_LIMITS(ck_limits_avx512, ck_limits_avx512::dot_bf16);
#endif

// By instruction set, narrowest first.
static const ck_limits *const tables[CP_INSTRUCTION_SETS] = {
    &baseline,
    &baseline,
#if defined(__x86_64__)
    &avx2,
    &avx512,
#endif
};

extern "C" const ck_limits *ck_limits_for(int32_t instruction_set) {
    if (!cp_supports(instruction_set)) return nullptr;
#if defined(__x86_64__)
    if (instruction_set == CP_AVX512 && cp_has_bfloat16_dot()) return &avx512_bf16;
#endif
    return tables[instruction_set];
}
