/* Values of properties and defaults in normalized text. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/utf8.h"
#include "core/avro/normal.h"
#include "core/avro/value.h"

static int compare_members(const void *a, const void *b)
{
    const struct sma_json_member *x = *(const struct sma_json_member *const *)a;
    const struct sma_json_member *y = *(const struct sma_json_member *const *)b;
    return sma_str_cmp_utf16(x->name, y->name);
}

const struct sma_json_member **sma_avro_sorted_members(const struct sma_json *object)
{
    const struct sma_json_member **members =
        malloc((object->count ? object->count : 1) * sizeof(*members));
    if (!members)
        return NULL;
    for (uint32_t i = 0; i < object->count; i++)
        members[i] = &object->members[i];
    qsort((void *)members, object->count, sizeof(*members), compare_members);
    return members;
}

/* ---- properties ---- */

static bool put_sorted_object(struct sma_buf *out, const struct sma_json *v)
{
    const struct sma_json_member **members = sma_avro_sorted_members(v);
    bool is_fine = members;
    sma_buf_putc(out, '{');
    for (uint32_t i = 0; is_fine && i < v->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        sma_json_put_string(out, members[i]->name);
        sma_buf_putc(out, ':');
        is_fine = sma_avro_put_sorted_json(out, &members[i]->value);
    }
    sma_buf_putc(out, '}');
    free((void *)members);
    return is_fine;
}

bool sma_avro_put_sorted_json(struct sma_buf *out, const struct sma_json *v)
{
    bool is_fine = true;
    if (v->type == SMA_JSON_OBJECT)
        return put_sorted_object(out, v);
    if (v->type != SMA_JSON_ARRAY) {
        sma_avro_put_json(out, v);
        return true;
    }
    sma_buf_putc(out, '[');
    for (uint32_t i = 0; is_fine && i < v->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        is_fine = sma_avro_put_sorted_json(out, &v->items[i]);
    }
    sma_buf_putc(out, ']');
    return is_fine;
}

/* ---- defaults ---- */

enum outcome {
    KEPT,
    GONE,  /* the type gives it no value */
    BROKEN /* the original fails on it */
};

static enum outcome rebuild(struct sma_buf *out, const struct sma_avro_node *type,
                            const struct sma_json *v);

/* Characters beyond U+00FF have no byte. */
static void put_latin1(struct sma_buf *out, struct sma_str text)
{
    struct sma_buf bytes;
    sma_buf_init(&bytes, 0);
    for (size_t i = 0, n; i < text.len; i += n) {
        uint32_t c;
        n = sma_utf8_decode(sma_str_from(text, i), &c);
        if (n && c <= 0xff)
            sma_buf_append(&bytes, text.ptr + i, n);
        else
            sma_buf_putc(&bytes, '?');
        n = n ? n : 1;
    }
    if (sma_buf_failed(&bytes))
        out->failed = true;
    sma_json_put_string(out, sma_buf_str(&bytes));
    sma_buf_fini(&bytes);
}

static enum outcome rebuild_string(struct sma_buf *out, const struct sma_avro_node *type,
                                   const struct sma_json *v)
{
    if (!type || type->kind == SMA_AVRO_STRING || type->kind == SMA_AVRO_ENUM)
        sma_json_put_string(out, v->text);
    else if (type->kind == SMA_AVRO_BYTES || type->kind == SMA_AVRO_FIXED)
        put_latin1(out, v->text);
    else
        return GONE;
    return KEPT;
}

static void put_double(struct sma_buf *out, double value, bool is_float)
{
    value = is_float ? (double)(float)value : value;
    if (!isfinite(value))
        sma_buf_putc(out, '"');
    if (is_float)
        sma_put_java_float(out, (float)value);
    else
        sma_put_java_double(out, value);
    if (!isfinite(value))
        sma_buf_putc(out, '"');
}

