// The normalisations for one instruction set: include with CK_NAMESPACE and CK_NORM_BYTES set.
//
// Where numbers are summed, vectors have at most 32 bytes in every variant: a group of eight channels
// is common, and wider vectors would span two groups.

namespace CK_NAMESPACE {

#define CK_INLINE static inline __attribute__((always_inline))

// Vectors of numbers, where they lie in memory, and of whole numbers. (Their alignment would be lost
// if the types themselves were a template's arguments.)
struct Narrow {
    typedef float Float __attribute__((vector_size(CK_NORM_BYTES)));
    typedef float FloatAt __attribute__((vector_size(CK_NORM_BYTES), aligned(4)));
    typedef int32_t Integer __attribute__((vector_size(CK_NORM_BYTES)));
};

// Work on each number by itself takes the set's own width, where many are in one row.
struct Wide {
    typedef float Float __attribute__((vector_size(CK_VECTOR_BYTES)));
    typedef float FloatAt __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
    typedef int32_t Integer __attribute__((vector_size(CK_VECTOR_BYTES)));
};

typedef Narrow::Float Lanes;
typedef Narrow::FloatAt LanesAt;

constexpr int norm_lanes = CK_NORM_BYTES / 4;
constexpr int wide_lanes = CK_VECTOR_BYTES / 4;

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

// The halves of a wide vector, added.
CK_INLINE Lanes folded(Wide::Float value) {
#if CK_VECTOR_BYTES > CK_NORM_BYTES
    return __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7)
           + __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
#else
    return value;
#endif
}

#if defined(__clang__)
#define CK_SMALLER(a, b) __builtin_elementwise_min(a, b)
#define CK_LARGER(a, b) __builtin_elementwise_max(a, b)
#else
#define CK_SMALLER(a, b) ((a) < (b) ? (a) : (b))
#define CK_LARGER(a, b) ((a) > (b) ? (a) : (b))
#endif

#if defined(CK_WIDE_STEPS)
// exp by the widest set's own instructions: 2^n 2^f with |f| <= 1/2, 2^f by a minimax polynomial of
// degree 5 (relative error 2e-7).
CK_INLINE Wide::Float exponential_wide(Wide::Float x) {
    const Wide::Float to_two = Wide::Float{} + 1.44269504088896341f;
    const Wide::Float n
        = __builtin_ia32_rndscaleps_mask(x * to_two, 0, Wide::Float{}, (uint16_t)-1, 4);
    const Wide::Float f = x * to_two - n;
    Wide::Float p = f * 1.3264726838e-3f + 9.6715126653e-3f;
    p = p * f + 5.5507337444e-2f;
    p = p * f + 2.4022242085e-1f;
    p = p * f + 6.9314697760e-1f;
    p = p * f + 1.0f;
    return __builtin_ia32_scalefps512_mask(p, n, Wide::Float{}, (uint16_t)-1, 4);
}
#endif

#if defined(CK_SIXTEEN_REGISTERS)
// exp as 2^n 2^f, by the polynomial of exponential_wide: a chain of 24 cycles, where norms of few
// steps wait for one chain after another. Products and additions fuse, so f is exact but for the
// rounding of the logarithm. The whole number lies in the low bits of its rounded form.
template <class Float, class Integer> CK_INLINE Float exponential_short(Float x, float rounder) {
    const float to_two = 1.44269504088896341f;
    const Float n = x * to_two + rounder;
    const Float f = x * to_two - (n - rounder), squared = f * f;
    const Float low = f * 6.9314697760e-1f + 1.0f;
    const Float middle = f * 5.5507337444e-2f + 2.4022242085e-1f;
    const Float high = f * 1.3264726838e-3f + 9.6715126653e-3f;
    const Float p = (high * squared + middle) * squared + low;
    return (Float)((Integer)p + ((Integer)n << 23));
}
#endif

