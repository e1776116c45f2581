/* POST /check: may this schema become the next version of a subject, or the successor of a text?
 *
 *   {"subject":"s", "schema":"…", "schemaType":"AVRO", "references":[…], "version": 3 | "latest"}
 *       by the subject's level, policy and switches; version: against that one alone
 *   {"against":[{schema as in source.h}…], "level":"FULL", "policy":"STRICT", "schema":"…", …}
 *       against what is given, oldest first
 *
 * The same verdict and messages as the Confluent route's, and the findings behind them. */
#include "registry/check.h"
#include "api/schemata/differences.h"
#include "api/schemata/resources.h"
#include "api/schemata/source.h"
#include "registry/read.h"
#include "registry/value.h"

#define AGAINST_MAX 100

static void write_result(struct sma_own_call *call, const struct sma_check_result *result,
                         enum sma_level level, struct sma_str newer)
{
    struct sma_json_writer *w = &call->out;
    sma_jw_object_open(w);
    sma_jw_member_bool(w, "isCompatible", result->is_compatible);
    sma_jw_member_string(w, SMA_LEVEL_MEMBER, sma_str_z(sma_level_name(level)));
    sma_jw_name(w, "version");
    if (result->version)
        sma_jw_i64(w, result->version);
    else
        sma_jw_null(w);
    sma_jw_name(w, "messages");
    sma_jw_array_open(w);
    for (size_t i = 0; i < result->message_count; i++)
        sma_jw_string(w, result->messages[i]);
    sma_jw_array_close(w);
    sma_jw_name(w, "findings");
    sma_jw_array_open(w);
    sma_own_differences_write(w, &result->backward, false, newer, (struct sma_str){NULL, 0});
    sma_own_differences_write(w, &result->forward, true, newer, (struct sma_str){NULL, 0});
    sma_jw_array_close(w);
    sma_jw_object_close(w);
}

/* ---- against a subject --------------------------------------------------------------------------
 */

static enum sma_status read_request(struct sma_check_request *request, struct sma_own_call *call,
                                    const struct sma_json *body, struct sma_error *err)
{
    struct sma_schema_request *schema = &request->schema;
    struct sma_str version;
    schema->id = -1;
    enum sma_status st =
        sma_value_text(&schema->text, sma_json_getz(body, "schema"), "schema", err);
    if (!st)
        st = sma_value_text(&schema->type, sma_json_getz(body, "schemaType"), "schemaType", err);
    if (!st)
        st = sma_own_references_read(&schema->references, &schema->reference_count, call->arena,
                                     body, err);
    if (!st)
        st = sma_value_text(&version, sma_json_getz(body, "version"), "version", err);
    if (!st && version.ptr)
        st = sma_version_parse(&request->version, version, err);
    return st;
}

static enum sma_status check_subject(struct sma_own_call *call, const struct sma_json *body,
                                     struct sma_str name, struct sma_error *err)
{
    struct sma_check_request request = {.version = 0};
    struct sma_check_result result;
    struct sma_subject given, subject;
    struct sma_config config;
    enum sma_status st = sma_subject_parse(&given, call->arena, name, err);
    if (!st)
        st = sma_read_alias(&subject, call->loader, &given, err);
    if (!st)
        st = read_request(&request, call, body, err);
    if (!st)
        st = sma_scope_config(&config, call->loader, &subject, err);
    request.subject = &subject;
    if (!st)
        st = sma_check(&result, call->loader, &request, err);
    if (st)
        return st;
    /* Where the subject's setting asks for normalization, places are those of another text. */
    struct sma_str newer = request.schema.text;
    if (config.normalize == SMA_TRUE)
        newer = (struct sma_str){NULL, 0};
    write_result(call, &result, config.level, newer);
    return SMA_OK;
}

/* ---- against given schemas ----------------------------------------------------------------------
 */

struct given {
    struct sma_schema *schemas[AGAINST_MAX];
    size_t count;
};

/* Newest first: from the end. */
static enum sma_status next_given(void *ctx, size_t i, struct sma_earlier *out,
                                  struct sma_error *err)
{
    const struct given *given = ctx;
    (void)err;
    *out = (struct sma_earlier){.schema =
                                    i < given->count ? given->schemas[given->count - 1 - i] : NULL};
    return SMA_OK;
}

static enum sma_status read_given(struct given *given, struct sma_own_call *call,
                                  const struct sma_json *list, struct sma_error *err)
{
    struct sma_own_source source;
    enum sma_status st = SMA_OK;
    if (list->type != SMA_JSON_ARRAY || list->count > AGAINST_MAX)
        return sma_own_refuse(err, "against: give an array of at most %d schemas", AGAINST_MAX);
    for (uint32_t i = 0; !st && i < list->count; i++) {
        if (list->items[i].type != SMA_JSON_OBJECT)
            return sma_own_refuse(err, "against/%u: give an object that names a schema", i);
        st = sma_own_source_read(&source, call, &list->items[i], err);
        if (!st)
            st = sma_own_source_parse(&given->schemas[given->count], call, &source, err);
        if (!st)
            given->count++;
        else
            sma_error_prefix(err, "against/%u: ", i);
    }
    return st;
}

static enum sma_status read_level(struct sma_check *check, const struct sma_json *body,
                                  struct sma_error *err)
{
    struct sma_str level, policy;
    enum sma_status st = sma_value_text(&level, sma_json_getz(body, "level"), "level", err);
    if (!st)
        st = sma_value_text(&policy, sma_json_getz(body, "policy"), "policy", err);
    if (!st)
        st = sma_own_policy_read(&check->policy, policy, err);
    check->level = SMA_LEVEL_BACKWARD;
    if (!st && level.len && !sma_level_parse(level, &check->level))
        st = sma_own_refuse(err, "level: give a compatibility level such as BACKWARD");
    return st;
}

static enum sma_status check_given(struct sma_own_call *call, const struct sma_json *body,
                                   const struct sma_json *list, struct sma_error *err)
{
    struct given given = {.count = 0};
    struct sma_own_source source;
    struct sma_schema *candidate = NULL;
    struct sma_check check = {.earlier = next_given, .earlier_ctx = &given};
    struct sma_check_result result;
    enum sma_status st = read_level(&check, body, err);
    if (!st)
        st = sma_own_source_read(&source, call, body, err);
    if (!st)
        st = sma_own_source_parse(&candidate, call, &source, err);
    if (!st)
        st = read_given(&given, call, list, err);
    check.candidate = candidate;
    if (!st)
        st = sma_check_run(&result, call->arena, &check, err);
    if (!st)
        write_result(call, &result, check.level, source.parse.text);
    for (size_t i = 0; i < given.count; i++)
        sma_schema_unref(given.schemas[i]);
    sma_schema_unref(candidate);
    return st;
}

enum sma_status sma_own_check(struct sma_own_call *call, struct sma_error *err)
{
    const struct sma_json *body, *against;
    struct sma_str subject;
    enum sma_status st = sma_own_body(&body, call, err);
    if (!st)
        st = sma_value_text(&subject, sma_json_getz(body, "subject"), "subject", err);
    if (st)
        return st;
    against = sma_json_getz(body, "against");
    if (against && against->type != SMA_JSON_NULL)
        return check_given(call, body, against, err);
    if (!subject.len)
        return sma_own_refuse(err, "against what? Give subject, or against with schemas");
    return check_subject(call, body, subject, err);
}
