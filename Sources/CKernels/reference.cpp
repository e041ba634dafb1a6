// The plain reference: one sum at a time, terms in order.
#include "variants.h"

namespace {

float widen(float weight) { return weight; }

float widen(uint16_t weight) {
    const uint32_t bits = static_cast<uint32_t>(weight) << 16;
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

template <typename Weight> void product(const ck_product *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        const float *input = job->input + row * job->input_stride;
        float *output = job->output + row * job->output_stride;
        for (int64_t column = 0; column < job->columns; column++) {
            const Weight *weights = static_cast<const Weight *>(job->weights)
                                    + column / CK_PANEL * job->panel_stride + column % CK_PANEL;
            float sum = job->accumulate ? output[column] : 0.0f;
            sum += job->bias ? job->bias[column] : 0.0f;
            for (int64_t k = 0; k < job->depth; k++) {
                sum += input[k] * widen(weights[k * CK_PANEL]);
            }
            output[column] = sum;
        }
    }
}

} // namespace

const ck_kernels ck_scalar_kernels = {product<float>, product<uint16_t>};
