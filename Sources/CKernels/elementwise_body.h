// Activations, FiLM, softmax and RMS norm for one instruction set: include behind
// normalise_body.h, whose vectors and exponential they use.

namespace CK_NAMESPACE {

#define CK_INLINE static inline __attribute__((always_inline))

template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float clamped(Float x, float least, float most) {
    const Float lowest = Float{} + least, highest = Float{} + most;
    return CK_LARGER(CK_SMALLER(x, highest), lowest);
}

// x / (1 + exp(-z)); beyond 80 the quotient is x or 0 in a float.
template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float gated(Float x, Float z) {
    return x / (1.0f + exponential_of<Vectors>(clamped<Vectors>(-z, -80.0f, 80.0f)));
}

template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float silu_of(Float x) {
    return gated<Vectors>(x, x);
}

// The tanh form: 1/2 (1 + tanh u) is the logistic function of 2u.
template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float gelu_tanh_of(Float x) {
    return gated<Vectors>(x, x * (x * x * 0.071354816273f + 1.595769121606f));
}

// The exact form x/2 erfc(-x / sqrt 2), erfc by Abramowitz and Stegun 7.1.26: 1.5e-7 at most.
template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float gelu_erf_of(Float x) {
    const Float size = CK_LARGER(x, -x) * 0.707106781187f;
    const Float t = 1.0f / (1.0f + size * 0.3275911f);
    Float p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const Float e = exponential_of<Vectors>(clamped<Vectors>(-size * size, -87.0f, 0.0f));
    const Float rest = x * 0.5f * (p * t * e);
    return x < 0.0f ? rest : x - rest;
}

#define CK_ACTIVATION(name)                                                                       \
    static void name(const float *x, float *y, int64_t count) {                                   \
        int64_t i = 0;                                                                            \
        for (; i + wide_lanes <= count; i += wide_lanes) {                                        \
            const Wide::Float value = *(const Wide::FloatAt *)(x + i);                            \
            *(Wide::FloatAt *)(y + i) = name##_of<Wide>(value);                                   \
        }                                                                                         \
        for (; i < count; i += norm_lanes) {                                                      \
            put(name##_of<Narrow>(part(x + i, count - i)), y + i, count - i);                     \
        }                                                                                         \
    }
CK_ACTIVATION(silu)
CK_ACTIVATION(gelu_tanh)
CK_ACTIVATION(gelu_erf)
CK_ACTIVATION(mish)
#undef CK_ACTIVATION

static void film(const ck_film *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        const float *x = job->x + row * job->channels;
        float *y = job->y + row * job->channels;
        for (int64_t i = 0; i < job->channels; i += norm_lanes) {
            const int64_t left = job->channels - i;
            const Lanes factor = part(job->film + i, left);
            const Lanes term = part(job->film + job->channels + i, left);
            put(part(x + i, left) * factor + term, y + i, left);
        }
    }
}

static void rms_norm(const ck_rms_norm *job) {
    const int64_t whole = job->width - job->width % norm_lanes;
    for (int64_t row = 0; row < job->rows; row++) {
        const float *x = job->x + row * job->x_stride;
        float *y = job->y + row * job->y_stride;
        Lanes squares = {};
        float rest = 0;
        for (int64_t i = 0; i < whole; i += norm_lanes) squares += at(x + i) * at(x + i);
        for (int64_t i = whole; i < job->width; i++) rest += x[i] * x[i];
        const float mean = (total(squares) + rest) / (float)job->width;
        const float factor = 1.0f / __builtin_sqrtf(mean + job->epsilon);
        for (int64_t i = 0; i < job->width; i += norm_lanes) {
            const int64_t left = job->width - i;
            put(part(x + i, left) * factor * part(job->scale + i, left), y + i, left);
        }
    }
}

CK_INLINE Wide::Float wide_at(const float *from) { return *(const Wide::FloatAt *)from; }

// exp(scale (x - largest)), where that is at most 1.
template <class Vectors, typename Float = typename Vectors::Float>
CK_INLINE Float share_of(Float x, float largest, float scale) {
    return exponential_of<Vectors>(clamped<Vectors>((x - largest) * scale, -87.0f, 0.0f));
}

CK_INLINE float largest_of(const float *x, int64_t width) {
    float largest = x[0];
    int64_t i = 0;
    if (width >= wide_lanes) {
        Wide::Float best = wide_at(x);
        for (i = wide_lanes; i + wide_lanes <= width; i += wide_lanes) {
            best = CK_LARGER(best, wide_at(x + i));
        }
        for (int k = 0; k < wide_lanes; k++) largest = best[k] > largest ? best[k] : largest;
    }
    for (; i < width; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

// One row of softmax, of at least one number; y may be x.
CK_INLINE void softmax_row(const float *x, float *y, int64_t width, float scale) {
    const float largest = largest_of(x, width);
    Wide::Float sums = {};
    float sum = 0;
    int64_t i = 0;
    for (; i + wide_lanes <= width; i += wide_lanes) {
        const Wide::Float e = share_of<Wide>(wide_at(x + i), largest, scale);
        *(Wide::FloatAt *)(y + i) = e;
        sums += e;
    }
    for (; i < width; i += norm_lanes) {
        const int64_t count = width - i < norm_lanes ? width - i : norm_lanes;
        put(share_of<Narrow>(part(x + i, count), largest, scale), y + i, count);
        for (int64_t k = i; k < i + count; k++) sum += y[k];
    }
    for (int k = 0; k < wide_lanes; k += norm_lanes) {
        float lanes[wide_lanes];
        *(Wide::FloatAt *)lanes = sums;
        sum += total(at(lanes + k));
    }
    const float factor = 1.0f / sum;
    for (i = 0; i + wide_lanes <= width; i += wide_lanes) {
        *(Wide::FloatAt *)(y + i) = wide_at(y + i) * factor;
    }
    for (; i < width; i += norm_lanes) {
        put(part(y + i, width - i) * factor, y + i, width - i);
    }
}

static void softmax(const ck_softmax *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        softmax_row(job->x + row * job->x_stride, job->y + row * job->y_stride, job->width,
                    job->scale);
    }
}

static void max_pool(const ck_max_pool *job) {
    const int64_t channels = job->channels;
    const int64_t rows = ck_pooled_size(job->height, job->kernel, job->stride, job->padding);
    const int64_t columns = ck_pooled_size(job->width, job->kernel, job->stride, job->padding);
    for (int64_t row = 0; row < rows; row++) {
        const ck_window v = ck_window_of(row, job->height, job);
        for (int64_t column = 0; column < columns; column++) {
            const ck_window h = ck_window_of(column, job->width, job);
            float *y = job->y + row * job->y_stride + column * channels;
            for (int64_t c = 0; c < channels; c += norm_lanes) {
                const int64_t left = channels - c;
                Lanes best = part(job->x + v.first * job->x_stride + h.first * channels + c, left);
                for (int64_t i = v.first; i < v.end; i++) {
                    for (int64_t j = h.first; j < h.end; j++) {
                        const float *x = job->x + i * job->x_stride + j * channels + c;
                        const Lanes value = part(x, left);
                        best = value > best ? value : best;
                    }
                }
                put(best, y + c, left);
            }
        }
    }
}

#undef CK_INLINE

} // namespace CK_NAMESPACE
