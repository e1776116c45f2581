/* Running a plan over bytes. Nothing is allocated; every length is checked against what is left. */
#include <string.h>

#include "base/utf8.h"
#include "core/avro/codec_plan.h"

struct decoder {
    const uint8_t *start, *at, *end;
    const struct sma_visitor *visitor;
    void *ctx;
    uint32_t depth_left;
    uint32_t empty_items_left;
    struct sma_error *err;
};

static enum sma_status run(struct decoder *d, const struct sma_step *step);
static enum sma_status skip(struct decoder *d, const struct sma_avro_node *node);

/* ---- the smallest pieces
 * -------------------------------------------------------------------------------- */

#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define COLD __attribute__((cold, noinline))

/* The unlikely ends are kept out of the way of the others. */
static COLD void say_broken(struct decoder *d, const char *what)
{
    size_t offset = (size_t)(d->at - d->start);
    sma_error_set(d->err, SMA_EINVAL, offset, "%s at byte %zu", what, offset);
}

static COLD void say_stopped(struct decoder *d)
{
    sma_error_set(d->err, SMA_ECONFLICT, SMA_NO_OFFSET, "stopped by the receiver");
}

static COLD void say_too_deep(struct decoder *d)
{
    sma_error_set(d->err, SMA_ELIMIT, (size_t)(d->at - d->start),
                  "value exceeds the limit of %d levels of nesting", SMA_AVRO_VALUE_DEPTH_MAX);
}

static inline enum sma_status broken(struct decoder *d, const char *what)
{
    say_broken(d, what);
    return SMA_EINVAL;
}

static inline enum sma_status cut(struct decoder *d)
{
    return broken(d, "data ends too early");
}

static inline enum sma_status told(struct decoder *d, int stop)
{
    if (UNLIKELY(stop)) {
        say_stopped(d);
        return SMA_ECONFLICT;
    }
    return SMA_OK;
}

static inline enum sma_status enter(struct decoder *d)
{
    if (UNLIKELY(!d->depth_left)) {
        say_too_deep(d);
        return SMA_ELIMIT;
    }
    d->depth_left--;
    return SMA_OK;
}

/* Zigzag varint of at most ten bytes. */
static enum sma_status read_longer(struct decoder *d, int64_t *out)
{
    const uint8_t *at = d->at;
    uint64_t bits = 0;
    if (d->end - at > 9) { /* no need to look for the end */
        int shift = 0;
        while (*at >= 0x80 && shift < 63) {
            bits |= (uint64_t)(*at++ & 0x7f) << shift;
            shift += 7;
        }
        if (*at > 1 && (shift == 63 || *at >= 0x80))
            return broken(d, "number longer than 64 bits");
        bits |= (uint64_t)*at++ << shift;
        d->at = at;
        *out = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
        return SMA_OK;
    }
    for (int shift = 0; shift < 70; shift += 7) {
        if (at == d->end)
            return cut(d);
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1)
            break;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            d->at = at;
            *out = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return SMA_OK;
        }
    }
    return broken(d, "number longer than 64 bits");
}

/* Most are of one byte or two. */
static inline enum sma_status read_long(struct decoder *d, int64_t *out)
{
    const uint8_t *at = d->at;
    if (d->end - at < 2 || (at[0] & at[1] & 0x80))
        return read_longer(d, out);
    uint32_t is_longer = at[0] >> 7;
    uint32_t bits = (at[0] & 0x7fu) | (is_longer ? (uint32_t)at[1] << 7 : 0);
    d->at = at + 1 + is_longer;
    *out = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
    return SMA_OK;
}

static inline enum sma_status read_int(struct decoder *d, int64_t *out)
{
    const uint8_t *at = d->at;
    enum sma_status st = read_long(d, out);
    if (!st && UNLIKELY(*out < INT32_MIN || *out > INT32_MAX)) {
        d->at = at;
        return broken(d, "number does not fit an int");
    }
    return st;
}

static inline uint64_t little_endian(const uint8_t *at, int bytes)
{
    uint64_t bits = 0;
    for (int i = 0; i < bytes; i++)
        bits |= (uint64_t)at[i] << (8 * i);
    return bits;
}

static enum sma_status read_float(struct decoder *d, float *out)
{
    if (d->end - d->at < 4)
        return cut(d);
    uint32_t bits = (uint32_t)little_endian(d->at, 4);
    memcpy(out, &bits, sizeof bits);
    d->at += 4;
    return SMA_OK;
}

static enum sma_status read_double(struct decoder *d, double *out)
{
    if (d->end - d->at < 8)
        return cut(d);
    uint64_t bits = little_endian(d->at, 8);
    memcpy(out, &bits, sizeof bits);
    d->at += 8;
    return SMA_OK;
}

