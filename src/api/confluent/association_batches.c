/* POST /associations:batchGet and /associations:batchMutate: many requests in one, each answered by
 * itself (confluent-rest 4.9). */
#include "api/confluent/association_shape.h"
#include "api/confluent/resources.h"
#include "registry/value.h"

#define MULTI_STATUS 207
#define BATCH_ITEMS_BYTES_MAX (8u << 20) /* of one request's answer */

static enum sma_status read_requests(const struct sma_json **items, size_t *count,
                                     const struct sma_call *call, const char *argument,
                                     struct sma_error *err)
{
    const struct sma_json *body;
    enum sma_status st = sma_body_object(&body, call, argument, err);
    if (!st)
        st = sma_body_array(items, count, body, "requests", err);
    if (!st && !*count)
        st = sma_assoc_invalid(err, "requests", "cannot be null or empty");
    if (!st && *count > SMA_ASSOC_CHANGES_MAX)
        st = sma_assoc_invalid(err, "requests", "cannot be more than %d", SMA_ASSOC_CHANGES_MAX);
    return st;
}

static void open_results(struct sma_json_writer *w)
{
    sma_jw_object_open(w);
    sma_jw_name(w, "results");
    sma_jw_array_open(w);
}

static void close_results(struct sma_json_writer *w)
{
    sma_jw_array_close(w);
    sma_jw_object_close(w);
}

static void write_error(struct sma_json_writer *w, struct sma_shown_failure failure)
{
    sma_jw_object_open(w);
    sma_jw_name(w, "error");
    sma_failure_write(w, failure.code, failure.message);
    sma_jw_object_close(w);
}

static void open_result(struct sma_json_writer *w, const struct sma_assoc_resource *resource)
{
    sma_jw_object_open(w);
    sma_jw_name(w, "result");
    sma_jw_object_open(w);
    sma_shape_resource(w, resource);
}

static void close_result(struct sma_json_writer *w)
{
    sma_jw_object_close(w);
    sma_jw_object_close(w);
}

/* ---- get ----------------------------------------------------------------------------------------
 */

static enum sma_status read_types(struct sma_assoc_filter *filter, struct sma_arena *arena,
                                  const struct sma_json *object, struct sma_error *err)
{
    const struct sma_json *items;
    enum sma_status st =
        sma_body_array(&items, &filter->type_count, object, "associationTypes", err);
    if (st || !filter->type_count)
        return st;
    struct sma_str *types = sma_arena_calloc(arena, filter->type_count, sizeof *types);
    if (!types)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < filter->type_count; i++)
        st = sma_value_text(&types[i], &items[i], "associationTypes", err);
    filter->types = types;
    return st;
}

/* A resource is asked for by its id, or else by name and namespace. */
static enum sma_status find_resource(struct sma_assoc_row **rows, size_t *count,
                                     struct sma_call *call, struct sma_assoc_filter *filter,
                                     const struct sma_assoc_resource *resource,
                                     struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (resource->id.len) {
        filter->resource_id = resource->id;
    } else {
        filter->resource_name = resource->name;
        filter->resource_namespace = resource->ns;
        st = sma_assoc_check_resource(resource, err);
    }
    if (resource->type.len)
        filter->resource_type = resource->type;
    filter->limit = (uint64_t)call->confluent->options.schema_limits.max;
    return st ? st
              : sma_view_associations(call->loader->view, call->arena, filter, rows, count, err);
}

