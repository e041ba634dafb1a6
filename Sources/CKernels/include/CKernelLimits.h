/*
 * What one core can do at most, for benchmarks: arithmetic on registers alone, and reading memory.
 * A benchmark calls these until they have taken a measurable time and divides.
 */
#ifndef CKERNEL_LIMITS_H
#define CKERNEL_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The loops of one instruction set. Each writes what it computed to `sink`, 64 floats, so that no
   compiler can leave the work out. */
typedef struct ck_limits {
    /* Multiply-adds of floats; gives the floating-point operations done in `rounds` rounds. */
    int64_t (*multiply_add)(int64_t rounds, float *sink);
    /* Dot products of pairs of bfloat16, added to floats; NULL where the machine has none. */
    int64_t (*dot_bf16)(int64_t rounds, float *sink);
    /* Reads `count` floats, a multiple of 128, once in order; 64-byte aligned. */
    void (*read)(const float *from, int64_t count, float *sink);
} ck_limits;

/* The loops of an instruction set (CP_SCALAR ...), or NULL where this machine has it not. The scalar
   reference has no limit of its own and gets the baseline's. */
const ck_limits *ck_limits_for(int32_t instruction_set);

#ifdef __cplusplus
}
#endif

#endif
