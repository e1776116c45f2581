/* JSON messages against their schema: yes or no on the hit path, everything that is wrong after. */
#include "clients/c/codec.h"
#include "clients/c/report.h"

static bool add(schemata_report_t *report, const struct sma_violation *v)
{
    const schemata_diag_t d = {
        .rule = sma_arena_copy(&report->arena, v->keyword).ptr,
        .severity = 3,
        .path = sma_arena_copy(&report->arena, v->instance_path).ptr,
        .message = sma_arena_copy(&report->arena, v->message).ptr,
        .why = sma_arena_copy(&report->arena, v->schema_path).ptr,
        .against_version = -1,
    };
    return d.rule && d.path && d.message && d.why && sma_client_report_add(report, &d);
}

/* The error names the first violation; its report has them all. */
static schemata_status_t refuse(const struct sma_violations *violations, schemata_error_t **err)
{
    const struct sma_violation *first = &violations->items[0];
    schemata_report_t *report;
    bool ok;
    sma_client_fail(err, SCHEMATA_ERR_DATA, "at \"%.*s\": %.*s (%.*s)",
                    SMA_STR_ARG(first->instance_path), SMA_STR_ARG(first->message),
                    SMA_STR_ARG(first->schema_path));
    sma_client_hint(err, violations->count > 1
                             ? "the report of this error lists everything that is wrong"
                             : "correct the message, or set json.fail.invalid.schema=false");
    if (!err || (*err)->is_static)
        return SCHEMATA_ERR_DATA;
    report = sma_client_report_new();
    ok = report != NULL;
    for (size_t i = 0; ok && i < violations->count; i++)
        ok = add(report, &violations->items[i]);
    if (ok)
        (*err)->report = report;
    else
        schemata_report_free(report);
    return SCHEMATA_ERR_DATA;
}

schemata_status_t sma_client_validate(const struct sma_client_codec *codec,
                                      struct sma_client_lane *lane, const struct sma_json *instance,
                                      schemata_error_t **err)
{
    struct sma_error problem;
    struct sma_violations violations;
    bool valid = false;
    sma_error_clear(&problem);
    if (sma_validator_check(codec->validator, &lane->validator, instance, &valid, &problem))
        return sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
    if (valid)
        return SCHEMATA_OK;
    sma_violations_init(&violations, &lane->arena, 0);
    if (sma_validator_report(codec->validator, &lane->validator, instance, &violations, &problem))
        return sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
    if (!violations.count)
        return sma_client_fail(err, SCHEMATA_ERR_DATA, "the message is not valid");
    return refuse(&violations, err);
}
