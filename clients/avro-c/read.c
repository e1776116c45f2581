/* Bytes to avro-c's generic values: our resolving decoder tells, this fills in. */
#include "clients/avro-c/avro_c.h"


/* A record, map or array that is being filled. */
struct frame {
    avro_value_t value;
    size_t next; /* record: the field expected next */
    bool is_array, is_record;
};

struct filler {
    struct sma_client_lane *lane;
    avro_value_t pending; /* where the next value goes, unless it is an item of an array */
    bool has_pending;
    int depth; /* frames in use */
    int problem; /* of avro-c */
    struct frame frames[SMA_AVRO_VALUE_DEPTH_MAX + 2];
};

static bool check(struct filler *f, int result)
{
    if (result && !f->problem)
        f->problem = result;
    return !result;
}

/* Where the next value goes. */
static bool take(struct filler *f, avro_value_t *out)
{
    struct frame *top = &f->frames[f->depth - 1];
    if (f->has_pending) {
        *out = f->pending;
        f->has_pending = false;
        return true;
    }
    return check(f, f->depth && top->is_array ? avro_value_append(&top->value, out, NULL) : EINVAL);
}

/* A copy with a NUL behind it, which avro-c wants. */
static const char *with_nul(struct filler *f, struct sma_str text)
{
    struct sma_buf *bytes = &f->lane->bytes;
    sma_buf_clear(bytes);
    sma_buf_append(bytes, text.ptr, text.len);
    return sma_buf_failed(bytes) ? NULL : bytes->ptr;
}

/* ---- scalars --------------------------------------------------------------------------------------
 */

/* A union's null is told without its branch. */
static bool on_null(void *ctx)
{
    struct filler *f = ctx;
    avro_value_t v, branch;
    if (!take(f, &v))
        return false;
    if (avro_value_get_type(&v) != AVRO_UNION)
        return check(f, avro_value_set_null(&v));
    avro_schema_t schema = avro_value_get_schema(&v);
    for (size_t i = 0; i < avro_schema_union_size(schema); i++)
        if (avro_typeof(avro_schema_union_branch(schema, (int)i)) == AVRO_NULL)
            return check(f, avro_value_set_branch(&v, (int)i, &branch)) &&
                   check(f, avro_value_set_null(&branch));
    return check(f, EINVAL);
}

static bool on_bool(void *ctx, bool value)
{
    avro_value_t v;
    return take(ctx, &v) && check(ctx, avro_value_set_boolean(&v, value));
}

static bool on_int(void *ctx, int64_t value)
{
    avro_value_t v;
    return take(ctx, &v) && check(ctx, v.iface->set_int ? avro_value_set_int(&v, (int32_t)value)
                                                        : avro_value_set_long(&v, value));
}

static bool on_uint(void *ctx, uint64_t value)
{
    return on_int(ctx, (int64_t)value); /* Avro has none */
}

static bool on_float(void *ctx, float value)
{
    avro_value_t v;
    return take(ctx, &v) && check(ctx, avro_value_set_float(&v, value));
}

static bool on_double(void *ctx, double value)
{
    avro_value_t v;
    return take(ctx, &v) && check(ctx, avro_value_set_double(&v, value));
}

static bool on_string(void *ctx, struct sma_str value)
{
    avro_value_t v;
    const char *text = with_nul(ctx, value);
    return take(ctx, &v) &&
           check(ctx, text ? avro_value_set_string_len(&v, text, value.len + 1) : ENOMEM);
}

static bool on_bytes(void *ctx, struct sma_str value, struct sma_str logical)
{
    avro_value_t v;
    void *bytes = (void *)value.ptr; /* only copied from */
    (void)logical;
    return take(ctx, &v) && check(ctx, avro_value_get_type(&v) == AVRO_FIXED
                                           ? avro_value_set_fixed(&v, bytes, value.len)
                                           : avro_value_set_bytes(&v, bytes, value.len));
}

static bool on_enum(void *ctx, struct sma_str symbol, int32_t index)
{
    avro_value_t v;
    (void)symbol;
    return take(ctx, &v) && check(ctx, avro_value_set_enum(&v, index));
}

/* ---- nesting --------------------------------------------------------------------------------------
 */

static bool enter(struct filler *f, bool is_array)
{
    avro_value_t v;
    if (!take(f, &v))
        return false;
    if (f->depth == SMA_AVRO_VALUE_DEPTH_MAX + 2)
        return check(f, EINVAL);
    f->frames[f->depth++] = (struct frame){
        v, 0, is_array, !is_array && avro_value_get_type(&v) == AVRO_RECORD};
    return true;
}

static bool on_map_begin(void *ctx, size_t size_hint)
{
    (void)size_hint;
    return enter(ctx, false);
}

static bool on_array_begin(void *ctx, size_t size_hint)
{
    (void)size_hint;
    return enter(ctx, true);
}

static bool on_end(void *ctx)
{
    struct filler *f = ctx;
    f->depth--;
    return true;
}

