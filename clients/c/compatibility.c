/* schemata_test_compatibility: the registry's own check. */
#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/report.h"
#include "core/json/json.h"

static schemata_status_t read_messages(schemata_report_t *report, const struct sma_json *list,
                                       int32_t version, schemata_error_t **err)
{
    for (uint32_t i = 0; sma_json_is(list, SMA_JSON_ARRAY) && i < list->count; i++) {
        const struct sma_json *one = &list->items[i];
        struct sma_str text = one->type == SMA_JSON_STRING ? one->text : sma_str_make("", 0);
        const schemata_diag_t d = {.rule = "registry",
                                   .severity = 3,
                                   .message = sma_arena_copy(&report->arena, text).ptr,
                                   .against_version = version};
        if (!d.message || !sma_client_report_add(report, &d))
            return sma_client_no_memory(err);
    }
    return SCHEMATA_OK;
}

static schemata_status_t read_verdict(struct sma_str body, int32_t version,
                                      schemata_report_t **report, schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL, *verdict;
    schemata_status_t st = SCHEMATA_OK;
    schemata_report_t *made = NULL;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&root, &arena, body, NULL, NULL, NULL))
        root = NULL;
    verdict = sma_json_getz(root, "is_compatible");
    if (!sma_json_is(verdict, SMA_JSON_BOOL)) {
        st = sma_client_fail(err, SCHEMATA_ERR_SERVER,
                             "the answer holds no verdict: is this a schema registry?");
    } else if (!verdict->boolean) {
        made = sma_client_report_new();
        st = made ? read_messages(made, sma_json_getz(root, "messages"), version, err)
                  : sma_client_no_memory(err);
        if (!st)
            st = sma_client_fail(err, SCHEMATA_ERR_INCOMPATIBLE,
                                 "the registry finds the schema incompatible");
    }
    if (st == SCHEMATA_ERR_INCOMPATIBLE && report) {
        *report = made;
        made = NULL;
    }
    schemata_report_free(made);
    sma_arena_fini(&arena);
    return st;
}

schemata_status_t schemata_test_compatibility(schemata_client_t *cl, const char *subject,
                                              int32_t version, const schemata_schema_t *s,
                                              const schemata_call_t *o, schemata_report_t **report,
                                              schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call(o);
    struct sma_client_reply reply;
    struct sma_buf path, body;
    if (!cl || !subject || !s)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "schemata_test_compatibility: needs a client, a subject and a "
                               "schema");
    sma_buf_init(&path, 0);
    sma_buf_init(&body, 0);
    sma_buf_putz(&path, "/compatibility/subjects/");
    sma_client_put_segment(&path, sma_str_z(subject));
    sma_buf_putz(&path, "/versions");
    if (version == SCHEMATA_LATEST)
        sma_buf_putz(&path, "/latest");
    else if (version > 0)
        sma_buf_printf(&path, "/%d", version);
    sma_buf_printf(&path, "?verbose=true&normalize=%s",
                   call.flags & SCHEMATA_NORMALIZE ? "true" : "false");
    sma_client_put_schema(&body, s);
    schemata_status_t st =
        sma_buf_failed(&path) || sma_buf_failed(&body)
            ? sma_client_no_memory(err)
            : sma_client_rest_call(cl->rest, "POST", path.ptr, sma_buf_str(&body),
                                   sma_client_deadline(cl, &call), &reply, err);
    if (!st) {
        st = reply.status >= 400 ? sma_client_rest_refused(&reply, path.ptr, err)
                                 : read_verdict(sma_buf_str(&reply.body), version, report, err);
        sma_client_reply_fini(&reply);
    }
    sma_buf_fini(&path);
    sma_buf_fini(&body);
    return st;
}
