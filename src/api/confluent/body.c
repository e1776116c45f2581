/* Request bodies: JSON as the original's mapper reads it (confluent-rest 1.1, 1.4, 3). */
#include "api/confluent/call.h"

#include "registry/value.h"

enum sma_status sma_body_object(const struct sma_json **out, const struct sma_call *call,
                                const char *argument, struct sma_error *err)
{
    static const struct sma_json_options options = {.non_finite = true};
    struct sma_error cause = SMA_ERROR_INIT;
    const struct sma_json *body = NULL;
    enum sma_status st = SMA_OK;
    if (sma_str_trim(call->request->body).len)
        st = sma_json_parse(&body, call->arena, call->request->body, &options, NULL, &cause);
    if (st == SMA_EINVAL || st == SMA_ELIMIT)
        return sma_refuse(err, SMA_CODE_BAD_REQUEST, "%s", cause.message);
    if (st)
        return sma_fail(err, st, "%s", cause.message);
    if (!body || body->type == SMA_JSON_NULL) {
        st = sma_fail(err, SMA_EINVAL, "%s must not be null (was null)", argument);
        if (err)
            err->code = 422;
        return st;
    }
    if (body->type != SMA_JSON_OBJECT)
        return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                          "Cannot deserialize the request: not an object");
    *out = body;
    return SMA_OK;
}

static enum sma_status read_reference(struct sma_reference *out, const struct sma_json *value,
                                      struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, "references", err);
    if (!st)
        st = sma_value_text(&out->name, sma_json_getz(object, "name"), "name", err);
    if (!st)
        st = sma_value_text(&out->subject, sma_json_getz(object, "subject"), "subject", err);
    if (!st)
        st = sma_value_i32(&out->version, sma_json_getz(object, "version"), "version", err);
    return st;
}

static enum sma_status read_references(struct sma_schema_request *out, struct sma_arena *arena,
                                       const struct sma_json *value, struct sma_error *err)
{
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, value, SMA_JSON_ARRAY, "references", err);
    if (st || !array || !array->count)
        return st;
    struct sma_reference *references = sma_arena_calloc(arena, array->count, sizeof *references);
    if (!references)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; !st && i < array->count; i++)
        st = read_reference(&references[i], &array->items[i], err);
    out->references = references;
    out->reference_count = array->count;
    return st;
}

enum sma_status sma_body_schema(struct sma_schema_request *out, const struct sma_call *call,
                                const char *argument, struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_body_object(&object, call, argument, err);
    return st ? st : sma_body_read_schema(out, call, object, err);
}

enum sma_status sma_body_read_schema(struct sma_schema_request *out, const struct sma_call *call,
                                     const struct sma_json *object, struct sma_error *err)
{
    struct sma_schema_request request = {.version = 0, .id = -1};
    enum sma_status st =
        sma_value_i32(&request.version, sma_json_getz(object, "version"), "version", err);
    if (!st)
        st = sma_value_i32(&request.id, sma_json_getz(object, "id"), "id", err);
    if (!st)
        st = sma_value_text(&request.type, sma_json_getz(object, "schemaType"), "schemaType", err);
    if (!st)
        st = read_references(&request, call->arena, sma_json_getz(object, "references"), err);
    if (!st)
        st = sma_metadata_read(&request.metadata, call->arena, sma_json_getz(object, "metadata"),
                               "metadata", err);
    if (!st)
        st = sma_rule_set_read(&request.rule_set, call->arena, sma_json_getz(object, "ruleSet"),
                               "ruleSet", err);
    if (!st)
        st = sma_value_text(&request.text, sma_json_getz(object, "schema"), "schema", err);
    if (!st)
        *out = request;
    return st;
}