/* With the newest live version of its subject, when schemas are wanted and there is one. */
static enum sma_status write_row(struct sma_call *call, const struct sma_assoc_row *row,
                                 bool with_schema, struct sma_error *err)
{
    struct sma_shown_association shown = {.subject = row->subject,
                                          .type = row->association_type,
                                          .lifecycle = row->lifecycle,
                                          .is_frozen = row->is_frozen,
                                          .is_stored_row = true};
    struct sma_version version;
    enum sma_status st = SMA_ENOTFOUND;
    if (with_schema)
        st = sma_loader_latest(&version, call->loader, row->subject, SMA_LIVE, err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    if (!st)
        shown.schema = &version;
    sma_shape_associated(&call->out, &shown);
    return SMA_OK;
}

static enum sma_status write_found(struct sma_call *call, struct sma_assoc_resource resource,
                                   const struct sma_assoc_row *rows, size_t count,
                                   struct sma_error *err)
{
    bool with_schemas = sma_param_bool(call, "includeSchemas");
    enum sma_status st = SMA_OK;
    if (count)
        resource = (struct sma_assoc_resource){rows[0].resource_name, rows[0].resource_namespace,
                                               rows[0].resource_id, rows[0].resource_type};
    open_result(&call->out, &resource);
    if (count) {
        sma_jw_name(&call->out, "associations");
        sma_jw_array_open(&call->out);
        for (size_t i = 0; !st && i < count; i++)
            st = write_row(call, &rows[i], with_schemas, err);
        sma_jw_array_close(&call->out);
    }
    close_result(&call->out);
    return st;
}

static enum sma_status get_one(struct sma_call *call, const struct sma_json *item,
                               struct sma_error *err)
{
    struct sma_assoc_filter filter = {.limit = 0};
    struct sma_assoc_resource resource = {.type = {NULL, 0}};
    enum sma_lifecycle lifecycle = SMA_LIFECYCLE_UNSET;
    struct sma_error refusal = SMA_ERROR_INIT;
    const struct sma_json *object;
    struct sma_assoc_row *rows;
    size_t count;
    enum sma_status st = sma_body_item(&object, item, "requests", err);
    if (!st)
        st = sma_body_resource(&resource, object, err);
    if (!st)
        st = read_types(&filter, call->arena, object, err);
    if (!st)
        st = sma_body_lifecycle(&lifecycle, object, err);
    if (st)
        return st;
    if (lifecycle)
        filter.lifecycle = sma_str_z(sma_lifecycle_name(lifecycle));
    st = find_resource(&rows, &count, call, &filter, &resource, &refusal);
    if (!st)
        return write_found(call, resource, rows, count, err);
    write_error(&call->out, sma_api_shown(st, refusal.code, sma_str_z(refusal.message)));
    return SMA_OK;
}

enum sma_status sma_associations_batch_get(struct sma_call *call, struct sma_error *err)
{
    const struct sma_json *items;
    size_t count;
    enum sma_status st = read_requests(&items, &count, call, "batchGet.request", err);
    if (st)
        return st;
    open_results(&call->out);
    for (size_t i = 0; !st && i < count; i++)
        st = get_one(call, &items[i], err);
    close_results(&call->out);
    if (!st)
        sma_http_set_status(call->exchange, MULTI_STATUS);
    return st;
}

/* ---- mutate: the request ------------------------------------------------------------------------
 */

struct batch {
    struct sma_call *call;
    struct sma_assoc_change *changes;
    size_t count, capacity;
    /* What the request in hand has got so far: thrown away when a later part of it fails. */
    struct sma_buf items;
    struct sma_json_writer out; /* on `items` */
    size_t item_count;
};

static struct sma_assoc_change *add_change(struct batch *batch, enum sma_assoc_kind kind,
                                           const struct sma_assoc_resource *resource,
                                           struct sma_str context, size_t request)
{
    batch->changes = sma_arena_grow(batch->call->arena, batch->changes, batch->count,
                                    &batch->capacity, batch->count + 1, sizeof *batch->changes);
    if (!batch->changes)
        return NULL;
    struct sma_assoc_change *change = &batch->changes[batch->count++];
    *change = (struct sma_assoc_change){.kind = kind,
                                        .is_dry_run = sma_param_bool(batch->call, "dryRun"),
                                        .resource = *resource,
                                        .context = context,
                                        .request = request};
    return change;
}

static enum sma_status read_kind(enum sma_assoc_kind *out, const struct sma_json *object,
                                 struct sma_error *err)
{
    static const char *const names[] = {"CREATE", "UPSERT", "DELETE"};
    struct sma_str text;
    enum sma_status st = sma_value_text(&text, sma_json_getz(object, "opType"), "opType", err);
    for (size_t i = 0; !st && i < sizeof names / sizeof names[0]; i++)
        if (sma_str_eqz(text, names[i])) {
            *out = (enum sma_assoc_kind)i;
            return SMA_OK;
        }
    return st ? st
              : sma_refuse(err, SMA_CODE_BAD_REQUEST,
                           "Cannot deserialize \"opType\": it must be one of CREATE, UPSERT, "
                           "DELETE");
}

/* Room for the parts of one request; its changes share it. */
struct parts {
    struct sma_assoc_wish *wishes;
    struct sma_str *types;
    bool *cascades;
};

static enum sma_status make_parts(struct parts *parts, struct sma_arena *arena, size_t count,
                                  struct sma_error *err)
{
    parts->wishes = sma_arena_calloc(arena, count + 1, sizeof *parts->wishes);
    parts->types = sma_arena_calloc(arena, count + 1, sizeof *parts->types);
    parts->cascades = sma_arena_calloc(arena, count + 1, sizeof *parts->cascades);
    return parts->wishes && parts->types && parts->cascades ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status read_removal(struct parts *parts, size_t i, const struct sma_json *object,
                                    struct sma_error *err)
{
    enum sma_status st = sma_value_text(&parts->types[i], sma_json_getz(object, "associationType"),
                                        "associationType", err);
    if (!st)
        st = sma_value_bool(&parts->cascades[i], sma_json_getz(object, "cascadeLifecycle"),
                            "cascadeLifecycle", err);
    if (!st && !parts->types[i].len)
        parts->types[i] = SMA_STR("value");
    return st;
}

/* The i-th part of a request goes into the change before it when that is of the same kind. */
static enum sma_status read_part(struct batch *batch, struct parts *parts, size_t i,
                                 const struct sma_assoc_change *like, const struct sma_json *item,
                                 struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_assoc_kind kind = SMA_ASSOC_CREATE;
    enum sma_status st = sma_body_item(&object, item, "associations", err);
    if (!st)
        st = read_kind(&kind, object, err);
    if (!st)
        st = kind == SMA_ASSOC_DELETE ? read_removal(parts, i, object, err)
                                      : sma_body_wish(&parts->wishes[i], batch->call, object, err);
    if (st)
        return st;
    struct sma_assoc_change *change = batch->count ? &batch->changes[batch->count - 1] : NULL;
    if (!change || change->request != like->request || change->kind != kind) {
        change = add_change(batch, kind, &like->resource, like->context, like->request);
        if (!change)
            return sma_fail_nomem(err);
        change->wishes = &parts->wishes[i];
        change->types = &parts->types[i];
        change->cascades = &parts->cascades[i];
    }
    if (kind == SMA_ASSOC_DELETE)
        change->type_count++;
    else
        change->wish_count++;
    return SMA_OK;
}

static enum sma_status read_request(struct batch *batch, const struct sma_json *item,
                                    struct sma_str context, size_t request, struct sma_error *err)
{
    const struct sma_json *object, *items;
    struct sma_assoc_change like = {.context = context, .request = request};
    struct parts parts;
    size_t count;
    enum sma_status st = sma_body_item(&object, item, "requests", err);
    if (!st)
        st = sma_body_resource(&like.resource, object, err);
    if (!st)
        st = sma_body_array(&items, &count, object, "associations", err);
    if (!st)
        st = make_parts(&parts, batch->call->arena, count, err);
    for (size_t i = 0; !st && i < count; i++)
        st = read_part(batch, &parts, i, &like, &items[i], err);
    if (!st && !count && /* is refused, by itself */
        !add_change(batch, SMA_ASSOC_CREATE, &like.resource, context, request))
        st = sma_fail_nomem(err);
    if (!st && batch->count > SMA_ASSOC_CHANGES_MAX)
        st = sma_assoc_invalid(err, "requests", "cannot hold more than %d changes",
                               SMA_ASSOC_CHANGES_MAX);
    return st;
}

/* ---- mutate: the answer -------------------------------------------------------------------------
 */

static void begin_items(struct batch *batch)
{
    sma_buf_clear(&batch->items);
    batch->out = sma_json_writer_on(&batch->items);
    sma_jw_array_open(&batch->out);
    batch->item_count = 0;
}

static void write_items(struct batch *batch, const struct sma_assoc_resource *resource)
{
    struct sma_json_writer *w = &batch->call->out;
    sma_jw_array_close(&batch->out);
    if (sma_buf_failed(&batch->items)) {
        write_error(w, sma_api_shown(SMA_ELIMIT, 500, SMA_STR("")));
        return;
    }
    open_result(w, resource);
    if (batch->item_count)
        sma_jw_member_raw(w, "associations", sma_buf_str(&batch->items));
    close_result(w);
}

static void changed(void *ctx, size_t index, const struct sma_assoc_result *result,
                    const struct sma_failure *failure)
{
    struct batch *batch = ctx;
    bool is_end = index + 1 == batch->count ||
                  batch->changes[index + 1].request != batch->changes[index].request;
    if (failure) {
        write_error(&batch->call->out,
                    sma_api_shown(failure->status, failure->err->code, failure->message));
        begin_items(batch);
        return;
    }
    sma_shape_done(&batch->out, result);
    batch->item_count += result->count;
    if (is_end) {
        write_items(batch, &result->resource);
        begin_items(batch);
    }
}

static void finished(void *ctx)
{
    struct batch *batch = ctx;
    struct sma_call *call = batch->call;
    close_results(&call->out);
    sma_buf_fini(&batch->items);
    sma_http_set_status(call->exchange, MULTI_STATUS);
    sma_http_complete(call->exchange);
}

enum sma_status sma_associations_batch_mutate(struct sma_call *call, struct sma_error *err)
{
    const struct sma_json *items;
    struct sma_str context;
    size_t count;
    struct batch *batch = sma_arena_calloc(call->arena, 1, sizeof *batch);
    if (!batch)
        return sma_fail_nomem(err);
    batch->call = call;
    enum sma_status st = read_requests(&items, &count, call, "batchMutate.request", err);
    if (!st)
        st = sma_param_context(&context, call, err);
    for (size_t i = 0; !st && i < count; i++)
        st = read_request(batch, &items[i], context, i, err);
    if (st)
        return st;
    sma_buf_init(&batch->items, BATCH_ITEMS_BYTES_MAX);
    begin_items(batch);
    open_results(&call->out);
    sma_associations_change(call->registry, batch->changes, batch->count, changed, finished, batch);
    return SMA_OK;
}
