/* Schemas from the registry, through the cache. */
#include "clients/c/choose.h"
#include "clients/c/request.h"

static schemata_schema_t *run_until(schemata_client_t *cl, struct sma_client_request *r,
                                    const schemata_call_t *o, int64_t *until_ms,
                                    schemata_error_t **err)
{
    schemata_schema_t *schema = NULL;
    if (!cl) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "no client");
        return NULL;
    }
    r->client = cl;
    if (o) {
        const schemata_call_t call = sma_client_call(o);
        r->context = call.context;
        r->flags = call.flags;
        r->timeout_ms = call.timeout_ms;
    }
    if (sma_client_request_run(r, &schema, err))
        return NULL;
    if (until_ms)
        *until_ms = r->until_ms;
    return schema;
}

static schemata_schema_t *run(schemata_client_t *cl, struct sma_client_request *r,
                              const schemata_call_t *o, schemata_error_t **err)
{
    return run_until(cl, r, o, NULL, err);
}

schemata_schema_t *schemata_get_by_id(schemata_client_t *cl, int32_t id,
                                      const char *subject_or_null, const schemata_call_t *o,
                                      schemata_error_t **err)
{
    struct sma_client_request r = {
        .op = SMA_ASK_ID, .number = id, .subject = subject_or_null};
    return run(cl, &r, o, err);
}

schemata_schema_t *schemata_get_by_guid(schemata_client_t *cl, const schemata_guid_t *g,
                                        const schemata_call_t *o, schemata_error_t **err)
{
    struct sma_client_request r = {.op = SMA_ASK_GUID, .guid = g};
    return run(cl, &r, o, err);
}

schemata_schema_t *schemata_get_version(schemata_client_t *cl, const char *subject, int32_t version,
                                        const schemata_call_t *o, schemata_error_t **err)
{
    struct sma_client_request r = {
        .op = SMA_ASK_VERSION, .subject = subject, .number = version};
    return run(cl, &r, o, err);
}

schemata_schema_t *schemata_get_latest_with_metadata(schemata_client_t *cl, const char *subject,
                                                     const schemata_kv_t *kv, size_t n,
                                                     const schemata_call_t *o,
                                                     schemata_error_t **err)
{
    struct sma_client_request r = {
        .op = SMA_ASK_METADATA, .subject = subject, .pairs = kv, .pair_count = kv ? n : 0};
    if (!kv || !n) {
        sma_client_fail(err, SCHEMATA_ERR_ARG, "no metadata to look for");
        return NULL;
    }
    return run(cl, &r, o, err);
}

schemata_schema_t *sma_client_get_latest(schemata_client_t *cl, const char *subject,
                                         const struct sma_client_pairs *pairs,
                                         const schemata_call_t *o, int64_t *until_ms,
                                         schemata_error_t **err)
{
    struct sma_client_request r = {.op = pairs ? SMA_ASK_METADATA : SMA_ASK_VERSION,
                                   .subject = subject,
                                   .number = pairs ? 0 : SCHEMATA_LATEST};
    if (pairs) {
        r.pairs = pairs->items;
        r.pair_count = pairs->count;
    }
    return run_until(cl, &r, o, until_ms, err);
}

schemata_schema_t *schemata_lookup(schemata_client_t *cl, const char *subject,
                                   const schemata_schema_t *s, const schemata_call_t *o,
                                   schemata_error_t **err)
{
    struct sma_client_request r = {.op = SMA_ASK_LOOKUP, .subject = subject, .schema = s};
    return run(cl, &r, o, err);
}

schemata_schema_t *schemata_register(schemata_client_t *cl, const char *subject,
                                     const schemata_schema_t *s, const schemata_call_t *o,
                                     schemata_error_t **err)
{
    struct sma_client_request r = {.op = SMA_ASK_REGISTER, .subject = subject, .schema = s};
    return run(cl, &r, o, err);
}