// exp on -87 ... 20: 2^n e^r with |r| <= ln(2)/2, e^r by the polynomial of Cephes' expf (Moshier,
// "Methods and Programs for Mathematical Functions"), relative error about 1e-7.
template <class Vectors>
CK_INLINE typename Vectors::Float exponential_of(typename Vectors::Float x) {
    typedef typename Vectors::Float Float;
    typedef typename Vectors::Integer Integer;
#if defined(CK_WIDE_STEPS)
    if constexpr (sizeof(Float) == 64) return exponential_wide(x);
#endif
    const float rounder = 12582912.0f; // 1.5 * 2^23: adding it rounds to a whole number
#if defined(CK_SIXTEEN_REGISTERS)
    return exponential_short<Float, Integer>(x, rounder);
#endif
    Float n = x * 1.44269504088896341f + rounder;
    n -= rounder;
    const Float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    Float p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    const Integer power = (__builtin_convertvector(n, Integer) + 127) << 23;
    return p * (Float)power;
}

CK_INLINE Lanes exponential(Lanes x) { return exponential_of<Narrow>(x); }

// n / d, within two units in the last place; the widest vectors divide slowly.
template <class Vectors>
CK_INLINE typename Vectors::Float quotient(typename Vectors::Float n, typename Vectors::Float d) {
#if defined(CK_WIDE_STEPS)
    typedef typename Vectors::Float Float;
    if constexpr (sizeof(Float) == 64) {
        // 14 bits, doubled by a step of Newton's.
        const Float near = __builtin_ia32_rcp14ps512_mask(d, Float{}, (uint16_t)-1);
        return n * (near * (2.0f - d * near));
    }
#endif
    return n / d;
}

// x n / (n + 2) with n = e (e + 2), e = exp(x); beyond 20 it is x in a float, below -87 it is 0.
template <class Vectors> CK_INLINE typename Vectors::Float mish_of(typename Vectors::Float x) {
    typedef typename Vectors::Float Float;
    const Float lowest = Float{} - 87.0f, highest = Float{} + 20.0f;
    const Float clamped = CK_LARGER(CK_SMALLER(x, highest), lowest);
    const Float e = exponential_of<Vectors>(clamped);
    const Float n = e * (e + 2.0f);
    return x * quotient<Vectors>(n, n + 2.0f);
}

CK_INLINE Lanes mish_of(Lanes x) { return mish_of<Narrow>(x); }

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

// One sequence whose channels are no whole vectors, group by group.
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

CK_INLINE Lanes root(Lanes x) {
#if defined(__clang__)
    return __builtin_elementwise_sqrt(x);
#else
    for (int i = 0; i < norm_lanes; i++) x[i] = __builtin_sqrtf(x[i]);
    return x;
#endif
}

// The means, and one over the standard deviations, of groups of `count` numbers each: from the sums
// of their differences from `pivot`, and of the squares of those, in their place. A pivot is one of
// the numbers, near enough the mean that squares do not cancel. The arrays are whole vectors.
CK_INLINE void from_sums(int64_t groups, float count, float epsilon, const float *pivot,
                         float *mean, float *factor) {
    for (int64_t g = 0; g < groups; g += norm_lanes) {
        const Lanes from_pivot = at(mean + g) / count;
        const Lanes variance = at(factor + g) / count - from_pivot * from_pivot;
        const Lanes deviation = root(CK_LARGER(variance, Lanes{}) + epsilon);
        *(LanesAt *)(mean + g) = at(pivot + g) + from_pivot;
        *(LanesAt *)(factor + g) = 1.0f / deviation;
    }
}

// The moments of groups of whole vectors, in one pass over each: of each channel into `middle` and
// `factor`, as far as there is room.
CK_INLINE void group_moments(const float *x, int64_t stride, int64_t steps, int64_t width,
                             int64_t groups, float epsilon, float *middle, float *factor,
                             int64_t room) {
    constexpr int64_t most = 512 / norm_lanes;
    float pivot[most] = {}, mean[most] = {}, deviation[most] = {};
    for (int64_t g = 0; g < groups; g++) {
        const float *from = x + g * width;
        Lanes sums = {}, squares = {};
        pivot[g] = from[0];
        for (int64_t step = 0; step < steps; step++) {
            for (int64_t i = 0; i < width; i += norm_lanes) {
                const Lanes d = at(from + step * stride + i) - pivot[g];
                sums += d;
                squares += d * d;
            }
        }
        mean[g] = total(sums);
        deviation[g] = total(squares);
    }
    from_sums(groups, (float)(steps * width), epsilon, pivot, mean, deviation);
    for (int64_t g = 0; g < groups; g++) {
        for (int64_t i = g * width; i < (g + 1) * width && i < room; i += norm_lanes) {
            *(LanesAt *)(middle + i) = Lanes{} + mean[g];
            *(LanesAt *)(factor + i) = Lanes{} + deviation[g];
        }
    }
}

