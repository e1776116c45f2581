/* avro-c's values to bytes, by our own encoder. */
#include "clients/avro-c/avro_c.h"

#include "base/utf8.h"
#include "core/avro/avro.h"
#include "core/avro/model.h"
#include "core/json/json.h"

struct encoder {
    const struct sma_client_adapter *api;
    struct sma_buf *out;
    unsigned depth_left;
    schemata_error_t **err;
};

/* How values of one avro-c schema are written as one chosen schema; kept with the choice. */
struct fit {
    const struct sma_client_adapter *api;
    avro_schema_t values; /* a reference */
    bool is_same;         /* then nothing below is needed */
    struct sma_schema *own; /* the values' schema, parsed by us */
    struct sma_avro_plan *plan;
};

static schemata_status_t put(struct encoder *e, const avro_value_t *v,
                             const struct sma_avro_node *node);

/* ---- bytes ----------------------------------------------------------------------------------------
 */

static inline bool has_room(struct sma_buf *out, size_t extra)
{
    return extra < out->capacity - out->len || sma_buf_reserve(out, extra);
}

static inline void put_long(struct sma_buf *out, int64_t value)
{
    uint64_t bits = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    if (!has_room(out, 10))
        return;
    uint8_t *at = (uint8_t *)out->ptr + out->len;
    for (; bits >= 0x80; bits >>= 7)
        *at++ = (uint8_t)(bits | 0x80);
    *at++ = (uint8_t)bits;
    out->len = (size_t)(at - (uint8_t *)out->ptr);
}

static inline void put_little_endian(struct sma_buf *out, uint64_t bits, size_t count)
{
    if (!has_room(out, 8))
        return;
    for (size_t i = 0; i < count; i++)
        out->ptr[out->len + i] = (char)(uint8_t)(bits >> (8 * i));
    out->len += count;
}

static inline void put_raw(struct sma_buf *out, const void *bytes, size_t len)
{
    if (!len || !has_room(out, len))
        return;
    memcpy(out->ptr + out->len, bytes, len);
    out->len += len;
}

static schemata_status_t refuse(struct encoder *e, const char *what)
{
    return e->api->fail(e->err, SCHEMATA_ERR_DATA, "%s: %s", what, avro_strerror());
}

/* ---- one value ------------------------------------------------------------------------------------
 */

static schemata_status_t put_real(struct encoder *e, const avro_value_t *v,
                                  const struct sma_avro_node *node)
{
    float narrow;
    double wide;
    uint32_t narrow_bits;
    uint64_t bits;
    if (node->kind == SMA_AVRO_FLOAT) {
        if (avro_value_get_float(v, &narrow))
            return refuse(e, "value is no float");
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        put_little_endian(e->out, narrow_bits, 4);
        return SCHEMATA_OK;
    }
    if (avro_value_get_double(v, &wide))
        return refuse(e, "value is no double");
    memcpy(&bits, &wide, sizeof bits);
    put_little_endian(e->out, bits, 8);
    return SCHEMATA_OK;
}

static inline schemata_status_t put_text(struct encoder *e, const char *text, size_t len)
{
    if (!sma_is_ascii(sma_str_make(text, len)) && !sma_utf8_valid(sma_str_make(text, len), NULL))
        return e->api->fail(e->err, SCHEMATA_ERR_DATA, "a string is not UTF-8");
    put_long(e->out, (int64_t)len);
    put_raw(e->out, text, len);
    return SCHEMATA_OK;
}

static inline bool is_scalar(const struct sma_avro_node *node)
{
    return node->kind != SMA_AVRO_RECORD && node->kind != SMA_AVRO_UNION &&
           node->kind != SMA_AVRO_ARRAY && node->kind != SMA_AVRO_MAP;
}

/* In line where values are many: in records, arrays and unions. */
static inline __attribute__((always_inline)) schemata_status_t
put_scalar(struct encoder *e, const avro_value_t *v, const struct sma_avro_node *node)
{
    const void *bytes;
    const char *text;
    size_t len;
    int64_t whole;
    int32_t small;
    int flag;
    switch (node->kind) {
    case SMA_AVRO_NULL:
        return SCHEMATA_OK;
    case SMA_AVRO_BOOLEAN:
        if (avro_value_get_boolean(v, &flag))
            return refuse(e, "value is no boolean");
        put_raw(e->out, flag ? "\1" : "\0", 1);
        return SCHEMATA_OK;
    case SMA_AVRO_INT:
        if (avro_value_get_int(v, &small))
            return refuse(e, "value is no int");
        put_long(e->out, small);
        return SCHEMATA_OK;
    case SMA_AVRO_LONG:
        if (avro_value_get_long(v, &whole))
            return refuse(e, "value is no long");
        put_long(e->out, whole);
        return SCHEMATA_OK;
    case SMA_AVRO_BYTES:
        if (avro_value_get_bytes(v, &bytes, &len))
            return refuse(e, "value is no bytes");
        put_long(e->out, (int64_t)len);
        put_raw(e->out, bytes, len);
        return SCHEMATA_OK;
    case SMA_AVRO_STRING:
        if (avro_value_get_string(v, &text, &len) || !len)
            return refuse(e, "value is no string");
        return put_text(e, text, len - 1); /* avro-c counts the NUL */
    case SMA_AVRO_FIXED:
        if (avro_value_get_fixed(v, &bytes, &len) || len != node->fixed.size)
            return refuse(e, "value is no fixed of that size");
        put_raw(e->out, bytes, len);
        return SCHEMATA_OK;
    case SMA_AVRO_ENUM:
        if (avro_value_get_enum(v, &flag) || flag < 0 ||
            (uint32_t)flag >= node->enumeration.count)
            return refuse(e, "value is no symbol of the enum");
        put_long(e->out, flag);
        return SCHEMATA_OK;
    default:
        return put_real(e, v, node);
    }
}

