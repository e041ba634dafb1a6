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

float mish_of(float x) {
    const float e = __builtin_expf(x < 20.0f ? x : 20.0f);
    const float n = e * (e + 2.0f);
    return x * (n / (n + 2.0f));
}

// The mean, and one over the standard deviation, of `rows` rows of `width` numbers.
void moments(const float *x, int64_t stride, int64_t rows, int64_t width, float epsilon,
             float &mean, float &factor) {
    const float count = static_cast<float>(rows * width);
    float sum = 0, squares = 0;
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) sum += x[row * stride + i];
    }
    mean = sum / count;
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) {
            const float difference = x[row * stride + i] - mean;
            squares += difference * difference;
        }
    }
    factor = 1.0f / __builtin_sqrtf(squares / count + epsilon);
}

void group_norm(const ck_group_norm *job) {
    const int64_t channels = job->channels, width = channels / job->groups;
    for (int64_t first = 0; first < channels; first += width) {
        float mean, factor;
        moments(job->x + first, channels, job->steps, width, job->epsilon, mean, factor);
        for (int64_t step = 0; step < job->steps; step++) {
            for (int64_t c = first; c < first + width; c++) {
                const int64_t i = step * channels + c;
                float y = (job->x[i] - mean) * factor * job->scale[c] + job->shift[c];
                if (job->then_mish) y = mish_of(y);
                if (job->film) y = job->film[c] * y + job->film[channels + c];
                if (job->residual) y += job->residual[i];
                job->x[i] = y;
            }
        }
    }
}

void layer_norm(const ck_layer_norm *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        float *x = job->x + row * job->width;
        float mean, factor;
        moments(x, job->width, 1, job->width, job->epsilon, mean, factor);
        for (int64_t i = 0; i < job->width; i++) {
            const float y = (x[i] - mean) * factor * job->scale[i] + job->shift[i];
            x[i] = job->then_relu && y < 0 ? 0 : y;
        }
    }
}

void maximum(const float *x, int64_t rows, int64_t width, float *largest) {
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < width; i++) {
            const float y = x[row * width + i];
            if (y > largest[i]) largest[i] = y;
        }
    }
}

} // namespace

const ck_kernels ck_scalar_kernels
    = {product<float>, product<uint16_t>, group_norm, layer_norm, maximum,
       CK_LAYERS(ck_reference)};
