/* The visitors of the library's users: core's calls handed on in the public form. */
#include <string.h>

#include "base/num.h"
#include "clients/c/codec.h"

/* Symbols reach the program NUL-terminated; longer ones go through the arena. */
#define SYMBOL_MAX 256

struct visit {
    const schemata_visitor_t *to;
    void *ctx;
    struct sma_client_lane *lane;
};

/* A function that the program left out listens to nothing. */
#define TELL(v, fn, ...) (!(v)->to->fn || (v)->to->fn((v)->ctx, __VA_ARGS__) == 0)

static bool visit_null(void *ctx)
{
    const struct visit *v = ctx;
    return !v->to->null_v || v->to->null_v(v->ctx) == 0;
}

static bool visit_bool(void *ctx, bool value)
{
    const struct visit *v = ctx;
    return TELL(v, bool_v, value);
}

static bool visit_int(void *ctx, int64_t value)
{
    const struct visit *v = ctx;
    return TELL(v, int_v, value);
}

static bool visit_uint(void *ctx, uint64_t value)
{
    const struct visit *v = ctx;
    return TELL(v, uint_v, value);
}

static bool visit_float(void *ctx, float value)
{
    const struct visit *v = ctx;
    return TELL(v, double_v, (double)value);
}

static bool visit_double(void *ctx, double value)
{
    const struct visit *v = ctx;
    return TELL(v, double_v, value);
}

static bool visit_string(void *ctx, struct sma_str value)
{
    const struct visit *v = ctx;
    return TELL(v, string_v, value.ptr, value.len);
}

/* Logical types come from a list of literals. */
static bool visit_bytes(void *ctx, struct sma_str bytes, struct sma_str logical)
{
    const struct visit *v = ctx;
    return TELL(v, bytes_v, bytes.ptr, bytes.len, logical.len ? logical.ptr : NULL);
}

static bool visit_enum(void *ctx, struct sma_str symbol, int32_t index)
{
    const struct visit *v = ctx;
    char text[SYMBOL_MAX];
    const char *z = text;
    if (!v->to->enum_v)
        return true;
    if (symbol.len >= sizeof text) {
        z = sma_arena_copy(&v->lane->arena, symbol).ptr;
    } else {
        memcpy(text, symbol.ptr, symbol.len);
        text[symbol.len] = '\0';
    }
    return z && v->to->enum_v(v->ctx, z, index) == 0;
}

static bool visit_map_begin(void *ctx, size_t size_hint)
{
    const struct visit *v = ctx;
    return TELL(v, map_begin, size_hint);
}

static bool visit_key(void *ctx, struct sma_str name)
{
    const struct visit *v = ctx;
    return TELL(v, key, name.ptr, name.len);
}

static bool visit_map_end(void *ctx)
{
    const struct visit *v = ctx;
    return !v->to->map_end || v->to->map_end(v->ctx) == 0;
}

static bool visit_array_begin(void *ctx, size_t size_hint)
{
    const struct visit *v = ctx;
    return TELL(v, array_begin, size_hint);
}

static bool visit_array_end(void *ctx)
{
    const struct visit *v = ctx;
    return !v->to->array_end || v->to->array_end(v->ctx) == 0;
}

static const struct sma_visitor visitor = {
    .null_value = visit_null,
    .bool_value = visit_bool,
    .int_value = visit_int,
    .uint_value = visit_uint,
    .float_value = visit_float,
    .double_value = visit_double,
    .string_value = visit_string,
    .bytes_value = visit_bytes,
    .enum_value = visit_enum,
    .map_begin = visit_map_begin,
    .key = visit_key,
    .map_end = visit_map_end,
    .array_begin = visit_array_begin,
    .array_end = visit_array_end,
};

/* ---- JSON trees -----------------------------------------------------------------------------------
 */

static bool visit_number(struct visit *v, const struct sma_json *value)
{
    int64_t whole;
    uint64_t large;
    double real = 0;
    if (sma_json_i64(value, &whole))
        return visit_int(v, whole);
    if (value->is_integer && sma_parse_u64(value->text, &large))
        return visit_uint(v, large);
    return sma_parse_double(value->text, &real) && visit_double(v, real);
}

/* The reader has bounded the depth. */
static bool visit_json(struct visit *v, const struct sma_json *value)
{
    bool ok = true;
    switch (value->type) {
    case SMA_JSON_NULL:
        return visit_null(v);
    case SMA_JSON_BOOL:
        return visit_bool(v, value->boolean);
    case SMA_JSON_NUMBER:
        return visit_number(v, value);
    case SMA_JSON_STRING:
        return visit_string(v, value->text);
    case SMA_JSON_ARRAY:
        ok = visit_array_begin(v, value->count);
        for (uint32_t i = 0; ok && i < value->count; i++)
            ok = visit_json(v, &value->items[i]);
        return ok && visit_array_end(v);
    default:
        ok = visit_map_begin(v, value->count);
        for (uint32_t i = 0; ok && i < value->count; i++)
            ok = visit_key(v, value->members[i].name) && visit_json(v, &value->members[i].value);
        return ok && visit_map_end(v);
    }
}

static schemata_status_t decode_json(const struct sma_client_reading *r,
                                     const struct sma_client_form *form, struct visit *v,
                                     struct sma_str data, schemata_error_t **err)
{
    const struct sma_json *value;
    schemata_status_t st = sma_client_parse_json(&value, form, v->lane, data, err);
    if (!st && form->validates)
        st = sma_client_validate(r->codec, v->lane, value, err);
    if (!st && !visit_json(v, value))
        st = sma_client_fail(err, SCHEMATA_ERR_DATA, "stopped by the receiver");
    return st;
}

schemata_status_t sma_client_decode_visit(const struct sma_client_reading *r,
                                          const struct sma_client_form *form,
                                          struct sma_client_lane *lane, struct sma_str data,
                                          const schemata_visitor_t *to, void *ctx,
                                          schemata_error_t **err)
{
    struct visit v = {to, ctx, lane};
    struct sma_error problem;
    enum sma_status st;
    if (data.len > form->max_bytes)
        return sma_client_too_long(data.len, form->max_bytes, err);
    if (r->codec->type == SCHEMATA_JSON)
        return decode_json(r, form, &v, data, err);
    sma_error_clear(&problem);
    if (r->codec->type == SCHEMATA_AVRO)
        st = sma_avro_decode(r->plan, data, NULL, &visitor, &v, &problem);
    else
        st = sma_proto_visit(r->codec->proto, sma_str_z(r->message), data, &visitor, &v, &problem);
    return st ? sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem) : SCHEMATA_OK;
}