static schemata_status_t put_record(struct encoder *e, const avro_value_t *v,
                                    const struct sma_avro_node *node)
{
    schemata_status_t st = SCHEMATA_OK;
    for (uint32_t i = 0; !st && i < node->record.count; i++) {
        const struct sma_avro_node *type = node->record.fields[i].type;
        avro_value_t field;
        if (avro_value_get_by_index(v, i, &field, NULL))
            return refuse(e, "value is no record of that schema");
        st = is_scalar(type) ? put_scalar(e, &field, type) : put(e, &field, type);
    }
    return st;
}

static schemata_status_t put_items(struct encoder *e, const avro_value_t *v,
                                   const struct sma_avro_node *node)
{
    size_t count;
    schemata_status_t st = SCHEMATA_OK;
    if (avro_value_get_size(v, &count))
        return refuse(e, "value is no array or map");
    if (count)
        put_long(e->out, (int64_t)count);
    for (size_t i = 0; !st && i < count; i++) {
        avro_value_t item;
        const char *key = NULL;
        if (avro_value_get_by_index(v, i, &item, &key))
            return refuse(e, "an item cannot be read");
        if (node->kind == SMA_AVRO_MAP)
            st = put_text(e, key ? key : "", key ? strlen(key) : 0);
        if (!st)
            st = put(e, &item, node->items);
    }
    put_long(e->out, 0);
    return st;
}

static schemata_status_t put_union(struct encoder *e, const avro_value_t *v,
                                   const struct sma_avro_node *node)
{
    avro_value_t branch;
    int index;
    if (avro_value_get_discriminant(v, &index) || index < 0 ||
        (uint32_t)index >= node->variants.count || avro_value_get_current_branch(v, &branch))
        return refuse(e, "a union has no branch set");
    put_long(e->out, index);
    return put(e, &branch, node->variants.members[index]);
}

static schemata_status_t put(struct encoder *e, const avro_value_t *v,
                             const struct sma_avro_node *node)
{
    schemata_status_t st;
    if (is_scalar(node))
        return put_scalar(e, v, node);
    if (!e->depth_left)
        return e->api->fail(e->err, SCHEMATA_ERR_DATA,
                            "value exceeds the limit of %d levels of nesting",
                            SMA_AVRO_VALUE_DEPTH_MAX);
    e->depth_left--;
    st = node->kind == SMA_AVRO_RECORD  ? put_record(e, v, node)
         : node->kind == SMA_AVRO_UNION ? put_union(e, v, node)
                                        : put_items(e, v, node);
    e->depth_left++;
    return st;
}

/* ---- values of another schema ---------------------------------------------------------------------
 */

static void fit_release(void *extra)
{
    struct fit *fit = extra;
    avro_schema_decref(fit->values);
    sma_avro_plan_free(fit->plan);
    sma_schema_unref(fit->own);
    fit->api->release(fit);
}

/* avro-c's schema as text, read by our parser. */
static schemata_status_t parse_own(struct fit *fit, schemata_error_t **err)
{
    static const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    struct sma_error problem = SMA_ERROR_INIT;
    size_t size = SMA_RESOLVED_BYTES_MAX;
    char *text = fit->api->alloc(size);
    avro_writer_t writer = text ? avro_writer_memory(text, (int64_t)size) : NULL;
    schemata_status_t st = SCHEMATA_OK;
    if (!writer) {
        fit->api->release(text);
        return fit->api->no_memory(err);
    }
    if (avro_schema_to_json(fit->values, writer)) {
        st = fit->api->fail(err, SCHEMATA_ERR_DATA, "the value's schema: %s", avro_strerror());
    } else {
        const struct sma_source source = {
            .text = sma_str_make(text, (size_t)avro_writer_tell(writer))};
        if (sma_format_avro.parse(&fit->own, &source, &options, &problem))
            st = fit->api->fail_core(err, SCHEMATA_ERR_DATA, &problem);
    }
    avro_writer_free(writer);
    fit->api->release(text);
    return st;
}

