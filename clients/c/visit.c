/* The visitors of the library's users. Their functions have the form of core's, which calls them
 * directly; what a program left out listens to nothing. */
#include "base/num.h"
#include "clients/c/codec.h"

/* ---- deaf ears ------------------------------------------------------------------------------------
 */

static int no_null(void *ctx)
{
    (void)ctx;
    return 0;
}

static int no_bool(void *ctx, bool value)
{
    (void)ctx;
    (void)value;
    return 0;
}

static int no_int(void *ctx, int64_t value)
{
    (void)ctx;
    (void)value;
    return 0;
}

static int no_uint(void *ctx, uint64_t value)
{
    (void)ctx;
    (void)value;
    return 0;
}

static int no_double(void *ctx, double value)
{
    (void)ctx;
    (void)value;
    return 0;
}

static int no_string(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    (void)text;
    (void)len;
    return 0;
}

static int no_bytes(void *ctx, const void *bytes, size_t len, const char *logical)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    (void)logical;
    return 0;
}

static int no_enum(void *ctx, const char *symbol, int32_t index)
{
    (void)ctx;
    (void)symbol;
    (void)index;
    return 0;
}

static int no_begin(void *ctx, size_t size_hint)
{
    (void)ctx;
    (void)size_hint;
    return 0;
}

#define OR(fn, deaf) (fn) ? (fn) : (deaf)

static struct sma_visitor visitor_of(const schemata_visitor_t *to)
{
    return (struct sma_visitor){
        .null_value = OR(to->null_v, no_null),
        .bool_value = OR(to->bool_v, no_bool),
        .int_value = OR(to->int_v, no_int),
        .uint_value = OR(to->uint_v, no_uint),
        .double_value = OR(to->double_v, no_double),
        .string_value = OR(to->string_v, no_string),
        .bytes_value = OR(to->bytes_v, no_bytes),
        .enum_value = OR(to->enum_v, no_enum),
        .map_begin = OR(to->map_begin, no_begin),
        .key = OR(to->key, no_string),
        .map_end = OR(to->map_end, no_null),
        .array_begin = OR(to->array_begin, no_begin),
        .array_end = OR(to->array_end, no_null),
    };
}

/* ---- JSON trees -----------------------------------------------------------------------------------
 */

static bool visit_number(const struct sma_visitor *v, void *ctx, const struct sma_json *value)
{
    int64_t whole;
    uint64_t large;
    double real = 0;
    if (sma_json_i64(value, &whole))
        return !v->int_value(ctx, whole);
    if (value->is_integer && sma_parse_u64(value->text, &large))
        return !v->uint_value(ctx, large);
    return sma_parse_double(value->text, &real) && !v->double_value(ctx, real);
}

/* The reader has bounded the depth. */
static bool visit_json(const struct sma_visitor *v, void *ctx, const struct sma_json *value)
{
    bool ok = true;
    switch (value->type) {
    case SMA_JSON_NULL:
        return !v->null_value(ctx);
    case SMA_JSON_BOOL:
        return !v->bool_value(ctx, value->boolean);
    case SMA_JSON_NUMBER:
        return visit_number(v, ctx, value);
    case SMA_JSON_STRING:
        return !v->string_value(ctx, value->text.ptr, value->text.len);
    case SMA_JSON_ARRAY:
        ok = !v->array_begin(ctx, value->count);
        for (uint32_t i = 0; ok && i < value->count; i++)
            ok = visit_json(v, ctx, &value->items[i]);
        return ok && !v->array_end(ctx);
    default:
        ok = !v->map_begin(ctx, value->count);
        for (uint32_t i = 0; ok && i < value->count; i++) {
            const struct sma_json_member *member = &value->members[i];
            ok = !v->key(ctx, member->name.ptr, member->name.len) &&
                 visit_json(v, ctx, &member->value);
        }
        return ok && !v->map_end(ctx);
    }
}

static schemata_status_t decode_json(const struct sma_client_reading *r,
                                     const struct sma_client_form *form,
                                     struct sma_client_lane *lane, struct sma_str data,
                                     const struct sma_visitor *visitor, void *ctx,
                                     schemata_error_t **err)
{
    const struct sma_json *value;
    schemata_status_t st = sma_client_parse_json(&value, form, lane, data, err);
    if (!st && form->validates)
        st = sma_client_validate(r->codec, lane, value, err);
    if (!st && !visit_json(visitor, ctx, value))
        st = sma_client_fail(err, SCHEMATA_ERR_DATA, "stopped by the receiver");
    return st;
}

schemata_status_t sma_client_decode_visit(const struct sma_client_reading *r,
                                          const struct sma_client_form *form,
                                          struct sma_client_lane *lane, struct sma_str data,
                                          const schemata_visitor_t *to, void *ctx,
                                          schemata_error_t **err)
{
    const struct sma_visitor visitor = visitor_of(to);
    struct sma_error problem;
    enum sma_status st;
    if (data.len > form->max_bytes)
        return sma_client_too_long(data.len, form->max_bytes, err);
    if (r->codec->type == SCHEMATA_JSON)
        return decode_json(r, form, lane, data, &visitor, ctx, err);
    sma_error_clear(&problem);
    if (r->codec->type == SCHEMATA_AVRO)
        st = sma_avro_decode(r->plan, data, NULL, &visitor, ctx, &problem);
    else
        st = sma_proto_visit(r->codec->proto, sma_str_z(r->message), data, &visitor, ctx, &problem);
    return st ? sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem) : SCHEMATA_OK;
}
