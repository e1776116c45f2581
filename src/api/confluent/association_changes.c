/* POST /associations, PUT and DELETE /associations/resources/{resourceId} (confluent-rest 4.9). */
#include "api/confluent/association_shape.h"
#include "api/confluent/resources.h"

/* ---- answers ------------------------------------------------------------------------------------
 */

static void write_item(struct sma_json_writer *w, const struct sma_assoc_done *done)
{
    struct sma_shown_association shown = {
        .subject = done->subject,
        .type = done->type,
        .lifecycle = sma_str_z(sma_lifecycle_name(done->lifecycle)),
        .is_frozen = done->is_frozen,
    };
    if (done->schema) {
        shown.schema = &done->schema->row;
        shown.is_stored_row = done->schema->is_stored_row;
    }
    sma_shape_associated(w, &shown);
}

void sma_shape_done(struct sma_json_writer *w, const struct sma_assoc_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        write_item(w, &result->items[i]);
}

static void write_result(struct sma_json_writer *w, const struct sma_assoc_result *result)
{
    sma_jw_object_open(w);
    sma_shape_resource(w, &result->resource);
    if (result->count) {
        sma_jw_name(w, "associations");
        sma_jw_array_open(w);
        sma_shape_done(w, result);
        sma_jw_array_close(w);
    }
    sma_jw_object_close(w);
}

static void changed(void *ctx, size_t index, const struct sma_assoc_result *result,
                    const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    const struct sma_assoc_change *change = call->data;
    (void)index;
    if (failure)
        sma_api_failure(call->exchange, failure->status, failure->err->code, failure->message);
    else if (change->kind == SMA_ASSOC_DELETE)
        sma_http_set_status(call->exchange, 204);
    else
        write_result(&call->out, result);
}

static void finished(void *ctx)
{
    struct sma_call *call = ctx;
    sma_http_complete(call->exchange);
}

static void start(struct sma_call *call, struct sma_assoc_change *change)
{
    change->is_dry_run = sma_param_bool(call, "dryRun");
    call->data = change;
    sma_associations_change(call->registry, change, 1, changed, finished, call);
}

/* ---- create and upsert --------------------------------------------------------------------------
 */

static enum sma_status read_wishes(struct sma_assoc_change *change, const struct sma_call *call,
                                   const struct sma_json *body, struct sma_error *err)
{
    const struct sma_json *items, *object;
    enum sma_status st = sma_body_array(&items, &change->wish_count, body, "associations", err);
    if (st)
        return st;
    struct sma_assoc_wish *wishes =
        sma_arena_calloc(call->arena, change->wish_count + 1, sizeof *wishes);
    if (!wishes)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < change->wish_count; i++) {
        st = sma_body_item(&object, &items[i], "associations", err);
        if (!st)
            st = sma_body_wish(&wishes[i], call, object, err);
    }
    change->wishes = wishes;
    return st;
}

static enum sma_status read_change(struct sma_assoc_change **out, const struct sma_call *call,
                                   const char *argument, struct sma_error *err)
{
    const struct sma_json *body;
    struct sma_assoc_change *change = sma_arena_calloc(call->arena, 1, sizeof *change);
    if (!change)
        return sma_fail_nomem(err);
    enum sma_status st = sma_body_object(&body, call, argument, err);
    if (!st)
        st = sma_body_resource(&change->resource, body, err);
    if (!st)
        st = read_wishes(change, call, body, err);
    if (!st)
        st = sma_param_context(&change->context, call, err);
    if (!st)
        *out = change;
    return st;
}

enum sma_status sma_associations_create(struct sma_call *call, struct sma_error *err)
{
    struct sma_assoc_change *change;
    enum sma_status st = read_change(&change, call, "createAssociation.request", err);
    if (st)
        return st;
    change->kind = SMA_ASSOC_CREATE;
    start(call, change);
    return SMA_OK;
}

enum sma_status sma_associations_upsert(struct sma_call *call, struct sma_error *err)
{
    struct sma_assoc_change *change;
    struct sma_str id = sma_http_param(call->request, "resourceId");
    enum sma_status st = read_change(&change, call, "createOrUpdateAssociation.request", err);
    if (st)
        return st;
    if (change->resource.id.len && !sma_str_eq(change->resource.id, id))
        return sma_assoc_invalid(err, "resourceId", "must be the one in the path, '%.*s'",
                                 SMA_STR_ARG(id));
    change->resource.id = id;
    change->kind = SMA_ASSOC_UPSERT;
    start(call, change);
    return SMA_OK;
}

/* ---- delete -------------------------------------------------------------------------------------
 */

enum sma_status sma_associations_delete(struct sma_call *call, struct sma_error *err)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, "associationType");
    size_t room = call->request->query_count + 1;
    struct sma_assoc_change *change = sma_arena_calloc(call->arena, 1, sizeof *change);
    struct sma_str *types = sma_arena_calloc(call->arena, room, sizeof *types);
    bool *cascades = sma_arena_calloc(call->arena, room, sizeof *cascades);
    if (!change || !types || !cascades)
        return sma_fail_nomem(err);
    *change = (struct sma_assoc_change){
        .kind = SMA_ASSOC_DELETE,
        .is_by_id = true,
        .resource = {.id = sma_http_param(call->request, "resourceId"),
                     .type = sma_param_text(call, "resourceType")},
        .types = types,
        .cascades = cascades,
    };
    for (; item; item = sma_http_query_next(call->request, item))
        types[change->type_count++] = item->value;
    for (size_t i = 0; i < room; i++)
        cascades[i] = sma_param_bool(call, "cascadeLifecycle");
    start(call, change);
    return SMA_OK;
}