static schemata_status_t make_fit(struct fit *fit, struct sma_client_body *chosen,
                                  schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    const struct sma_avro_c_form *form = sma_avro_c_form_of(chosen, err);
    if (!form)
        return SCHEMATA_ERR_UNSUPPORTED;
    fit->is_same = avro_schema_equal(form->schema, fit->values);
    if (fit->is_same)
        return SCHEMATA_OK;
    schemata_status_t st = parse_own(fit, err);
    if (!st && sma_avro_plan_new(&fit->plan, fit->own, chosen->core, &problem))
        st = fit->api->fail_core(err, SCHEMATA_ERR_DATA, &problem);
    return st;
}

static schemata_status_t find_fit(const struct sma_client_adapter *api,
                                  struct sma_client_choice *choice, const avro_value_t *v,
                                  const struct fit **out, schemata_error_t **err)
{
    avro_schema_t values = avro_value_get_schema(v);
    struct fit *fit = choice->extra_key == values ? choice->extra : NULL;
    if (!fit) {
        fit = api->alloc(sizeof *fit);
        if (!fit)
            return api->no_memory(err);
        fit->api = api;
        fit->values = avro_schema_incref(values);
        schemata_status_t st = make_fit(fit, choice->schema->body, err);
        if (st) {
            fit_release(fit);
            return st;
        }
        if (choice->extra)
            choice->extra_release(choice->extra);
        choice->extra = fit;
        choice->extra_key = values;
        choice->extra_release = fit_release;
    }
    *out = fit;
    return SCHEMATA_OK;
}

/* Written as what they are, resolved to the chosen schema, written as that. JSON with tagged unions
 * and a character per byte loses nothing on the way. */
static schemata_status_t put_resolved(struct encoder *e, const struct fit *fit,
                                      const avro_value_t *v, const struct sma_schema *chosen,
                                      struct sma_client_lane *lane)
{
    static const struct sma_avro_encode_options exact = {SMA_AVRO_UNIONS_TAGGED,
                                                         SMA_JSON_BYTES_LATIN1};
    const struct sma_json_options limits = {.max_depth = SMA_CLIENT_JSON_DEPTH_MAX,
                                            .max_values = SMA_CLIENT_JSON_VALUES_MAX,
                                            .max_bytes = UINT32_MAX};
    const struct sma_json *value;
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_buf own, json;
    struct sma_json_sink sink;
    struct encoder first = *e;
    sma_buf_init(&own, 0);
    sma_buf_init(&json, 0);
    sma_json_sink_init(&sink, &json, SMA_JSON_BYTES_LATIN1);
    first.out = &own;
    schemata_status_t st = put(&first, v, sma_avro_schema_of(fit->own)->root);
    if (!st && (sma_avro_decode(fit->plan, sma_buf_str(&own), NULL, &sma_json_visitor_tagged, &sink,
                                &problem) ||
                sma_json_parse(&value, &lane->arena, sma_buf_str(&json), &limits, NULL, &problem) ||
                sma_avro_encode(e->out, chosen, value, &exact, &problem)))
        st = e->api->fail_core(e->err, SCHEMATA_ERR_DATA, &problem);
    if (!st && (sma_buf_failed(&own) || sma_buf_failed(&json)))
        st = e->api->no_memory(e->err);
    sma_buf_fini(&own);
    sma_buf_fini(&json);
    return st;
}

static schemata_status_t write_value(const struct sma_client_adapter *api,
                                     struct sma_client_writing *w, const avro_value_t *v,
                                     schemata_error_t **err)
{
    const struct sma_schema *chosen = w->choice->schema->body->core;
    struct encoder e = {api, &w->lane->bytes, SMA_AVRO_VALUE_DEPTH_MAX, err};
    const struct fit *fit = NULL;
    schemata_status_t st = find_fit(api, w->choice, v, &fit, err);
    if (st)
        return st;
    return fit->is_same ? put(&e, v, sma_avro_schema_of(chosen)->root)
                        : put_resolved(&e, fit, v, chosen, w->lane);
}

schemata_status_t schemata_serialize_avro(schemata_serializer_t *s, const schemata_msg_t *m,
                                          const avro_value_t *v, schemata_buf_t *out,
                                          schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_avro_c_api(err);
    struct sma_client_writing w;
    if (!api)
        return SCHEMATA_ERR_UNSUPPORTED;
    if (!s || !m || !m->size || !out || (v && !v->iface))
        return api->fail(err, SCHEMATA_ERR_ARG,
                         "schemata_serialize_avro: needs a serializer, a message with its size set, "
                         "a value and a buffer");
    if (!v) {
        out->len = 0; /* a tombstone: no schema, no registry */
        return SCHEMATA_OK;
    }
    schemata_status_t st = api->write_begin(s, m, s->schema, NULL, &w, err);
    if (!st)
        st = write_value(api, &w, v, err);
    return api->write_end(s, &w, st, out, err);
}