static inline enum sma_status read_raw(struct decoder *d, size_t len, struct sma_str *out)
{
    if ((size_t)(d->end - d->at) < len)
        return cut(d);
    *out = sma_str_make((const char *)d->at, len);
    d->at += len;
    return SMA_OK;
}

static inline enum sma_status read_bytes(struct decoder *d, struct sma_str *out)
{
    const uint8_t *at = d->at;
    int64_t len;
    enum sma_status st = read_long(d, &len);
    if (st)
        return st;
    if (UNLIKELY(len < 0 || len > d->end - d->at)) {
        d->at = at;
        return broken(d, len < 0 ? "negative length" : "length beyond the end of the data");
    }
    return read_raw(d, (size_t)len, out);
}

/* Text in data is checked: what the visitor gets as a string is UTF-8. */
static inline enum sma_status read_string(struct decoder *d, struct sma_str *out)
{
    const uint8_t *at = d->at;
    enum sma_status st = read_bytes(d, out);
    if (!st && !sma_is_ascii(*out) && !sma_utf8_valid(*out, NULL)) {
        d->at = at;
        return broken(d, "string is not UTF-8");
    }
    return st;
}

static enum sma_status read_index(struct decoder *d, uint32_t count, const char *what,
                                  uint32_t *out)
{
    const uint8_t *at = d->at;
    int64_t index;
    enum sma_status st = read_long(d, &index);
    if (st)
        return st;
    if (index < 0 || index >= count) {
        d->at = at;
        return broken(d, what);
    }
    *out = (uint32_t)index;
    return SMA_OK;
}

/* Head of a block: item count, 0 at the end. *bytes is the block's size when it is given, else -1.
 */
static enum sma_status read_block(struct decoder *d, bool takes_no_bytes, int64_t *count,
                                  int64_t *bytes)
{
    const uint8_t *at = d->at;
    enum sma_status st = read_long(d, count);
    *bytes = -1;
    if (!st && *count < 0) {
        st = *count == INT64_MIN ? broken(d, "block count out of range") : read_long(d, bytes);
        *count = st ? 0 : -*count;
        if (!st && (*bytes < 0 || *bytes > d->end - d->at))
            return broken(d, "block size out of range");
    }
    if (st)
        return st;
    if (!takes_no_bytes && *count > d->end - d->at) {
        d->at = at;
        return broken(d, "more items than the data can hold");
    }
    if (takes_no_bytes && *count > d->empty_items_left)
        return sma_fail_at(d->err, SMA_ELIMIT, (size_t)(at - d->start),
                           "arrays exceed the limit of %d items without bytes",
                           SMA_AVRO_EMPTY_ITEMS_MAX);
    if (takes_no_bytes)
        d->empty_items_left -= (uint32_t)*count;
    return SMA_OK;
}

/* ---- skipping
 * -------------------------------------------------------------------------------------------- */

static enum sma_status skip_items(struct decoder *d, const struct sma_avro_node *node)
{
    bool is_map = node->kind == SMA_AVRO_MAP;
    bool takes_no_bytes = !is_map && sma_avro_takes_no_bytes(node->items);
    struct sma_str key;
    for (;;) {
        int64_t count, bytes;
        enum sma_status st = read_block(d, takes_no_bytes, &count, &bytes);
        if (st || !count)
            return st;
        if (bytes >= 0) {
            d->at += bytes;
            continue;
        }
        for (int64_t i = 0; i < count; i++)
            if ((is_map && (st = read_bytes(d, &key))) || (st = skip(d, node->items)))
                return st;
    }
}

static enum sma_status skip_inside(struct decoder *d, const struct sma_avro_node *node)
{
    enum sma_status st = SMA_OK;
    uint32_t index;
    switch (node->kind) {
    case SMA_AVRO_RECORD:
        for (uint32_t i = 0; !st && i < node->record.count; i++)
            st = skip(d, node->record.fields[i].type);
        return st;
    case SMA_AVRO_UNION:
        st = read_index(d, node->variants.count, "union index out of range", &index);
        return st ? st : skip(d, node->variants.members[index]);
    default:
        return skip_items(d, node);
    }
}

