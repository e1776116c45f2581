/* POST /subjects/{subject}/versions (confluent-rest 4.2, 7). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

struct registration {
    struct sma_register_request request;
    struct sma_subject subject;
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

enum sma_status sma_versions_register(struct sma_call *call, struct sma_error *err)
{
    struct registration *registration = sma_arena_calloc(call->arena, 1, sizeof *registration);
    if (!registration)
        return sma_fail_nomem(err);
    enum sma_status st =
        sma_body_schema(&registration->request.schema, call, "register.schema", err);
    if (!st)
        st = sma_param_subject_now(&registration->subject, call, err);
    if (st)
        return st;
    registration->request.subject = &registration->subject;
    registration->request.normalize = sma_param_bool(call, "normalize");
    registration->request.force = sma_param_bool(call, "force");
    registration->format = sma_param_text(call, "format");
    call->data = registration;
    sma_register(call->registry, &registration->request, registered, call);
    return SMA_OK;
}
