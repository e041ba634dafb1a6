/*
 * The arithmetic of small networks on one core: products of a few rows by packed weights, and the
 * normalisations between them with what follows each in the same pass.
 *
 * CP_SCALAR is the plain reference. The other variants sum in another order and fuse multiply with
 * add where the machine can, so variants agree within rounding, not to the bit; one variant on one
 * machine always gives the same bits. Nothing here allocates or starts a thread.
 */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#include "CKLayers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Columns of a panel. Packed weights have the shape [panels][depth][CK_PANEL]; those of two bytes
   lie in pairs of the depth, [panels][ceil(depth / 2)][CK_PANEL][2]. What is past the last column
   or the last row is zero. */
#define CK_PANEL 16

/* output = input x weights * scale + bias, or output += that. */
typedef struct ck_product {
    const void *input;    /* rows of depth numbers, float or bfloat16; rows may overlap */
    int64_t input_stride; /* numbers from one row to the next */
    int64_t rows, depth;
    const void *weights;  /* packed, from the first used row of the first panel; with pairs, the
                             first used row is an even one */
    int64_t panel_stride; /* weights from one panel to the next */
    const float *scale;   /* columns, padded to whole panels; NULL for none */
    const float *bias;    /* columns, padded to whole panels; NULL for none */
    int64_t columns;
    float *output; /* does not overlap the input; only the columns are written */
    int64_t output_stride;
    int32_t accumulate; /* non-zero: add to what output holds */
} ck_product;

/* Group norm in place, each sequence by itself: zero mean and unit variance for each group of
   channels over all steps, then scale and shift by channel; then Mish, film and residual where
   asked. */
typedef struct ck_group_norm {
    float *x;          /* sequences of [steps, channels] */
    int64_t sequences; /* how many */
    int64_t sequence_stride; /* numbers from one sequence to the next, in x and in residual */
    int64_t stride;    /* numbers from one step to the next, in x and in residual */
    int64_t steps, channels, groups; /* groups divides channels */
    const float *scale, *shift; /* [channels] */
    float epsilon;
    int32_t then_mish;
    const float *film;     /* [2, channels], of all sequences: multiply, then add; or NULL */
    const float *residual; /* laid out as x, added last; or NULL */
} ck_group_norm;

/* Layer norm in place: zero mean and unit variance for each row, then scale and shift. */
typedef struct ck_layer_norm {
    float *x; /* [rows, width] */
    int64_t rows, width;
    const float *scale, *shift; /* [width] */
    float epsilon;
    int32_t then_relu;
} ck_layer_norm;

/* The kernels of one instruction set. */
typedef struct ck_kernels {
    /* Inputs and weights are float. */
    void (*product)(const ck_product *job);
    /* Weights are bfloat16 (the upper half of a float) in pairs of uint16_t, inputs float. */
    void (*product_bf16)(const ck_product *job);
    /* Inputs and weights are bfloat16; products and sums are float. */
    void (*product_bf16_dot)(const ck_product *job);
    /* Weights are int8_t, to be multiplied by scale; inputs float. */
    void (*product_int8)(const ck_product *job);
    /* The nearest bfloat16 of finite numbers, ties to even. */
    void (*narrow)(const float *x, int64_t count, uint16_t *halves);
    void (*group_norm)(const ck_group_norm *job);
    void (*layer_norm)(const ck_layer_norm *job);
    /* largest[i] = max(largest[i], x[row][i]) over rows [rows, width]. */
    void (*maximum)(const float *x, int64_t rows, int64_t width, float *largest);
    /* y[i] = f(x[i]); y may be x. SiLU is x / (1 + exp(-x)); GELU in its tanh form and exactly:
       Hendrycks and Gimpel, arXiv 1606.08415; Mish: Misra, arXiv 1908.08681. */
    void (*silu)(const float *x, float *y, int64_t count);
    void (*gelu_tanh)(const float *x, float *y, int64_t count);
    void (*gelu_erf)(const float *x, float *y, int64_t count);
    void (*mish)(const float *x, float *y, int64_t count);
    void (*film)(const ck_film *job);
    void (*rms_norm)(const ck_rms_norm *job);
    void (*softmax)(const ck_softmax *job);
    void (*attention)(const ck_attention *job);
    void (*max_pool)(const ck_max_pool *job);
} ck_kernels;

/* The kernels of an instruction set (CP_SCALAR ...), or NULL where this machine has it not. */
const ck_kernels *ck_kernels_for(int32_t instruction_set);

#ifdef __cplusplus
}
#endif

#endif
