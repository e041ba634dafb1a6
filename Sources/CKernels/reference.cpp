// The plain reference: one sum at a time, terms in order.
#include "variants.h"

namespace {

float number(uint32_t bits) {
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

float widen(float x) { return x; }
float widen(uint16_t x) { return number(static_cast<uint32_t>(x) << 16); }
float widen(int8_t x) { return x; }

// Where a weight lies in its panel.
template <bool pairs> int64_t place(int64_t k, int64_t column) {
    return pairs ? (k / 2 * CK_PANEL + column) * 2 + k % 2 : k * CK_PANEL + column;
}

template <typename Input, typename Weight> void product(const ck_product *job) {
    constexpr bool pairs = sizeof(Weight) == 2;
    for (int64_t row = 0; row < job->rows; row++) {
        const Input *input = static_cast<const Input *>(job->input) + row * job->input_stride;
        float *output = job->output + row * job->output_stride;
        for (int64_t column = 0; column < job->columns; column++) {
            const Weight *panel = static_cast<const Weight *>(job->weights)
                                  + column / CK_PANEL * job->panel_stride;
            float sum = 0;
            for (int64_t k = 0; k < job->depth; k++) {
                sum += widen(input[k]) * widen(panel[place<pairs>(k, column % CK_PANEL)]);
            }
            if (job->scale) sum *= job->scale[column];
            if (job->bias) sum += job->bias[column];
            output[column] = job->accumulate ? output[column] + sum : sum;
        }
    }
}

void narrow(const float *x, int64_t count, uint16_t *halves) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        __builtin_memcpy(&bits, x + i, sizeof bits);
        halves[i] = static_cast<uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
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

void group_norm_of(const ck_group_norm *job, float *x, const float *residual) {
    const int64_t channels = job->channels, width = channels / job->groups;
    for (int64_t first = 0; first < channels; first += width) {
        float mean, factor;
        moments(x + first, job->stride, job->steps, width, job->epsilon, mean, factor);
        for (int64_t step = 0; step < job->steps; step++) {
            for (int64_t c = first; c < first + width; c++) {
                const int64_t i = step * job->stride + c;
                float y = (x[i] - mean) * factor * job->scale[c] + job->shift[c];
                if (job->then_mish) y = mish_of(y);
                if (job->film) y = job->film[c] * y + job->film[channels + c];
                if (residual) y += residual[i];
                x[i] = y;
            }
        }
    }
}

void group_norm(const ck_group_norm *job) {
    for (int64_t sequence = 0; sequence < job->sequences; sequence++) {
        const int64_t start = sequence * job->sequence_stride;
        group_norm_of(job, job->x + start, job->residual ? job->residual + start : nullptr);
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
    = {product<float, float>,
       product<float, uint16_t>,
       product<uint16_t, uint16_t>,
       product<float, int8_t>,
       narrow,
       group_norm,
       layer_norm,
       maximum,
       CK_LAYERS(ck_reference)};
