/*
 * What networks of tokens and images need beside products: jobs of the kernels in CKernels.h.
 * Where a job has x and y, y may be x; else they do not overlap.
 */
#ifndef CKLAYERS_H
#define CKLAYERS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y = x / sqrt(mean(x^2) + epsilon) * scale for each row. Zhang and Sennrich, arXiv 1910.07467. */
typedef struct ck_rms_norm {
    const float *x; /* [rows, width], rows x_stride apart */
    int64_t x_stride;
    float *y;
    int64_t y_stride;
    int64_t rows, width;
    const float *scale; /* [width] */
    float epsilon;
} ck_rms_norm;

/* y = exp(scale (x - max x)) / sum of that, for each row; all of x finite. */
typedef struct ck_softmax {
    const float *x; /* [rows, width], rows x_stride apart */
    int64_t x_stride;
    float *y;
    int64_t y_stride;
    int64_t rows, width; /* width at least 1 */
    float scale;         /* above 0 */
} ck_softmax;

/* y = x * film[0] + film[1] for each row. Perez et al., arXiv 1709.07871. */
typedef struct ck_film {
    const float *x; /* [rows, channels] */
    float *y;
    int64_t rows, channels;
    const float *film; /* [2, channels] */
} ck_film;

/*
 * Attention of each query over the first keys, head by head:
 * output = softmax(scale queries keys^T) values. Vaswani et al., arXiv 1706.03762, equation 1.
 *
 * A row is a token; head h owns its numbers from h * head_width on. There may be more keys than
 * queries: those of a cached prefix come first. Query i sees the first visible[i] keys, which says
 * full, causal and prefix masks alike; one that sees none gets zeros.
 */
typedef struct ck_attention {
    const float *queries; /* [query_count, heads * head_width], rows apart by the stride */
    int64_t query_stride;
    const float *keys, *values; /* [key_count, heads * head_width] */
    int64_t key_stride, value_stride;
    float *output; /* [query_count, heads * head_width]; overlaps nothing */
    int64_t output_stride;
    int64_t query_count, key_count, heads, head_width;
    float scale;            /* above 0; usually 1 / sqrt(head_width) */
    const int32_t *visible; /* [query_count], 0...key_count each; NULL: all keys */
    float *scratch; /* ck_attention_scratch numbers, 64-byte aligned */
} ck_attention;

/* The largest of kernel x kernel pixels every stride pixels; padding never wins. */
typedef struct ck_max_pool {
    const float *x; /* [height, width, channels], image rows x_stride numbers apart */
    int64_t x_stride;
    int64_t height, width, channels;
    int64_t kernel, stride, padding; /* padding at most kernel / 2 */
    float *y; /* [output height, output width, channels]; overlaps nothing */
    int64_t y_stride;
} ck_max_pool;

/* Numbers of scratch that attention over so many keys wants. */
int64_t ck_attention_scratch(int64_t key_count, int64_t head_width);

/* Output pixels along one side: (size + 2 padding - kernel) / stride + 1. */
int64_t ck_pooled_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding);

#ifdef __cplusplus
}
#endif

#endif