static enum sma_status skip(struct decoder *d, const struct sma_avro_node *node)
{
    struct sma_str raw;
    int64_t number;
    enum sma_status st;
    switch (node->kind) {
    case SMA_AVRO_NULL:
        return SMA_OK;
    case SMA_AVRO_BOOLEAN:
        return read_raw(d, 1, &raw);
    case SMA_AVRO_INT:
    case SMA_AVRO_LONG:
    case SMA_AVRO_ENUM:
        return read_long(d, &number);
    case SMA_AVRO_FLOAT:
        return read_raw(d, 4, &raw);
    case SMA_AVRO_DOUBLE:
        return read_raw(d, 8, &raw);
    case SMA_AVRO_BYTES:
    case SMA_AVRO_STRING:
        return read_bytes(d, &raw);
    case SMA_AVRO_FIXED:
        return read_raw(d, node->fixed.size, &raw);
    default:
        st = enter(d);
        if (st)
            return st;
        st = skip_inside(d, node);
        d->depth_left++;
        return st;
    }
}

/* ---- values
 * -----------------------------------------------------------------------------------------------
 */

static enum sma_status run_boolean(struct decoder *d)
{
    struct sma_str raw;
    enum sma_status st = read_raw(d, 1, &raw);
    if (st)
        return st;
    if ((uint8_t)raw.ptr[0] > 1) {
        d->at--;
        return broken(d, "boolean is neither 0 nor 1");
    }
    return told(d, d->visitor->bool_value(d->ctx, raw.ptr[0] != 0));
}

static enum sma_status run_real(struct decoder *d, const struct sma_step *step)
{
    int64_t whole;
    float single;
    double wide;
    enum sma_status st;
    switch (step->kind) {
    case SMA_STEP_INT_TO_FLOAT:
        st = read_long(d, &whole);
        return st ? st : told(d, sma_visit_float(d->visitor, d->ctx, (float)whole));
    case SMA_STEP_INT_TO_DOUBLE:
        st = read_long(d, &whole);
        return st ? st : told(d, d->visitor->double_value(d->ctx, (double)whole));
    case SMA_STEP_FLOAT:
        st = read_float(d, &single);
        return st ? st : told(d, sma_visit_float(d->visitor, d->ctx, single));
    case SMA_STEP_FLOAT_TO_DOUBLE:
        st = read_float(d, &single);
        return st ? st : told(d, d->visitor->double_value(d->ctx, (double)single));
    default:
        st = read_double(d, &wide);
        return st ? st : told(d, d->visitor->double_value(d->ctx, wide));
    }
}

static enum sma_status run_enum(struct decoder *d, const struct sma_step *step)
{
    const uint8_t *at = d->at;
    uint32_t index;
    enum sma_status st = read_index(d, step->symbols.count, "enum index out of range", &index);
    if (st)
        return st;
    int32_t position = step->symbols.positions[index];
    if (position < 0) {
        d->at = at;
        return broken(d, "enum symbol is unknown to the reader, which has no default");
    }
    return told(d, d->visitor->enum_value(d->ctx, step->symbols.names[index], position));
}

static enum sma_status run_items(struct decoder *d, const struct sma_step *step)
{
    bool is_map = step->kind == SMA_STEP_MAP;
    bool takes_no_bytes = !is_map && step->item->takes_no_bytes;
    int64_t count, bytes;
    struct sma_str key;
    enum sma_status st = read_block(d, takes_no_bytes, &count, &bytes);
    if (!st)
        st = told(d, is_map ? d->visitor->map_begin(d->ctx, (size_t)count)
                            : d->visitor->array_begin(d->ctx, (size_t)count));
    while (!st && count) {
        for (int64_t i = 0; !st && i < count; i++) {
            if (is_map && !(st = read_string(d, &key)))
                st = told(d, d->visitor->key(d->ctx, key.ptr, key.len));
            if (!st)
                st = run(d, step->item);
        }
        if (!st)
            st = read_block(d, takes_no_bytes, &count, &bytes);
    }
    if (st)
        return st;
    return told(d, is_map ? d->visitor->map_end(d->ctx) : d->visitor->array_end(d->ctx));
}

static enum sma_status run_default(struct decoder *d, const struct sma_avro_field *field)
{
    enum sma_status st = told(d, d->visitor->key(d->ctx, field->name.ptr, field->name.len));
    if (st)
        return st;
    return sma_avro_visit_default(field->type, field->default_value, d->visitor, d->ctx,
                                  d->depth_left, d->err);
}

static inline bool is_scalar(const struct sma_step *step)
{
    return step->kind <= SMA_STEP_ENUM;
}

