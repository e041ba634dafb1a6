// The kernel tables of the variants. Private to this target.
#ifndef CKERNELS_VARIANTS_H
#define CKERNELS_VARIANTS_H

#include "CKernels.h"

extern const ck_kernels ck_scalar_kernels;

// The reference of the layers of tokens and images.
namespace ck_reference {
void silu(const float *x, float *y, int64_t count);
void gelu_tanh(const float *x, float *y, int64_t count);
void gelu_erf(const float *x, float *y, int64_t count);
void mish(const float *x, float *y, int64_t count);
void film(const ck_film *job);
void rms_norm(const ck_rms_norm *job);
void softmax(const ck_softmax *job);
void attention(const ck_attention *job);
void max_pool(const ck_max_pool *job);
} // namespace ck_reference

// The last members of a table: those of CKLayers.h.
#define CK_LAYERS(space)                                                                          \
    space::silu, space::gelu_tanh, space::gelu_erf, space::mish, space::film, space::rms_norm,    \
        space::softmax, space::attention, space::max_pool

#endif
