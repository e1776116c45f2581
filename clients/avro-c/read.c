/* Bytes to avro-c's generic values: our resolving decoder tells, this fills in. */
#include "clients/avro-c/avro_c.h"

#include "core/avro/model.h"


/* A record, map or array that is being filled. */
struct frame {
    avro_value_t value;
    const struct sma_avro_node *node;
    uint32_t next; /* record: the field expected next */
};

struct filler {
    struct sma_client_lane *lane;
    avro_value_t pending; /* where the next value goes, unless it is an item of an array */
    const struct sma_avro_node *pending_node; /* NULL: nothing pending */
    struct frame *top;
    int problem; /* of avro-c */
    struct frame frames[SMA_AVRO_VALUE_DEPTH_MAX + 2]; /* the first one stays empty */
};

static inline bool check(struct filler *f, int result)
{
    if (__builtin_expect(result, 0)) {
        f->problem = f->problem ? f->problem : result;
        return false;
    }
    return true;
}

/* Makes f->pending the place where the next value goes; its type. */
static inline const struct sma_avro_node *take(struct filler *f)
{
    const struct sma_avro_node *node = f->pending_node;
    if (node) {
        f->pending_node = NULL;
        return node;
    }
    return check(f, avro_value_append(&f->top->value, &f->pending, NULL)) ? f->top->node->items
                                                                          : NULL;
}

/* A copy with a NUL behind it, which avro-c wants. */
static const char *with_nul(struct filler *f, struct sma_str text)
{
    struct sma_buf *bytes = &f->lane->bytes;
    bytes->len = 0;
    if (!sma_buf_reserve(bytes, text.len + 1))
        return NULL;
    memcpy(bytes->ptr, text.ptr, text.len);
    bytes->ptr[text.len] = '\0';
    return bytes->ptr;
}

/* ---- scalars --------------------------------------------------------------------------------------
 */

/* A union's null is told without its branch. */
static int on_null(void *ctx)
{
    struct filler *f = ctx;
    avro_value_t branch;
    const struct sma_avro_node *node = take(f);
    if (!node || node->kind != SMA_AVRO_UNION)
        return !(node && check(f, avro_value_set_null(&f->pending)));
    for (uint32_t i = 0; i < node->variants.count; i++)
        if (node->variants.members[i]->kind == SMA_AVRO_NULL)
            return !(check(f, avro_value_set_branch(&f->pending, (int)i, &branch)) &&
                     check(f, avro_value_set_null(&branch)));
    return !check(f, EINVAL);
}

static int on_bool(void *ctx, bool value)
{
    struct filler *f = ctx;
    return !(take(f) && check(f, avro_value_set_boolean(&f->pending, value)));
}

static int on_int(void *ctx, int64_t value)
{
    struct filler *f = ctx;
    const struct sma_avro_node *node = take(f);
    return !(node &&
             check(f, node->kind == SMA_AVRO_INT ? avro_value_set_int(&f->pending, (int32_t)value)
                                                 : avro_value_set_long(&f->pending, value)));
}

static int on_uint(void *ctx, uint64_t value)
{
    return on_int(ctx, (int64_t)value); /* Avro has none */
}

static int on_float(void *ctx, float value)
{
    struct filler *f = ctx;
    return !(take(f) && check(f, avro_value_set_float(&f->pending, value)));
}

static int on_double(void *ctx, double value)
{
    struct filler *f = ctx;
    return !(take(f) && check(f, avro_value_set_double(&f->pending, value)));
}

static int on_string(void *ctx, const char *at, size_t len)
{
    struct filler *f = ctx;
    const char *text = with_nul(f, sma_str_make(at, len));
    return !(take(f) && check(f, text ? avro_value_set_string_len(&f->pending, text, len + 1)
                                      : ENOMEM));
}

static int on_bytes(void *ctx, const void *at, size_t len, const char *logical)
{
    struct filler *f = ctx;
    void *bytes = (void *)at; /* only copied from */
    const struct sma_avro_node *node = take(f);
    (void)logical;
    return !(node && check(f, node->kind == SMA_AVRO_FIXED
                                  ? avro_value_set_fixed(&f->pending, bytes, len)
                                  : avro_value_set_bytes(&f->pending, bytes, len)));
}

static int on_enum(void *ctx, const char *symbol, int32_t index)
{
    struct filler *f = ctx;
    (void)symbol;
    return !(take(f) && check(f, avro_value_set_enum(&f->pending, index)));
}

/* ---- nesting --------------------------------------------------------------------------------------
 */

static int on_begin(void *ctx, size_t size_hint)
{
    struct filler *f = ctx;
    const struct sma_avro_node *node = take(f);
    (void)size_hint;
    if (!node || f->top == &f->frames[SMA_AVRO_VALUE_DEPTH_MAX + 1])
        return !(node && check(f, EINVAL));
    *++f->top = (struct frame){f->pending, node, 0};
    return 0;
}

static int on_end(void *ctx)
{
    struct filler *f = ctx;
    f->top--;
    return 0;
}

/* Fields mostly come in the reader's order; the names are the reader's own. */
static bool on_field(struct filler *f, struct frame *top, struct sma_str key)
{
    const struct sma_avro_field *field = &top->node->record.fields[top->next];
    if (top->next >= top->node->record.count || field->name.ptr != key.ptr)
        field = sma_avro_field_find(top->node, key);
    if (!field)
        return check(f, EINVAL);
    top->next = field->position + 1;
    f->pending_node = field->type;
    return check(f, avro_value_get_by_index(&top->value, field->position, &f->pending, NULL));
}

static int on_key(void *ctx, const char *name, size_t len)
{
    struct sma_str key = sma_str_make(name, len);
    struct filler *f = ctx;
    struct frame *top = f->top;
    if (top->node->kind == SMA_AVRO_RECORD)
        return !(on_field(f, top, key));
    const char *text = with_nul(f, key);
    f->pending_node = top->node->items;
    return !(check(f, text ? avro_value_add(&top->value, text, &f->pending, NULL, NULL) : ENOMEM));
}

static int on_branch(void *ctx, struct sma_str name, int32_t index)
{
    struct filler *f = ctx;
    avro_value_t branch;
    const struct sma_avro_node *node = take(f);
    (void)name;
    if (!node || !check(f, avro_value_set_branch(&f->pending, index, &branch)))
        return 1;
    f->pending = branch;
    f->pending_node = node->variants.members[index];
    return 0;
}

static int on_branch_end(void *ctx)
{
    (void)ctx;
    return 0;
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
    .map_begin = on_begin,
    .key = on_key,
    .map_end = on_end,
    .array_begin = on_begin,
    .array_end = on_end,
    .branch = on_branch,
    .branch_end = on_branch_end,
};

static schemata_status_t fill(const struct sma_client_adapter *api, struct sma_client_message *msg,
                              const struct sma_client_reading *reading,
                              const struct sma_schema *schema, avro_value_t *v,
                              schemata_error_t **err)
{
    struct sma_error problem;
    struct filler f;
    sma_error_clear(&problem);
    f.lane = msg->lane;
    f.pending = *v;
    f.pending_node = sma_avro_schema_of(schema)->root;
    f.top = f.frames;
    f.problem = 0;
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
    struct sma_client_body *body = route->reader ? route->reader->body : route->writer->body;
    const struct sma_client_reading *reading;
    avro_value_t made;
    const struct sma_avro_c_form *form = sma_avro_c_form_of(body, err);
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
    st = fill(api, msg, reading, body->core, &made, err);
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
