/* The driver of confluent-rest 13.1: which versions are compared, in which direction, and the list
 * of messages with its closing lines. It knows nothing of any format. */
#include "base/utf8.h"
#include "core/compat/compat.h"

#define OLD_SCHEMA_SHOWN_MAX 10240 /* UTF-16 units of the old schema's text in a message */

struct run {
    const struct sma_check *check;
    struct sma_arena *arena;
    struct sma_check_result *result;
    struct sma_work work;
    size_t capacity; /* of result->messages */
    struct sma_error *err;
};

static enum sma_status add_message(struct run *run, struct sma_str text)
{
    struct sma_check_result *result = run->result;
    struct sma_str *grown =
        sma_arena_grow(run->arena, result->messages, result->message_count, &run->capacity,
                       result->message_count + 1, sizeof *grown);
    if (!grown || !text.ptr)
        return sma_fail_nomem(run->err);
    result->messages = grown;
    result->messages[result->message_count++] = text;
    return SMA_OK;
}

static enum sma_status add_finding_messages(struct run *run, const struct sma_findings *findings,
                                            const char *first, const char *second)
{
    enum sma_status st = sma_findings_status(findings, run->err);
    for (size_t i = 0; !st && i < findings->count; i++) {
        struct sma_buf text;
        if (findings->items[i].is_compatible)
            continue;
        sma_buf_init(&text, 0);
        sma_finding_message(&text, &findings->items[i], first, second);
        st = sma_buf_failed(&text)
                 ? sma_fail_nomem(run->err)
                 : add_message(run, sma_arena_copy(run->arena, sma_buf_str(&text)));
        sma_buf_fini(&text);
    }
    return st;
}

/* One direction. An engine that stumbles over the content (the original's exception) gives its one
 * message in place of findings. */
static enum sma_status compare(struct run *run, struct sma_findings *findings,
                               const struct sma_schema *reader, const struct sma_schema *writer,
                               const char *first, const char *second)
{
    struct sma_error problem = SMA_ERROR_INIT;
    sma_findings_init(findings, run->arena, 0);
    enum sma_status st =
        reader->format->compat(findings, reader, writer, run->check->policy, &run->work, &problem);
    if (st == SMA_EINVAL)
        return add_message(run, sma_arena_printf(run->arena,
                                                 "Unexpected exception during compatibility "
                                                 "check: %s",
                                                 problem.message));
    if (st)
        return sma_fail(run->err, st, "%s", problem.message);
    return add_finding_messages(run, findings, first, second);
}

static enum sma_status add_old_schema(struct run *run, const struct sma_earlier *earlier)
{
    struct sma_str text = earlier->schema->canonical;
    struct sma_str line;
    if (earlier->version > 0) {
        line = sma_arena_printf(run->arena, "{oldSchemaVersion: %d}", earlier->version);
        enum sma_status st = add_message(run, line);
        if (st)
            return st;
    }
    size_t shown = sma_utf16_prefix(text, OLD_SCHEMA_SHOWN_MAX);
    if (shown == text.len)
        line = sma_arena_printf(run->arena, "{oldSchema: '%.*s'}", SMA_STR_ARG(text));
    else
        line = sma_arena_printf(run->arena, "{oldSchema: <truncated> '%.*s...'}", (int)shown,
                                text.ptr);
    return add_message(run, line);
}

/* Both directions against one version. FULL lists forward first, and the lines about the old schema
 * follow only a non-empty backward part. */
static enum sma_status compare_version(struct run *run, const struct sma_earlier *earlier)
{
    const struct sma_schema *candidate = run->check->candidate, *old = earlier->schema;
    enum sma_level level = run->check->level;
    enum sma_status st = SMA_OK;
    size_t before = run->result->message_count;
    if (candidate->format != old->format)
        return add_message(run, SMA_STR("Incompatible because of different schema type"));
    if (sma_level_is_forward(level))
        st = compare(run, &run->result->forward, old, candidate, "old", "new");
    if (!st && sma_level_is_backward(level)) {
        before = run->result->message_count;
        st = compare(run, &run->result->backward, candidate, old, "new", "old");
    }
    return !st && run->result->message_count > before ? add_old_schema(run, earlier) : st;
}

static enum sma_status compare_versions(struct run *run)
{
    if (run->check->level == SMA_LEVEL_NONE)
        return SMA_OK;
    for (size_t i = 0;; i++) {
        struct sma_earlier earlier = {NULL, 0};
        size_t before = run->result->message_count;
        enum sma_status st = run->check->earlier(run->check->earlier_ctx, i, &earlier, run->err);
        if (st || !earlier.schema)
            return st;
        st = compare_version(run, &earlier);
        if (st)
            return st;
        if (run->result->message_count > before) {
            run->result->version = earlier.version;
            return SMA_OK;
        }
        if (!sma_level_is_transitive(run->check->level))
            return SMA_OK;
    }
}

enum sma_status sma_check_run(struct sma_check_result *result, struct sma_arena *arena,
                              const struct sma_check *check, struct sma_error *err)
{
    struct sma_check_result own = {.is_compatible = true};
    struct run run = {
        .check = check,
        .arena = arena,
        .result = &own,
        .work = {check->max_steps ? check->max_steps : SMA_COMPAT_STEPS_MAX},
        .err = err,
    };
    enum sma_status st = SMA_OK;
    sma_findings_init(&own.forward, arena, 0);
    sma_findings_init(&own.backward, arena, 0);
    for (size_t i = 0; !st && i < check->extra_count; i++)
        st = add_message(&run, sma_arena_copy(arena, check->extra_messages[i]));
    if (!st)
        st = compare_versions(&run);
    if (!st && own.message_count) {
        own.is_compatible = false;
        st =
            add_message(&run, sma_arena_printf(arena, "{validateFields: '%s', compatibility: '%s'}",
                                               check->validate_fields ? "true" : "false",
                                               sma_level_name(check->level)));
    }
    if (!st)
        *result = own;
    return st;
}
