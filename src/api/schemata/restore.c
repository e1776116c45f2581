/* POST /subjects/{subject}/restore and …/versions/{version}/restore. */
#include "registry/restore.h"

#include "api/schemata/resources.h"
#include "registry/read.h"

/* On whatever thread the write ended; the exchange is the last thing touched. */
static void restored(void *ctx, const int32_t *versions, size_t count,
                     const struct sma_failure *failure)
{
    struct sma_own_call *call = ctx;
    struct sma_json_writer *w = &call->out;
    const struct sma_subject *subject = call->data;
    if (failure) {
        sma_own_failure(call->exchange, failure->status, failure->err->code, failure->message);
        sma_http_complete(call->exchange);
        return;
    }
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", subject->qualified);
    sma_jw_name(w, "restored");
    sma_jw_array_open(w);
    for (size_t i = 0; i < count; i++)
        sma_jw_i64(w, versions[i]);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
    sma_http_complete(call->exchange);
}

/* No alias: what is restored is what is named. */
static enum sma_http_outcome restore(struct sma_own_call *made, int32_t version)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_own_call *call = sma_arena_alloc(made->arena, sizeof *call);
    struct sma_subject *subject = sma_arena_alloc(made->arena, sizeof *subject);
    enum sma_status st = call && subject ? SMA_OK : sma_fail_nomem(&err);
    if (!st)
        st =
            sma_subject_parse(subject, made->arena, sma_http_param(made->request, "subject"), &err);
    if (st) {
        sma_own_failure(made->exchange, st, err.code, sma_str_z(err.message));
        return SMA_HTTP_DONE;
    }
    *call = *made;
    call->data = subject;
    sma_restore(call->registry, subject, version, restored, call);
    return SMA_HTTP_LATER;
}

enum sma_http_outcome sma_own_restore_subject(struct sma_own_call *call)
{
    return restore(call, 0);
}

enum sma_http_outcome sma_own_restore_version(struct sma_own_call *call)
{
    struct sma_error err = SMA_ERROR_INIT;
    int32_t version;
    enum sma_status st =
        sma_version_parse(&version, sma_http_param(call->request, "version"), &err);
    if (!st && version == SMA_LATEST)
        st = sma_own_refuse(&err, "version: give the number of the version to restore");
    if (!st)
        return restore(call, version);
    sma_own_failure(call->exchange, st, err.code, sma_str_z(err.message));
    return SMA_HTTP_DONE;
}
