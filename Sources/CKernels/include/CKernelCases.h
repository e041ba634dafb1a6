/*
 * One table of kernel cases for tests, benches and runs on other machines: every kernel over odd
 * sizes and over the shapes of the shipped networks, with deterministic inputs.
 */
#ifndef CKERNELCASES_H
#define CKERNELCASES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a case is. */
typedef struct ck_case_info {
    const char *name;   /* kernel/sizes, such as "product/8x320x64" */
    const char *kernel; /* "product", "group_norm", ... */
    const char *dtype;  /* of the weights: "fp32", "bf16", ... */
    int32_t timed;      /* non-zero: of a shape worth timing; the others are odd sizes for tests */
    double flop;  /* additions and multiplications of products; 0 where the memory sets the pace */
    double bytes; /* live weights; of a kernel without weights, what it reads and writes */
    const char *tolerance_name; /* why the variants may differ */
    double tolerance;           /* the largest relative norm of a variant's difference */
} ck_case_info;

/* A variant's difference from the scalar reference. */
typedef struct ck_case_error {
    double relative_norm; /* norm of the difference over the norm of the reference */
    double largest;       /* the largest difference over the root mean square of the reference */
    int32_t finite;       /* zero: the variant gave something not finite */
    int32_t inside;       /* zero: the variant wrote where it must not */
    int32_t holds; /* finite, inside, relative norm within the tolerance, largest within 30 times */
} ck_case_error;

/* A case with its inputs made. */
typedef struct ck_case ck_case;

int32_t ck_case_count(void);

/* Case 0 ... ck_case_count() - 1; the strings live for ever. */
ck_case_info ck_case_describe(int32_t index);

/* Makes the inputs and all scratch; NULL if memory is short. Free with ck_case_release. */
ck_case *ck_case_prepare(int32_t index);
void ck_case_release(ck_case *prepared);

/* Runs the kernel once. Neither allocates nor restores the inputs, so that it can be timed over and
   over; zero if this machine has not the instruction set. */
int32_t ck_case_run(ck_case *prepared, int32_t instruction_set);

/* Runs the reference and the variant from the same inputs and compares; all zeros if this machine
   has not the instruction set. */
ck_case_error ck_case_compare(ck_case *prepared, int32_t instruction_set);

#ifdef __cplusplus
}
#endif

#endif
