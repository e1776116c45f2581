/* /compatibility (confluent-rest 4.4). */
#include "api/confluent/resources.h"

#include "registry/check.h"
#include "registry/read.h"

static void write_verdict(struct sma_call *call, bool is_compatible, const struct sma_str *messages,
                          size_t count)
{
    sma_jw_object_open(&call->out);
    sma_jw_member_bool(&call->out, "is_compatible", is_compatible);
    if (sma_param_bool(call, "verbose")) {
        sma_jw_name(&call->out, "messages");
        sma_jw_array_open(&call->out);
        for (size_t i = 0; i < count; i++)
            sma_jw_string(&call->out, messages[i]);
        sma_jw_array_close(&call->out);
    }
    sma_jw_object_close(&call->out);
}

/* A schema that is none is an answer too when reasons are wanted. */
static enum sma_status answer(struct sma_call *call, const struct sma_check_request *request,
                              struct sma_error *err)
{
    struct sma_check_result result;
    struct sma_error problem = SMA_ERROR_INIT;
    enum sma_status st = sma_check(&result, call->loader, request, &problem);
    if (!st) {
        write_verdict(call, result.is_compatible, result.messages, result.message_count);
        return SMA_OK;
    }
    if (problem.code == SMA_CODE_INVALID_SCHEMA && sma_param_bool(call, "verbose")) {
        struct sma_str message = sma_str_z(problem.message);
        write_verdict(call, false, &message, 1);
        return SMA_OK;
    }
    if (err && !err->status)
        *err = problem;
    return st;
}

static enum sma_status check(struct sma_call *call, int32_t version, struct sma_error *err)
{
    struct sma_check_request request = {.version = version,
                                        .normalize = sma_param_bool(call, "normalize")};
    struct sma_subject subject;
    enum sma_status st = sma_body_schema(&request.schema, call, "testCompatibility.schema", err);
    if (!st)
        st = sma_param_subject(&subject, call, call->loader, err);
    request.subject = &subject;
    return st ? st : answer(call, &request, err);
}

enum sma_status sma_compatibility_with_all(struct sma_call *call, struct sma_error *err)
{
    return check(call, 0, err);
}

enum sma_status sma_compatibility_with_one(struct sma_call *call, struct sma_error *err)
{
    int32_t version;
    enum sma_status st = sma_version_parse(&version, sma_http_param(call->request, "version"), err);
    return st ? st : check(call, version, err);
}