/* In line in the loop over a record's fields: a third of the time of a small message. */
static inline __attribute__((always_inline)) enum sma_status
run_scalar(struct decoder *d, const struct sma_step *step)
{
    struct sma_str raw;
    int64_t whole;
    enum sma_status st;
    switch (step->kind) {
    case SMA_STEP_NULL:
        return told(d, d->visitor->null_value(d->ctx));
    case SMA_STEP_BOOLEAN:
        return run_boolean(d);
    case SMA_STEP_INT:
        st = read_int(d, &whole);
        return st ? st : told(d, d->visitor->int_value(d->ctx, whole));
    case SMA_STEP_LONG:
        st = read_long(d, &whole);
        return st ? st : told(d, d->visitor->int_value(d->ctx, whole));
    case SMA_STEP_BYTES:
        st = read_bytes(d, &raw);
        return st ? st : told(d, d->visitor->bytes_value(d->ctx, raw.ptr, raw.len, step->logical));
    case SMA_STEP_STRING:
        st = read_string(d, &raw);
        return st ? st : told(d, d->visitor->string_value(d->ctx, raw.ptr, raw.len));
    case SMA_STEP_FIXED:
        st = read_raw(d, step->size, &raw);
        return st ? st : told(d, d->visitor->bytes_value(d->ctx, raw.ptr, raw.len, step->logical));
    case SMA_STEP_ENUM:
        return run_enum(d, step);
    default:
        return run_real(d, step);
    }
}

static enum sma_status run_record(struct decoder *d, const struct sma_step *step)
{
    uint32_t count = step->record.count;
    enum sma_status st =
        told(d, d->visitor->map_begin(d->ctx, (size_t)count + step->record.default_count));
    for (uint32_t i = 0; !st && i < count; i++) {
        const struct sma_step_field *field = &step->record.fields[i];
        if (!field->step) {
            st = skip(d, field->skip);
            continue;
        }
        st = told(d, d->visitor->key(d->ctx, field->field->name.ptr, field->field->name.len));
        if (!st)
            st = is_scalar(field->step) ? run_scalar(d, field->step) : run(d, field->step);
    }
    for (uint32_t i = 0; !st && i < step->record.default_count; i++)
        st = run_default(d, step->record.defaults[i]);
    return st ? st : told(d, d->visitor->map_end(d->ctx));
}

/* Somebody wants to know the branch. */
static enum sma_status run_wrapped(struct decoder *d, const struct sma_step *step)
{
    enum sma_status st =
        told(d, d->visitor->branch(d->ctx, step->branch_name, step->branch_index));
    if (!st)
        st = run(d, step->item);
    return st ? st : told(d, d->visitor->branch_end(d->ctx));
}

static enum sma_status run_nested(struct decoder *d, const struct sma_step *step)
{
    enum sma_status st = enter(d);
    if (st)
        return st;
    st = step->kind == SMA_STEP_RECORD ? run_record(d, step)
         : step->kind == SMA_STEP_WRAP ? run_wrapped(d, step)
                                       : run_items(d, step);
    d->depth_left++;
    return st;
}

/* A value whose branch, if it has one, is known. */
static enum sma_status run_value(struct decoder *d, const struct sma_step *step)
{
    if (is_scalar(step))
        return run_scalar(d, step);
    return step->kind == SMA_STEP_FAIL ? broken(d, step->failure) : run_nested(d, step);
}

/* Unions are levels of nesting like others, but need no call of their own: the branch is found, and
 * named only when somebody wants to know. */
static enum sma_status run(struct decoder *d, const struct sma_step *step)
{
    uint32_t levels = 0, index;
    enum sma_status st = SMA_OK;
    while (!st) {
        bool is_unnamed = step->kind == SMA_STEP_WRAP &&
                          (!d->visitor->branch || step->item->kind == SMA_STEP_NULL);
        if (step->kind != SMA_STEP_BRANCHES && !is_unnamed)
            break;
        st = enter(d);
        if (st)
            break;
        levels++;
        if (is_unnamed) {
            step = step->item;
            continue;
        }
        st = read_index(d, step->branches.count, "union index out of range", &index);
        if (!st)
            step = step->branches.steps[index];
    }
    if (!st)
        st = run_value(d, step);
    d->depth_left += levels;
    return st;
}

enum sma_status sma_avro_decode(const struct sma_avro_plan *plan, struct sma_str data, size_t *used,
                                const struct sma_visitor *visitor, void *ctx, struct sma_error *err)
{
    const uint8_t *start = (const uint8_t *)(data.ptr ? data.ptr : "");
    struct decoder d = {
        .start = start,
        .at = start,
        .end = start + data.len,
        .visitor = visitor,
        .ctx = ctx,
        .depth_left = SMA_AVRO_VALUE_DEPTH_MAX,
        .empty_items_left = SMA_AVRO_EMPTY_ITEMS_MAX,
        .err = err,
    };
    enum sma_status st = run(&d, plan->root);
    if (!st && used)
        *used = (size_t)(d.at - start);
    else if (!st && d.at != d.end)
        st = broken(&d, "bytes left over after the value");
    return st;
}
