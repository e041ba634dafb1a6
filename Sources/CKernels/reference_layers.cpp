// The plain reference of the layers of tokens and images: one sum at a time, terms in order.
#include "shapes.h"
#include "variants.h"

namespace ck_reference {

void silu(const float *x, float *y, int64_t count) {
    for (int64_t i = 0; i < count; i++) y[i] = x[i] / (1.0f + __builtin_expf(-x[i]));
}

void gelu_tanh(const float *x, float *y, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const float u = 0.797884560803f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
        y[i] = 0.5f * x[i] * (1.0f + __builtin_tanhf(u));
    }
}

void gelu_erf(const float *x, float *y, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        y[i] = 0.5f * x[i] * __builtin_erfcf(-0.707106781187f * x[i]);
    }
}

void mish(const float *x, float *y, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const float e = __builtin_expf(x[i] < 20.0f ? x[i] : 20.0f);
        const float n = e * (e + 2.0f);
        y[i] = x[i] * (n / (n + 2.0f));
    }
}

void film(const ck_film *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        for (int64_t c = 0; c < job->channels; c++) {
            const int64_t i = row * job->channels + c;
            job->y[i] = job->x[i] * job->film[c] + job->film[job->channels + c];
        }
    }
}

void rms_norm(const ck_rms_norm *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        const float *x = job->x + row * job->x_stride;
        float *y = job->y + row * job->y_stride;
        float squares = 0;
        for (int64_t i = 0; i < job->width; i++) squares += x[i] * x[i];
        const float mean = squares / static_cast<float>(job->width);
        const float factor = 1.0f / __builtin_sqrtf(mean + job->epsilon);
        for (int64_t i = 0; i < job->width; i++) y[i] = x[i] * factor * job->scale[i];
    }
}

static void softmax_row(const float *x, float *y, int64_t width, float scale) {
    float largest = x[0], sum = 0;
    for (int64_t i = 1; i < width; i++) largest = x[i] > largest ? x[i] : largest;
    for (int64_t i = 0; i < width; i++) {
        y[i] = __builtin_expf((x[i] - largest) * scale);
        sum += y[i];
    }
    for (int64_t i = 0; i < width; i++) y[i] /= sum;
}

void softmax(const ck_softmax *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        softmax_row(job->x + row * job->x_stride, job->y + row * job->y_stride, job->width,
                    job->scale);
    }
}

void attention(const ck_attention *job) {
    const int64_t width = job->head_width;
    float *weights = job->scratch;
    for (int64_t i = 0; i < job->query_count; i++) {
        const int64_t seen = job->visible ? job->visible[i] : job->key_count;
        for (int64_t first = 0; first < job->heads * width; first += width) {
            const float *query = job->queries + i * job->query_stride + first;
            float *output = job->output + i * job->output_stride + first;
            for (int64_t j = 0; j < seen; j++) {
                const float *key = job->keys + j * job->key_stride + first;
                weights[j] = 0;
                for (int64_t c = 0; c < width; c++) weights[j] += query[c] * key[c];
            }
            if (seen > 0) softmax_row(weights, weights, seen, job->scale);
            for (int64_t c = 0; c < width; c++) output[c] = 0;
            for (int64_t j = 0; j < seen; j++) {
                const float *value = job->values + j * job->value_stride + first;
                for (int64_t c = 0; c < width; c++) output[c] += weights[j] * value[c];
            }
        }
    }
}

void max_pool(const ck_max_pool *job) {
    const int64_t channels = job->channels;
    const int64_t rows = ck_pooled_size(job->height, job->kernel, job->stride, job->padding);
    const int64_t columns = ck_pooled_size(job->width, job->kernel, job->stride, job->padding);
    for (int64_t row = 0; row < rows; row++) {
        const ck_window v = ck_window_of(row, job->height, job);
        for (int64_t column = 0; column < columns; column++) {
            const ck_window h = ck_window_of(column, job->width, job);
            for (int64_t c = 0; c < channels; c++) {
                float best = job->x[v.first * job->x_stride + h.first * channels + c];
                for (int64_t i = v.first; i < v.end; i++) {
                    for (int64_t j = h.first; j < h.end; j++) {
                        const float value = job->x[i * job->x_stride + j * channels + c];
                        best = value > best ? value : best;
                    }
                }
                job->y[row * job->y_stride + column * channels + c] = best;
            }
        }
    }
}

} // namespace ck_reference

extern "C" int64_t ck_attention_scratch(int64_t key_count, int64_t head_width) {
    const int64_t keys = ck_padded(key_count);
    return keys * (head_width + ck_padded(head_width) + ck_query_block);
}

extern "C" int64_t ck_pooled_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
    return (size + 2 * padding - kernel) / stride + 1;
}
