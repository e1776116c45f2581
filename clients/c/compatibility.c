/* schemata_test_compatibility: the registry's own check. */
#include <stdlib.h>
#include <string.h>

#include "clients/c/fetch.h"
#include "clients/c/memory.h"
#include "clients/c/report.h"
#include "clients/c/request.h"
#include "core/json/json.h"

/* What stands between `before` and `after`; empty when they are not there. */
static struct sma_str between(struct sma_str text, const char *before, const char *after)
{
    const char *start = memmem(text.ptr, text.len, before, strlen(before)), *end;
    struct sma_str rest;
    if (!start)
        return sma_str_make("", 0);
    start += strlen(before);
    rest = sma_str_make(start, (size_t)(text.ptr + text.len - start));
    end = memmem(rest.ptr, rest.len, after, strlen(after));
    return end ? sma_str_make(start, (size_t)(end - start)) : rest;
}

/* "{oldSchemaVersion: 3}" among the messages. */
static int32_t version_of(const struct sma_json *messages)
{
    int32_t version = -1;
    for (uint32_t i = 0; i < messages->count; i++) {
        struct sma_str number = between(messages->items[i].text, "{oldSchemaVersion: ", "}");
        if (number.len && number.len < 11 && messages->items[i].type == SMA_JSON_STRING) {
            char digits[12] = "";
            memcpy(digits, number.ptr, number.len);
            version = (int32_t)strtol(digits, NULL, 10);
        }
    }
    return version;
}

/* One of the registry's messages as a line of the report: {errorType:'X', description:'Y', …}, with
 * one kind of quote or the other. Those about the old schema are no findings. */
static bool add_message(schemata_report_t *report, struct sma_str message, int32_t version)
{
    struct sma_str rule = between(message, "{errorType:", ",");
    struct sma_str text = between(message, "description:", ", additionalInfo:");
    if (sma_str_starts(message, SMA_STR("{oldSchema")) ||
        sma_str_starts(message, SMA_STR("{validateFields")) ||
        sma_str_starts(message, SMA_STR("{compatibility")))
        return true;
    rule = rule.len > 2 ? sma_str_make(rule.ptr + 1, rule.len - 2) : SMA_STR("incompatible");
    while (text.len && strchr("'\"", text.ptr[0]))
        text = sma_str_from(text, 1);
    while (text.len && strchr("'\"}", text.ptr[text.len - 1]))
        text = sma_str_head(text, text.len - 1);
    struct sma_str rule_z = sma_arena_copy(&report->arena, rule);
    struct sma_str text_z = sma_arena_copy(&report->arena, text.len ? text : message);
    const schemata_diag_t d = {.rule = rule_z.ptr,
                               .severity = 3,
                               .message = text_z.ptr,
                               .against_version = version};
    return rule_z.ptr && text_z.ptr && sma_client_report_add(report, &d);
}

static schemata_status_t read_verdict(struct sma_str body, schemata_report_t **report,
                                      schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL, *verdict, *messages;
    schemata_report_t *made = sma_client_report_new();
    schemata_status_t st = made ? SCHEMATA_OK : sma_client_no_memory(err);
    sma_arena_init(&arena, 0);
    if (!st && sma_json_parse(&root, &arena, body, NULL, NULL, NULL) == SMA_ENOMEM)
        st = sma_client_no_memory(err);
    verdict = sma_json_getz(root, "is_compatible");
    messages = sma_json_getz(root, "messages");
    if (!st && !sma_json_is(verdict, SMA_JSON_BOOL))
        st = sma_client_fail(err, SCHEMATA_ERR_SERVER,
                             "the answer holds no verdict: is this a schema registry?");
    else if (!st && !verdict->boolean)
        st = sma_client_fail(err, SCHEMATA_ERR_INCOMPATIBLE,
                             "the registry finds the schema incompatible");
    bool has_list = st == SCHEMATA_ERR_INCOMPATIBLE && sma_json_is(messages, SMA_JSON_ARRAY);
    for (uint32_t i = 0; has_list && i < messages->count; i++)
        if (!add_message(made, messages->items[i].text, version_of(messages))) {
            if (err)
                schemata_error_free(*err);
            st = sma_client_no_memory(err);
            break;
        }
    if (report && (!st || st == SCHEMATA_ERR_INCOMPATIBLE)) {
        *report = made;
        made = NULL;
    } else if (st == SCHEMATA_ERR_INCOMPATIBLE && err && *err && !(*err)->is_static) {
        (*err)->report = made;
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
    struct sma_buf path, body, name;
    char *answer = NULL;
    size_t len = 0;
    schemata_status_t st;
    schemata_call_t without = call;
    if (!cl || !subject || !*subject || !s || version < SCHEMATA_LATEST)
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "schemata_test_compatibility: no subject, schema or version");
    sma_buf_init(&path, 0);
    sma_buf_init(&body, 0);
    sma_buf_init(&name, 0);
    sma_client_put_subject(&name, call.context, subject);
    sma_buf_putz(&path, "/compatibility/subjects/");
    sma_client_put_segment(&path, sma_buf_str(&name));
    sma_buf_putz(&path, "/versions");
    if (version == SCHEMATA_LATEST)
        sma_buf_putz(&path, "/latest");
    else if (version)
        sma_buf_printf(&path, "/%d", version);
    sma_buf_putz(&path, "?verbose=true");
    if (call.flags & SCHEMATA_NORMALIZE)
        sma_buf_putz(&path, "&normalize=true");
    sma_client_put_schema(&body, s);
    without.context = NULL; /* it is in the subject */
    st = sma_buf_failed(&path) || sma_buf_failed(&body) || sma_buf_failed(&name)
             ? sma_client_no_memory(err)
             : schemata_rest(cl, "POST", path.ptr, body.ptr, body.len, &answer, &len, NULL,
                             &without, err);
    if (!st)
        st = read_verdict(sma_str_make(answer, len), report, err);
    sma_client_free(answer);
    sma_buf_fini(&path);
    sma_buf_fini(&body);
    sma_buf_fini(&name);
    return st;
}
