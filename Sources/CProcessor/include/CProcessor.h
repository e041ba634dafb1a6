/*
 * What this processor can run: the instruction sets that the kernels of the other leaves are
 * compiled for. Detection looks at the processor and at the state that the system saves.
 */
#ifndef CPROCESSOR_H
#define CPROCESSOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Instruction sets, narrowest first. The scalar set is a plain reference; the baseline is SSE2 on
   x86-64 and NEON on arm64; AVX2 includes FMA; AVX-512 includes F, BW, DQ and VL. */
enum {
    CP_SCALAR = 0,
    CP_BASELINE = 1,
    CP_AVX2 = 2,
    CP_AVX512 = 3,
    CP_INSTRUCTION_SETS = 4
};

/* Non-zero if this processor runs the set. */
int32_t cp_supports(int32_t instruction_set);

/* Non-zero if this processor runs CP_AVX512 and has dot products of bfloat16 pairs beside
   (AVX512_BF16). */
int32_t cp_has_bfloat16_dot(void);

#ifdef __cplusplus
}
#endif

#endif
