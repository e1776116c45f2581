/* POST /validate: which values does a schema accept, and what is wrong with the others?
 *
 * JSON Schema gives every violation (up to maxFindings a value). Avro and Protobuf judge a value by
 * encoding it, and stop at the first thing that does not fit: one finding, without a schema path.
 */
#include <time.h>

#include "api/schemata/engine.h"
#include "api/schemata/judge.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"

static enum sma_status read_values(const struct sma_json **out, const struct sma_json *body,
                                   struct sma_error *err)
{
    const struct sma_json *values = sma_json_getz(body, "values");
    if (!sma_json_is(values, SMA_JSON_ARRAY))
        return sma_own_refuse(err, "values: give an array of JSON values");
    if (values->count > SMA_OWN_VALUES_MAX)
        return sma_own_refuse(err,
                              "values: %u exceed the limit of %u in one request; send them "
                              "in parts",
                              values->count, SMA_OWN_VALUES_MAX);
    *out = values;
    return SMA_OK;
}

static int64_t now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static enum sma_status judge_all(bool *all_valid, struct sma_own_call *call,
                                 struct sma_own_judging *judging, const struct sma_json *values,
                                 struct sma_error *err)
{
    int64_t end = now_s() + SMA_OWN_VALIDATE_SECONDS_MAX;
    enum sma_status st = SMA_OK;
    *all_valid = true;
    sma_jw_name(&call->out, "results");
    sma_jw_array_open(&call->out);
    for (uint32_t i = 0; !st && i < values->count; i++) {
        bool is_valid = false;
        if (now_s() > end || !sma_http_is_wanted(call->exchange))
            return sma_own_refuse(err,
                                  "values/%u: the request exceeds the limit of %d seconds; "
                                  "send fewer values",
                                  i, SMA_OWN_VALIDATE_SECONDS_MAX);
        sma_jw_object_open(&call->out);
        st = sma_own_judge(&is_valid, &call->out, judging, &values->items[i], err);
        sma_jw_object_close(&call->out);
        *all_valid = *all_valid && is_valid;
        if (st)
            sma_error_prefix(err, "values/%u: ", i);
    }
    sma_jw_array_close(&call->out);
    return st;
}

enum sma_status sma_own_validate(struct sma_own_call *call, struct sma_error *err)
{
    const struct sma_json *body, *values = NULL;
    struct sma_own_source source;
    struct sma_own_judging judging = {.arena = call->arena, .text = call->request->body};
    bool all_valid;
    enum sma_status st = sma_own_body(&body, call, err);
    if (!st)
        st = sma_own_judging_options(&judging, body, err);
    if (!st)
        st = read_values(&values, body, err);
    if (!st)
        st = sma_own_source_read(&source, call, body, err);
    if (!st)
        st = sma_own_engine_get(&judging.engine, call, &source, judging.assert_format, err);
    if (!st)
        st = sma_own_judging_begin(&judging, err);
    if (!st) {
        sma_jw_object_open(&call->out);
        sma_own_source_write(&call->out, &source);
        st = judge_all(&all_valid, call, &judging, values, err);
        if (!st)
            sma_jw_member_bool(&call->out, "isValid", all_valid);
        sma_jw_object_close(&call->out);
    }
    sma_own_judging_end(&judging);
    sma_own_engine_unref(judging.engine);
    return st;
}
