// Attention for one instruction set: include behind product_body.h and elementwise_body.h.
//
// Both products of a head are the packed matrix product: the head's keys, turned, and its values
// are packed like weights, then its queries go through in blocks, so that a block's scores stay in
// cache.

namespace CK_NAMESPACE {

// The product with weights packed one panel of `depth` rows after the other.
static void packed_product(const float *input, int64_t input_stride, int64_t rows, int64_t depth,
                           const float *weights, int64_t panel_rows, int64_t columns,
                           float *output, int64_t output_stride) {
    ck_product job = {};
    job.input = input;
    job.input_stride = input_stride;
    job.rows = rows;
    job.depth = depth;
    job.weights = weights;
    job.panel_stride = panel_rows * CK_PANEL;
    job.columns = columns;
    job.output = output;
    job.output_stride = output_stride;
    product<Float32>(&job);
}

// Keys become columns: packed[panel][channel][key of the panel]; missing keys are zeros.
static void pack_keys(const ck_attention *job, int64_t first, float *packed) {
    const int64_t width = job->head_width;
    for (int64_t key = 0; key < job->key_count; key += CK_PANEL) {
        const int64_t count = job->key_count - key < CK_PANEL ? job->key_count - key : CK_PANEL;
        const float *from = job->keys + key * job->key_stride + first;
        if (count < CK_PANEL) {
            for (int64_t i = 0; i < width * CK_PANEL; i++) packed[i] = 0;
        }
        for (int64_t c = 0; c < width; c++) {
            for (int64_t i = 0; i < count; i++) {
                packed[c * CK_PANEL + i] = from[i * job->key_stride + c];
            }
        }
        packed += width * CK_PANEL;
    }
}

// Values are the weights as they are: packed[panel][key][channel of the panel].
static void pack_values(const ck_attention *job, int64_t first, float *packed) {
    for (int64_t c = 0; c < job->head_width; c += CK_PANEL) {
        const int64_t left = job->head_width - c;
        for (int64_t key = 0; key < job->key_count; key++) {
            const float *from = job->values + key * job->value_stride + first + c;
            for (int i = 0; i < CK_PANEL; i += norm_lanes) {
                const Lanes value = i < left ? part(from + i, left - i) : Lanes{};
                put(value, packed + i, norm_lanes);
            }
            packed += CK_PANEL;
        }
    }
}

// One block of a head's queries, from `first_query` on.
static void attend(const ck_attention *job, int64_t first_query, int64_t count, int64_t first,
                   const float *keys, const float *values, float *scores) {
    const int64_t padded = ck_padded(job->key_count);
    float *output = job->output + first_query * job->output_stride + first;
    const int32_t *visible = job->visible ? job->visible + first_query : nullptr;
    int64_t most = visible ? 0 : job->key_count;
    for (int64_t i = 0; visible && i < count; i++) most = visible[i] > most ? visible[i] : most;
    if (most == 0) {
        for (int64_t i = 0; i < count; i++) {
            for (int64_t c = 0; c < job->head_width; c++) output[i * job->output_stride + c] = 0;
        }
        return;
    }
    packed_product(job->queries + first_query * job->query_stride + first, job->query_stride,
                   count, job->head_width, keys, job->head_width, ck_padded(most), scores, padded);
    for (int64_t i = 0; i < count; i++) {
        float *row = scores + i * padded;
        const int64_t seen = visible ? visible[i] : most;
        if (seen > 0) softmax_row(row, row, seen, job->scale);
        for (int64_t key = seen; key < most; key++) row[key] = 0;
    }
    packed_product(scores, padded, count, most, values, job->key_count, job->head_width, output,
                   job->output_stride);
}

static void attention(const ck_attention *job) {
    float *keys = job->scratch;
    float *values = keys + ck_padded(job->key_count) * job->head_width;
    float *scores = values + ck_padded(job->key_count) * ck_padded(job->head_width);
    for (int64_t head = 0; head < job->heads; head++) {
        const int64_t first = head * job->head_width;
        pack_keys(job, first, keys);
        pack_values(job, first, values);
        for (int64_t query = 0; query < job->query_count; query += ck_query_block) {
            const int64_t left = job->query_count - query;
            attend(job, query, left < ck_query_block ? left : ck_query_block, first, keys, values,
                   scores);
        }
    }
}

} // namespace CK_NAMESPACE