// The moments of groups that are no whole vectors but together are: sums of each channel over the
// steps first, a vector of channels at a time, then of each group's channels. `middle` has twice
// the room.
CK_INLINE void channel_moments(const float *x, int64_t stride, int64_t steps, int64_t width,
                               int64_t groups, float epsilon, float *middle, float *factor) {
    const int64_t channels = groups * width;
    for (int64_t first = 0; first < channels; first += width) {
        for (int64_t i = first; i < first + width; i++) middle[i] = x[first];
    }
    for (int64_t c = 0; c < channels; c += norm_lanes) {
        const Lanes pivot = at(middle + c);
        Lanes sums = {}, squares = {};
        for (int64_t step = 0; step < steps; step++) {
            const Lanes d = at(x + step * stride + c) - pivot;
            sums += d;
            squares += d * d;
        }
        *(LanesAt *)(middle + channels + c) = sums;
        *(LanesAt *)(factor + c) = squares;
    }
    // At most as many groups as channels, each in the place of its sum.
    constexpr int64_t most = 512 + norm_lanes;
    float pivot[most], mean[most], deviation[most];
    for (int64_t g = 0; g < groups; g++) {
        pivot[g] = x[g * width];
        mean[g] = deviation[g] = 0;
        for (int64_t i = g * width; i < (g + 1) * width; i++) {
            mean[g] += middle[channels + i];
            deviation[g] += factor[i];
        }
    }
    for (int64_t g = groups; g % norm_lanes != 0; g++) pivot[g] = mean[g] = deviation[g] = 0;
    from_sums(groups, (float)(steps * width), epsilon, pivot, mean, deviation);
    for (int64_t g = 0; g < groups; g++) {
        for (int64_t i = g * width; i < (g + 1) * width; i++) {
            middle[i] = mean[g];
            factor[i] = deviation[g];
        }
    }
}

// What follows the moments, on one vector of each step: `middle` and `factor` of its channels.
template <class Vectors>
CK_INLINE void normalise(const ck_group_norm *job, float *x, const float *residual, int64_t c,
                         const float *middle, const float *factor) {
    typedef typename Vectors::Float Float;
    typedef typename Vectors::FloatAt FloatAt;
    const Float mean = *(const FloatAt *)middle;
    const Float scale = *(const FloatAt *)(job->scale + c) * *(const FloatAt *)factor;
    const Float shift = *(const FloatAt *)(job->shift + c);
    Float multiply = Float{} + 1.0f, add = {};
    if (job->film) {
        multiply = *(const FloatAt *)(job->film + c);
        add = *(const FloatAt *)(job->film + job->channels + c);
    }
    for (int64_t step = 0; step < job->steps; step++) {
        const int64_t at = step * job->stride + c;
        Float y = (*(const FloatAt *)(x + at) - mean) * scale + shift;
        if (job->then_mish) y = mish_of<Vectors>(y);
        y = y * multiply + add;
        if (residual) y += *(const FloatAt *)(residual + at);
        *(FloatAt *)(x + at) = y;
    }
}