static enum outcome rebuild_number(struct sma_buf *out, const struct sma_avro_node *type,
                                   const struct sma_json *v)
{
    int64_t integer;
    double value;
    if (v->is_integer && !sma_json_i64(v, &integer))
        return GONE;
    sma_avro_json_double(v, &value);
    if (!type || (v->is_integer && (type->kind == SMA_AVRO_INT || type->kind == SMA_AVRO_LONG)))
        sma_avro_put_json(out, v);
    else if (type->kind == SMA_AVRO_FLOAT || type->kind == SMA_AVRO_DOUBLE)
        put_double(out, value, type->kind == SMA_AVRO_FLOAT);
    else
        return GONE;
    return KEPT;
}

static enum outcome rebuild_array(struct sma_buf *out, const struct sma_avro_node *type,
                                  const struct sma_json *v)
{
    if (type && type->kind != SMA_AVRO_ARRAY && v->count)
        return BROKEN;
    sma_buf_putc(out, '[');
    for (uint32_t i = 0; i < v->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        if (rebuild(out, type ? type->items : NULL, &v->items[i]) != KEPT)
            return BROKEN;
    }
    sma_buf_putc(out, ']');
    return KEPT;
}

/* The type that a key of the default has; false when the record has no such field. */
static bool member_type(const struct sma_avro_node **out, const struct sma_avro_node *type,
                        struct sma_str name)
{
    *out = NULL;
    if (type && type->kind == SMA_AVRO_MAP)
        *out = type->items;
    if (!type || type->kind != SMA_AVRO_RECORD)
        return true;
    const struct sma_avro_field *field = sma_avro_field_find(type, name);
    *out = field ? field->type : NULL;
    return field;
}

static enum outcome rebuild_object(struct sma_buf *out, const struct sma_avro_node *type,
                                   const struct sma_json *v)
{
    const struct sma_json_member **members = sma_avro_sorted_members(v);
    const struct sma_avro_node *inner;
    enum outcome outcome = members ? KEPT : BROKEN;
    out->failed |= !members;
    sma_buf_putc(out, '{');
    for (uint32_t i = 0; outcome == KEPT && i < v->count; i++) {
        if (i)
            sma_buf_putc(out, ',');
        sma_json_put_string(out, members[i]->name);
        sma_buf_putc(out, ':');
        if (!member_type(&inner, type, members[i]->name) ||
            rebuild(out, inner, &members[i]->value) != KEPT)
            outcome = BROKEN;
    }
    sma_buf_putc(out, '}');
    free((void *)members);
    return outcome;
}

/* Recursion follows the value, which is as deep as the reader allowed. */
static enum outcome rebuild(struct sma_buf *out, const struct sma_avro_node *type,
                            const struct sma_json *v)
{
    if (type && type->kind == SMA_AVRO_UNION) {
        if (!type->variants.count)
            return BROKEN;
        type = type->variants.members[0]; /* never a union itself */
    }
    switch (v->type) {
    case SMA_JSON_NUMBER:
        return rebuild_number(out, type, v);
    case SMA_JSON_STRING:
        return rebuild_string(out, type, v);
    case SMA_JSON_ARRAY:
        return rebuild_array(out, type, v);
    case SMA_JSON_OBJECT:
        return rebuild_object(out, type, v);
    default: /* true, false, null: for every type */
        sma_avro_put_json(out, v);
        return KEPT;
    }
}

void sma_avro_cut(struct sma_buf *out, size_t len)
{
    out->len = len < out->len ? len : out->len;
    if (out->ptr)
        out->ptr[out->len] = '\0';
}

bool sma_avro_put_default(struct sma_buf *out, const struct sma_avro_node *type,
                          const struct sma_json *v)
{
    size_t start = out->len;
    enum outcome outcome = rebuild(out, type, v);
    if (outcome == KEPT)
        return true;
    sma_avro_cut(out, start);
    if (outcome == BROKEN)
        sma_avro_put_json(out, v);
    return outcome == BROKEN;
}
