// The normalisations for one instruction set: include with CK_NAMESPACE and CK_NORM_BYTES set.
//
// Vectors have at most 32 bytes in every variant: a group of eight channels is common, and wider
// vectors would span two groups.

namespace CK_NAMESPACE {

#define CK_INLINE static inline __attribute__((always_inline))

typedef float Lanes __attribute__((vector_size(CK_NORM_BYTES)));
typedef float LanesAt __attribute__((vector_size(CK_NORM_BYTES), aligned(4)));
typedef int32_t Whole __attribute__((vector_size(CK_NORM_BYTES)));

constexpr int norm_lanes = CK_NORM_BYTES / 4;

CK_INLINE Lanes at(const float *from) { return *(const LanesAt *)from; }

// The first `count` numbers, then zeros.
CK_INLINE Lanes some(const float *from, int64_t count) {
    float edge[norm_lanes] = {};
    for (int64_t i = 0; i < count; i++) edge[i] = from[i];
    return at(edge);
}

CK_INLINE Lanes part(const float *from, int64_t count) {
    return count >= norm_lanes ? at(from) : some(from, count);
}

CK_INLINE void put(Lanes value, float *to, int64_t count) {
    if (count >= norm_lanes) {
        *(LanesAt *)to = value;
    } else {
        float edge[norm_lanes];
        *(LanesAt *)edge = value;
        for (int64_t i = 0; i < count; i++) to[i] = edge[i];
    }
}

CK_INLINE float total(Lanes value) {
    float lanes[norm_lanes];
    *(LanesAt *)lanes = value;
    for (int half = norm_lanes / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    }
    return lanes[0];
}

// exp on -87 ... 20: 2^n e^r with |r| <= ln(2)/2, e^r by the polynomial of Cephes' expf (Moshier,
// "Methods and Programs for Mathematical Functions"), relative error about 1e-7.
CK_INLINE Lanes exponential(Lanes x) {
    const float rounder = 12582912.0f; // 1.5 * 2^23: adding it rounds to a whole number
    Lanes n = x * 1.44269504088896341f + rounder;
    n -= rounder;
    const Lanes r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    Lanes p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    const Whole power = (__builtin_convertvector(n, Whole) + 127) << 23;
    return p * (Lanes)power;
}

// x n / (n + 2) with n = e (e + 2), e = exp(x); beyond 20 it is x in a float, below -87 it is 0.
CK_INLINE Lanes mish_of(Lanes x) {
    Lanes clamped = x > 20.0f ? Lanes{} + 20.0f : x;
    clamped = clamped > -87.0f ? clamped : Lanes{} - 87.0f;
    const Lanes e = exponential(clamped);
    const Lanes n = e * (e + 2.0f);
    return x * (n / (n + 2.0f));
}

// The mean, and one over the standard deviation, of `rows` rows of `width` numbers.
CK_INLINE void moments(const float *x, int64_t stride, int64_t rows, int64_t width, float epsilon,
                       float &mean, float &factor) {
    const float count = (float)(rows * width);
    const int64_t whole = width - width % norm_lanes;
    Lanes sums = {};
    float rest = 0;
    for (int64_t row = 0; row < rows; row++) {
        const float *y = x + row * stride;
        for (int64_t i = 0; i < whole; i += norm_lanes) sums += at(y + i);
        for (int64_t i = whole; i < width; i++) rest += y[i];
    }
    mean = (total(sums) + rest) / count;
    Lanes squares = {};
    rest = 0;
    for (int64_t row = 0; row < rows; row++) {
        const float *y = x + row * stride;
        for (int64_t i = 0; i < whole; i += norm_lanes) {
            const Lanes d = at(y + i) - mean;
            squares += d * d;
        }
        for (int64_t i = whole; i < width; i++) rest += (y[i] - mean) * (y[i] - mean);
    }
    factor = 1.0f / __builtin_sqrtf((total(squares) + rest) / count + epsilon);
}

static void group_norm(const ck_group_norm *job) {
    const int64_t channels = job->channels, width = channels / job->groups;
    for (int64_t sequence = 0; sequence < job->sequences; sequence++) {
        const int64_t start = sequence * job->sequence_stride;
        for (int64_t first = 0; first < channels; first += width) {
            float mean, factor;
            moments(job->x + start + first, job->stride, job->steps, width, job->epsilon, mean,
                    factor);
            for (int64_t step = 0; step < job->steps; step++) {
                const int64_t row = start + step * job->stride;
                for (int64_t i = 0; i < width; i += norm_lanes) {
                    const int64_t c = first + i, left = width - i;
                    Lanes y = (part(job->x + row + c, left) - mean) * factor
                                  * part(job->scale + c, left)
                              + part(job->shift + c, left);
                    if (job->then_mish) y = mish_of(y);
                    if (job->film) {
                        y = y * part(job->film + c, left) + part(job->film + channels + c, left);
                    }
                    if (job->residual) y += part(job->residual + row + c, left);
                    put(y, job->x + row + c, left);
                }
            }
        }
    }
}

static void layer_norm(const ck_layer_norm *job) {
    for (int64_t row = 0; row < job->rows; row++) {
        float *x = job->x + row * job->width;
        float mean, factor;
        moments(x, job->width, 1, job->width, job->epsilon, mean, factor);
        for (int64_t i = 0; i < job->width; i += norm_lanes) {
            const int64_t left = job->width - i;
            const Lanes y = (part(x + i, left) - mean) * factor * part(job->scale + i, left)
                            + part(job->shift + i, left);
            put(job->then_relu ? (y < 0.0f ? Lanes{} : y) : y, x + i, left);
        }
    }
}

static void maximum(const float *x, int64_t rows, int64_t width, float *largest) {
    for (int64_t i = 0; i < width; i += norm_lanes) {
        const int64_t left = width - i;
        Lanes best = part(largest + i, left);
        for (int64_t row = 0; row < rows; row++) {
            const Lanes y = part(x + row * width + i, left);
            best = y > best ? y : best;
        }
        put(best, largest + i, left);
    }
}

#undef CK_INLINE

} // namespace CK_NAMESPACE
