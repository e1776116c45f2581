/* POST /subjects/{subject}/versions, and …/{version}/tags, which registers too (confluent-rest 4.2,
 * 7, 17.5). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "core/formats/formats.h"
#include "registry/read.h"
#include "registry/value.h"

struct registration {
    struct sma_register_request request;
    struct sma_subject subject;
    struct sma_revision revision;
    struct sma_names rules_to_remove;
    struct sma_str format;
};

/* The schema's text in the form that was asked for. A new version's is printed from what was parsed
 * for it; one that was there already is read like any other. */
static enum sma_status text_of(struct sma_str *out, struct sma_call *call,
                               const struct sma_registered *result, struct sma_error *err)
{
    const struct registration *registration = call->data;
    const struct sma_version *row = &result->schema.row;
    struct sma_view *view;
    struct sma_loader loader;
    if (!sma_shape_is_other_form(row, registration->format)) {
        *out = row->content.text;
        return SMA_OK;
    }
    if (result->parsed)
        return sma_shape_print(out, call->arena, result->parsed, registration->format, err);
    enum sma_status st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_shape_text(out, call, &loader, row, registration->format, err);
    sma_call_close_view(view, &loader);
    return st;
}

static void registered(void *ctx, const struct sma_registered *result,
                       const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str text;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    enum sma_status st = text_of(&text, call, result, &err);
    if (st) {
        struct sma_failure printing = {st, &err, sma_str_z(err.message)};
        sma_call_failed(call, &printing);
        return;
    }
    sma_shape_registered(&call->out, &result->schema.row, text, result->schema.is_stored_row);
    sma_call_done(call, result->is_new ? NULL : result->depends);
}

/* The text of a logical schema is in a language of its own, which is not here: to read it as
 * something else would store what nobody meant. */
static enum sma_status refuse_logical(struct sma_str format, struct sma_str type,
                                      struct sma_error *err)
{
    if (!sma_str_eqz(format, "logical"))
        return SMA_OK;
    if (!type.len || !sma_format_find(type))
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                          "schemaType is required when format=logical, and must be one of AVRO, "
                          "JSON, PROTOBUF");
    return sma_refuse(err, SMA_CODE_INVALID_SCHEMA,
                      "format=logical is not supported by this registry");
}

enum sma_status sma_versions_register(struct sma_call *call, struct sma_error *err)
{
    const struct sma_json *object;
    struct registration *registration = sma_arena_calloc(call->arena, 1, sizeof *registration);
    if (!registration)
        return sma_fail_nomem(err);
    struct sma_register_request *request = &registration->request;
    enum sma_status st = sma_body_object(&object, call, "register.schema", err);
    if (!st)
        st = sma_body_read_schema(&request->schema, call, object, err);
    registration->format = sma_param_text(call, "format");
    if (!st)
        st = refuse_logical(registration->format, request->schema.type, err);
    if (!st)
        st = sma_body_schema_tags(&request->tags, call, object, err);
    if (!st)
        st = sma_param_subject_now(&registration->subject, call, err);
    if (st)
        return st;
    request->subject = &registration->subject;
    request->normalize = sma_param_bool(call, "normalize");
    request->force = sma_param_bool(call, "force");
    call->data = registration;
    sma_register(call->registry, request, registered, call);
    return SMA_OK;
}

/* ---- tags ---------------------------------------------------------------------------------------
 */

/* TagSchemaRequest. */
static enum sma_status read_revision(struct registration *registration, struct sma_call *call,
                                     struct sma_error *err)
{
    struct sma_register_request *request = &registration->request;
    struct sma_revision *revision = &registration->revision;
    const struct sma_json *body, *names;
    request->schema.id = -1;
    enum sma_status st = sma_body_object(&body, call, "modifyTags.request", err);
    if (!st)
        st = sma_value_i32(&request->schema.version, sma_json_getz(body, "newVersion"),
                           "newVersion", err);
    if (!st)
        st = sma_body_tag_edits(&request->tags, call, body, "tagsToAdd", "tagsToRemove", err);
    if (!st)
        st = sma_metadata_read(&request->schema.metadata, call->arena,
                               sma_json_getz(body, "metadata"), "metadata", err);
    if (!st)
        st = sma_rule_set_read(&request->schema.rule_set, call->arena,
                               sma_json_getz(body, "ruleSet"), "ruleSet", err);
    if (!st)
        st = sma_rule_set_read(&revision->rules_to_merge, call->arena,
                               sma_json_getz(body, "rulesToMerge"), "rulesToMerge", err);
    if (st)
        return st;
    names = sma_json_getz(body, "rulesToRemove");
    if (names && names->type != SMA_JSON_NULL)
        revision->rules_to_remove = &registration->rules_to_remove;
    return sma_names_read(&registration->rules_to_remove, call->arena, names, "rulesToRemove", err);
}

/* The subject that has the version: an unqualified one may be meant in another context. When none
 * has it, the use case says so. */
static enum sma_status find_holder(struct registration *registration, struct sma_call *call,
                                   struct sma_error *err)
{
    struct sma_error ignored = SMA_ERROR_INIT;
    struct sma_view *view;
    struct sma_loader loader;
    struct sma_version row;
    enum sma_status st = sma_call_open_view(call, &view, &loader, err);
    if (st)
        return st;
    st = sma_read_version(&row, &loader, &registration->subject, registration->revision.of, false,
                          &ignored);
    if (!st)
        st = sma_subject_parse(&registration->subject, call->arena, row.subject, err);
    else if (st == SMA_ENOTFOUND)
        st = SMA_OK;
    else
        st = sma_fail(err, st, "%s", ignored.message);
    sma_call_close_view(view, &loader);
    return st;
}

enum sma_status sma_versions_modify_tags(struct sma_call *call, struct sma_error *err)
{
    struct registration *registration = sma_arena_calloc(call->arena, 1, sizeof *registration);
    if (!registration)
        return sma_fail_nomem(err);
    enum sma_status st = read_revision(registration, call, err);
    if (!st)
        st = sma_param_subject_now(&registration->subject, call, err);
    if (!st)
        st = sma_version_parse(&registration->revision.of, sma_http_param(call->request, "version"),
                               err);
    if (!st)
        st = find_holder(registration, call, err);
    if (st)
        return st;
    registration->request.subject = &registration->subject;
    registration->request.revision = &registration->revision;
    call->data = registration;
    sma_register(call->registry, &registration->request, registered, call);
    return SMA_OK;
}
