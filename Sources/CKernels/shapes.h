// Sizes that the variants and the reference share. Private to this target.
#ifndef CKERNELS_SHAPES_H
#define CKERNELS_SHAPES_H

#include "CKernels.h"

// Queries of an attention that go through at a time.
static constexpr int64_t ck_query_block = 32;

static inline int64_t ck_padded(int64_t count) {
    return (count + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
}

// The pixels first ..< end that an output pixel of a pool looks at along one side.
struct ck_window {
    int64_t first, end;
};

static inline ck_window ck_window_of(int64_t index, int64_t size, const ck_max_pool *job) {
    const int64_t first = index * job->stride - job->padding, end = first + job->kernel;
    return {first > 0 ? first : 0, end < size ? end : size};
}

#endif
