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
#if CK_NORM_BYTES == 32
    value += __builtin_shufflevector(value, value, 4, 5, 6, 7, 0, 1, 2, 3);
    value += __builtin_shufflevector(value, value, 2, 3, 0, 1, 6, 7, 4, 5);
    value += __builtin_shufflevector(value, value, 1, 0, 3, 2, 5, 4, 7, 6);
#else
    value += __builtin_shufflevector(value, value, 2, 3, 0, 1);
    value += __builtin_shufflevector(value, value, 1, 0, 3, 2);
#endif
    return value[0];
}

#if defined(__clang__)
CK_INLINE Lanes smaller(Lanes a, Lanes b) { return __builtin_elementwise_min(a, b); }
CK_INLINE Lanes larger(Lanes a, Lanes b) { return __builtin_elementwise_max(a, b); }
#else
CK_INLINE Lanes smaller(Lanes a, Lanes b) { return a < b ? a : b; }
CK_INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }
#endif

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
    const Lanes e = exponential(larger(smaller(x, Lanes{} + 20.0f), Lanes{} - 87.0f));
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

// One sequence whose groups are no whole vectors, group by group.
static void group_norm_narrow(const ck_group_norm *job, float *x, const float *residual) {
    const int64_t channels = job->channels, width = channels / job->groups;
    for (int64_t first = 0; first < channels; first += width) {
        float mean, factor;
        moments(x + first, job->stride, job->steps, width, job->epsilon, mean, factor);
        for (int64_t step = 0; step < job->steps; step++) {
            for (int64_t i = 0; i < width; i += norm_lanes) {
                const int64_t c = first + i, at = step * job->stride + c, left = width - i;
                Lanes y = (part(x + at, left) - mean) * factor * part(job->scale + c, left)
                          + part(job->shift + c, left);
                if (job->then_mish) y = mish_of(y);
                if (job->film) {
                    y = y * part(job->film + c, left) + part(job->film + channels + c, left);
                }
                if (residual) y += part(residual + at, left);
                put(y, x + at, left);
            }
        }
    }
}

// The mean, and one over the standard deviation, of a group of whole vectors, in one pass: sums of
// the differences from its first number, which is near enough the mean that squares do not cancel.
CK_INLINE void group_moments(const float *x, int64_t stride, int64_t steps, int64_t width,
                             float epsilon, float &mean, float &factor) {
    const float pivot = x[0], count = (float)(steps * width);
    Lanes sums = {}, squares = {};
    for (int64_t step = 0; step < steps; step++) {
        for (int64_t i = 0; i < width; i += norm_lanes) {
            const Lanes d = at(x + step * stride + i) - pivot;
            sums += d;
            squares += d * d;
        }
    }
    const float from_pivot = total(sums) / count;
    const float variance = total(squares) / count - from_pivot * from_pivot;
    mean = pivot + from_pivot;
    factor = 1.0f / __builtin_sqrtf((variance > 0 ? variance : 0) + epsilon);
}

// One sequence whose groups are whole vectors. Moments of several groups come first, since each is
// a chain of dependent steps, and chains of several groups overlap.
static void group_norm_wide(const ck_group_norm *job, float *x, const float *residual) {
    constexpr int64_t together = 16;
    float mean[together], factor[together];
    const int64_t channels = job->channels, width = channels / job->groups;
    const int64_t steps = job->steps, stride = job->stride;
    for (int64_t group = 0; group < job->groups; group += together) {
        const int64_t left = job->groups - group, count = left < together ? left : together;
        for (int64_t g = 0; g < count; g++) {
            group_moments(x + (group + g) * width, stride, steps, width, job->epsilon, mean[g],
                          factor[g]);
        }
        for (int64_t i = 0; i < count * width; i += norm_lanes) {
            const int64_t c = group * width + i;
            const Lanes middle = Lanes{} + mean[i / width];
            const Lanes scale = at(job->scale + c) * factor[i / width];
            const Lanes shift = at(job->shift + c);
            const Lanes multiply = job->film ? at(job->film + c) : Lanes{} + 1.0f;
            const Lanes add = job->film ? at(job->film + channels + c) : Lanes{};
            for (int64_t step = 0; step < steps; step++) {
                float *place = x + step * stride + c;
                Lanes y = (at(place) - middle) * scale + shift;
                if (job->then_mish) y = mish_of(y);
                y = y * multiply + add;
                if (residual) y += at(residual + step * stride + c);
                *(LanesAt *)place = y;
            }
        }
    }
}

static void group_norm(const ck_group_norm *job) {
    const bool wide = job->channels / job->groups % norm_lanes == 0;
    for (int64_t sequence = 0; sequence < job->sequences; sequence++) {
        const int64_t start = sequence * job->sequence_stride;
        const float *residual = job->residual ? job->residual + start : nullptr;
        if (wide) {
            group_norm_wide(job, job->x + start, residual);
        } else {
            group_norm_narrow(job, job->x + start, residual);
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
