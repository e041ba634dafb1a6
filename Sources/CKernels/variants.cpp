// One body, compiled once for each instruction set, and the choice between them.
//
// Each copy lives in its own namespace and uses its own vector width; everything in a copy is
// static, so no code of a wider set can leak into a narrower one. No standard header may be
// included inside a pushed region.
#include "variants.h"

#include "CProcessor.h"
#include "shapes.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((                                                      \
    target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma"))), apply_to = function)
#define CK_NAMESPACE ck_avx512_bf16
#define CK_VECTOR_BYTES 64
#define CK_TILE_ROWS 4
#define CK_TILE_PANELS 4
#define CK_DOT
#include "product_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#undef CK_TILE_ROWS
#undef CK_TILE_PANELS
#undef CK_DOT
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#define CK_NAMESPACE ck_avx512
#define CK_VECTOR_BYTES 64
#define CK_NORM_BYTES 32
#define CK_WIDE_STEPS
#define CK_TILE_ROWS 4
#define CK_TILE_PANELS 4
#include "product_body.h"
#include "normalise_body.h"
#include "elementwise_body.h"
#include "attention_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#undef CK_NORM_BYTES
#undef CK_WIDE_STEPS
#undef CK_TILE_ROWS
#undef CK_TILE_PANELS
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_NAMESPACE ck_avx2
#define CK_VECTOR_BYTES 32
#define CK_NORM_BYTES 32
#define CK_SIXTEEN_REGISTERS
#define CK_TILE_PANELS 1
#include "product_body.h"
#include "normalise_body.h"
#include "elementwise_body.h"
#include "attention_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#undef CK_NORM_BYTES
#undef CK_SIXTEEN_REGISTERS
#undef CK_TILE_PANELS
#pragma clang attribute pop
#endif

#define CK_NAMESPACE ck_baseline
#define CK_VECTOR_BYTES 16
#define CK_NORM_BYTES 16
#define CK_TILE_ROWS 2
#define CK_TILE_PANELS 1
#include "product_body.h"
#include "normalise_body.h"
#include "elementwise_body.h"
#include "attention_body.h"
#undef CK_NAMESPACE
#undef CK_VECTOR_BYTES
#undef CK_NORM_BYTES
#undef CK_TILE_ROWS
#undef CK_TILE_PANELS

#define CK_TABLE(space, dot)                                                                      \
    {space::product<space::Float32>, space::product<space::BFloat16>,                             \
     dot::product<dot::BFloat16Dot>, space::product<space::Int8>, dot::narrow,                    \
     space::group_norm, space::layer_norm, space::maximum, CK_LAYERS(space)}

static const ck_kernels baseline = CK_TABLE(ck_baseline, ck_baseline);

#if defined(__x86_64__)
static const ck_kernels avx2 = CK_TABLE(ck_avx2, ck_avx2);
static const ck_kernels avx512 = CK_TABLE(ck_avx512, ck_avx512);
// The wide set, with the machine's own products of bfloat16.
static const ck_kernels avx512_bf16 = CK_TABLE(ck_avx512, ck_avx512_bf16);
#endif

// By instruction set, narrowest first.
static const ck_kernels *const tables[CP_INSTRUCTION_SETS] = {
    &ck_scalar_kernels,
    &baseline,
#if defined(__x86_64__)
    &avx2,
    &avx512,
#endif
};

extern "C" const ck_kernels *ck_kernels_for(int32_t instruction_set) {
    if (!cp_supports(instruction_set)) return nullptr;
#if defined(__x86_64__)
    if (instruction_set == CP_AVX512 && cp_has_bfloat16_dot()) return &avx512_bf16;
#endif
    return tables[instruction_set];
}