// One sequence of whole vectors of channels. Moments of several groups come first: each is a chain
// of dependent steps, and chains of several groups overlap.
static void group_norm_wide(const ck_group_norm *job, float *x, const float *residual) {
    constexpr int64_t room = 512;
    float middle[2 * room], factor[room];
    const int64_t width = job->channels / job->groups;
    const bool vectors = width % norm_lanes == 0;
    const int64_t together = width < room ? room / width : 1;
    for (int64_t group = 0; group < job->groups; group += together) {
        const int64_t left = job->groups - group, count = left < together ? left : together;
        const int64_t start = group * width, end = start + count * width;
        if (vectors) {
            group_moments(x + start, job->stride, job->steps, width, count, job->epsilon, middle,
                          factor, room);
        } else {
            channel_moments(x + start, job->stride, job->steps, width, count, job->epsilon,
                            middle, factor);
        }
        // A group wider than the room has the same numbers everywhere.
        for (int64_t piece = start; piece < end; piece += room) {
            const int64_t length = end - piece < room ? end - piece : room;
            int64_t i = 0;
            for (; i + wide_lanes <= length; i += wide_lanes) {
                normalise<Wide>(job, x, residual, piece + i, middle + i, factor + i);
            }
            for (; i < length; i += norm_lanes) {
                normalise<Narrow>(job, x, residual, piece + i, middle + i, factor + i);
            }
        }
    }
}

static void group_norm(const ck_group_norm *job) {
    const int64_t width = job->channels / job->groups;
    // Some groups at a time must be whole vectors, too: all of them are, and those of whole vectors.
    const bool wide = width % norm_lanes == 0
                      || (job->channels % norm_lanes == 0 && job->channels <= 512);
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

// Rows that are no whole vectors, one by one.
static void layer_norm_narrow(const ck_layer_norm *job) {
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

// One vector of one row: `factor` times what is above the mean, `below` the mean times the factor,
// negated.
template <class Vectors>
CK_INLINE void normalise_row(const ck_layer_norm *job, float *x, int64_t i, float below,
                             float factor) {
    typedef typename Vectors::Float Float;
    typedef typename Vectors::FloatAt FloatAt;
    const Float normal = *(const FloatAt *)(x + i) * factor + below;
    const Float y = normal * *(const FloatAt *)(job->scale + i) + *(const FloatAt *)(job->shift + i);
    // Written so that what is not a number stays so.
    *(FloatAt *)(x + i) = job->then_relu ? (y < 0.0f ? Float{} : y) : y;
}

// The sums of a row's differences from its first number, and of their squares.
CK_INLINE void row_sums(const float *x, int64_t width, float &sum, float &squared) {
    const float pivot = x[0];
    Wide::Float sums = {}, squares = {};
    int64_t i = 0;
    for (; i + wide_lanes <= width; i += wide_lanes) {
        const Wide::Float d = *(const Wide::FloatAt *)(x + i) - pivot;
        sums += d;
        squares += d * d;
    }
    Lanes rest = folded(sums), rest_squared = folded(squares);
    for (; i < width; i += norm_lanes) {
        const Lanes d = at(x + i) - pivot;
        rest += d;
        rest_squared += d * d;
    }
    sum = total(rest);
    squared = total(rest_squared);
}

// Rows of whole vectors, the moments of some rows first, so that their chains overlap.
static void layer_norm_wide(const ck_layer_norm *job) {
    constexpr int64_t together = norm_lanes;
    const int64_t width = job->width;
    float mean[together] = {}, factor[together] = {};
    for (int64_t first = 0; first < job->rows; first += together) {
        const int64_t left = job->rows - first, count = left < together ? left : together;
        float *rows = job->x + first * width;
        for (int64_t row = 0; row < count; row++) {
            row_sums(rows + row * width, width, mean[row], factor[row]);
        }
        float pivot[together] = {};
        for (int64_t row = 0; row < count; row++) pivot[row] = rows[row * width];
        from_sums(count, (float)width, job->epsilon, pivot, mean, factor);
        for (int64_t row = 0; row < count; row++) {
            float *x = rows + row * width;
            const float below = -mean[row] * factor[row];
            int64_t i = 0;
            for (; i + wide_lanes <= width; i += wide_lanes) {
                normalise_row<Wide>(job, x, i, below, factor[row]);
            }
            for (; i < width; i += norm_lanes) {
                normalise_row<Narrow>(job, x, i, below, factor[row]);
            }
        }
    }
}

static void layer_norm(const ck_layer_norm *job) {
    job->width % norm_lanes == 0 ? layer_norm_wide(job) : layer_norm_narrow(job);
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