/* Fields mostly come in the reader's order. */
static bool find_field(struct filler *f, struct frame *top, struct sma_str key)
{
    const char *name = NULL;
    size_t index = top->next;
    if (!avro_value_get_by_index(&top->value, index, &f->pending, &name) && name &&
        !strncmp(name, key.ptr, key.len) && !name[key.len]) {
        top->next = index + 1;
        return true;
    }
    const char *text = with_nul(f, key);
    if (!check(f, text ? avro_value_get_by_name(&top->value, text, &f->pending, &index) : ENOMEM))
        return false;
    top->next = index + 1;
    return true;
}

static bool on_key(void *ctx, struct sma_str key)
{
    struct filler *f = ctx;
    struct frame *top = &f->frames[f->depth - 1];
    if (top->is_record) {
        f->has_pending = find_field(f, top, key);
    } else {
        const char *text = with_nul(f, key);
        f->has_pending =
            check(f, text ? avro_value_add(&top->value, text, &f->pending, NULL, NULL) : ENOMEM);
    }
    return f->has_pending;
}

static bool on_branch(void *ctx, struct sma_str name, int32_t index)
{
    struct filler *f = ctx;
    avro_value_t v;
    (void)name;
    f->has_pending = take(f, &v) && check(f, avro_value_set_branch(&v, index, &f->pending));
    return f->has_pending;
}

static bool on_branch_end(void *ctx)
{
    (void)ctx;
    return true;
}

static const struct sma_visitor filling = {
    .null_value = on_null,
    .bool_value = on_bool,
    .int_value = on_int,
    .uint_value = on_uint,
    .float_value = on_float,
    .double_value = on_double,
    .string_value = on_string,
    .bytes_value = on_bytes,
    .enum_value = on_enum,
    .map_begin = on_map_begin,
    .key = on_key,
    .map_end = on_end,
    .array_begin = on_array_begin,
    .array_end = on_end,
    .branch = on_branch,
    .branch_end = on_branch_end,
};

static schemata_status_t fill(const struct sma_client_adapter *api, struct sma_client_message *msg,
                              const struct sma_client_reading *reading, avro_value_t *v,
                              schemata_error_t **err)
{
    struct sma_error problem;
    struct filler f;
    sma_error_clear(&problem);
    f.lane = msg->lane;
    f.pending = *v;
    f.has_pending = true;
    f.depth = f.problem = 0;
    if (!sma_avro_decode(reading->plan, msg->data, NULL, &filling, &f, &problem))
        return SCHEMATA_OK;
    if (f.problem == ENOMEM)
        return api->no_memory(err);
    return f.problem ? api->fail(err, SCHEMATA_ERR_DATA, "avro-c: %s", avro_strerror())
                     : api->fail_core(err, SCHEMATA_ERR_DATA, &problem);
}

static schemata_status_t read_value(const struct sma_client_adapter *api, schemata_deserializer_t *d,
                                    struct sma_client_message *msg, avro_value_t *v,
                                    schemata_error_t **err)
{
    const struct sma_client_route *route = msg->route;
    const struct sma_avro_c_form *form;
    const struct sma_client_reading *reading;
    avro_value_t made;
    form = sma_avro_c_form_of(route->reader ? route->reader->body : route->writer->body, err);
    if (!form)
        return SCHEMATA_ERR_UNSUPPORTED;
    schemata_status_t st = api->read_reading(d, msg, &reading, err);
    if (!st && msg->data.len > d->form.max_bytes)
        st = api->fail(err, SCHEMATA_ERR_DATA,
                       "a message of %zu bytes exceeds the limit of %u bytes", msg->data.len,
                       d->form.max_bytes);
    if (st)
        return st;
    if (avro_generic_value_new(form->iface, &made))
        return api->no_memory(err);
    st = fill(api, msg, reading, &made, err);
    if (st)
        avro_value_decref(&made);
    else
        *v = made;
    return st;
}

schemata_status_t schemata_deserialize_avro(schemata_deserializer_t *d, const schemata_msg_t *m,
                                            const void *p, size_t len, avro_value_t *v,
                                            schemata_decoded_t *info, schemata_error_t **err)
{
    const struct sma_client_adapter *api = sma_avro_c_api(err);
    struct sma_client_message msg;
    if (!api)
        return SCHEMATA_ERR_UNSUPPORTED;
    if (!d || !m || !m->size || !v || (info && info->size < sizeof *info))
        return api->fail(err, SCHEMATA_ERR_ARG,
                         "schemata_deserialize_avro: needs a deserializer, a message and an info "
                         "block with their sizes set, and a value");
    schemata_status_t st = api->read_begin(d, m, p, len, &msg, err);
    if (!st && !msg.route)
        *v = (avro_value_t){NULL, NULL};
    if (!st && msg.route)
        st = read_value(api, d, &msg, v, err);
    return api->read_end(&msg, st, info, err);
}
