/* /contexts/{context}/… : the rest of the path, read inside the context (confluent-rest 5). Works
 * on positions, not on words: a subject may be called "subjects", "contexts" or "config". */
#include "api/confluent/call.h"

#include "registry/subject.h"
#include "registry/text.h"

enum sma_status sma_api_context(struct sma_str *out, struct sma_arena *arena, struct sma_str text,
                                struct sma_error *err)
{
    struct sma_str name = text;
    if (sma_str_starts(name, SMA_STR(":")))
        name = sma_str_from(name, 1);
    if (sma_str_ends(name, SMA_STR(":")))
        name = sma_str_head(name, name.len - 1);
    if (sma_str_chr(name, ':') >= 0)
        return sma_refuse(err, SMA_CODE_BAD_REQUEST, "Context name '%.*s' cannot contain a colon",
                          SMA_STR_ARG(name));
    if (!sma_str_starts(name, SMA_STR(".")))
        name = SMA_JOIN(arena, SMA_STR("."), name);
    if (!name.ptr)
        return sma_fail_nomem(err);
    *out = name;
    return SMA_OK;
}

struct rewriting {
    struct sma_http_target *target;
    struct sma_arena *arena;
    struct sma_str prefix; /* ":.ctx:" */
    bool failed;           /* out of memory, or too many parameters */
};

static bool is(const struct sma_http_target *target, size_t i, const char *word)
{
    return i < target->segment_count && sma_str_eqz(target->segments[i], word);
}

static bool is_qualified(struct sma_str subject)
{
    return sma_str_starts(subject, SMA_STR(":.")) || sma_str_starts(subject, SMA_STR(":*:"));
}

static struct sma_str qualify(struct rewriting *r, struct sma_str subject)
{
    if (is_qualified(subject))
        return subject;
    struct sma_str qualified = SMA_JOIN(r->arena, r->prefix, subject);
    r->failed = r->failed || !qualified.ptr;
    return qualified.ptr ? qualified : subject;
}

/* The segment at `i` names a subject, if it is there. */
static void qualify_segment(struct rewriting *r, size_t i)
{
    if (i < r->target->segment_count)
        r->target->segments[i] = qualify(r, r->target->segments[i]);
}

/* The parameter gets the prefix; an absent one becomes the prefix alone. */
static void qualify_parameter(struct rewriting *r, struct sma_str name)
{
    bool is_there = false;
    for (size_t i = 0; i < r->target->query_count; i++)
        if (sma_str_eq(r->target->query_items[i].name, name)) {
            r->target->query_items[i].value = qualify(r, r->target->query_items[i].value);
            r->target->query_items[i].has_value = true;
            is_there = true;
        }
    if (!is_there && !sma_http_target_add_query(r->target, r->arena, name, r->prefix))
        r->failed = true;
}

/* Whatever was sent, the context in the path holds. */
static void set_parameter(struct rewriting *r, struct sma_str name)
{
    for (size_t i = 0; i < r->target->query_count; i++)
        if (sma_str_eq(r->target->query_items[i].name, name))
            r->target->query_items[i].value = SMA_STR("");
    qualify_parameter(r, name);
}

/* /associations, /associations/… and /associations:batchMutate. */
static bool is_associations(const struct sma_http_target *target)
{
    return is(target, 0, "associations") || is(target, 0, "associations:batchMutate");
}

/* /dek-registry/v1/keks/{name}/deks/{subject}: keks belong to no context, the subjects of deks do. */
static void rewrite_deks(struct rewriting *r)
{
    if (r->target->segment_count == 3)
        qualify_parameter(r, SMA_STR("subjectPrefix"));
    else if (is(r->target, 4, "deks"))
        qualify_segment(r, 5);
}

/* /config and /mode of a context are those of the scope ":.ctx:". */
static void rewrite_setting(struct rewriting *r)
{
    if (r->target->segment_count == 1)
        r->target->segments[r->target->segment_count++] = r->prefix;
    else
        qualify_segment(r, 1);
}

static void rewrite_inside(struct rewriting *r)
{
    struct sma_http_target *target = r->target;
    if (is(target, 0, "config") || is(target, 0, "mode"))
        rewrite_setting(r);
    else if (is(target, 0, "subjects") && target->segment_count == 1)
        qualify_parameter(r, SMA_STR("subjectPrefix"));
    else if (is(target, 0, "subjects"))
        qualify_segment(r, 1);
    else if (is(target, 0, "compatibility") && is(target, 1, "subjects"))
        qualify_segment(r, 2);
    else if (is(target, 0, "schemas") && is(target, 1, "ids"))
        qualify_parameter(r, SMA_STR("subject"));
    else if (is(target, 0, "schemas") && target->segment_count == 1)
        qualify_parameter(r, SMA_STR("subjectPrefix"));
    else if (is(target, 0, "associations") && is(target, 1, "subjects"))
        qualify_segment(r, 2);
    else if (is_associations(target))
        set_parameter(r, SMA_STR("context"));
    else if (is(target, 0, "dek-registry") && is(target, 1, "v1") && is(target, 2, "keks"))
        rewrite_deks(r);
}

static void drop_first_segments(struct sma_http_target *target, size_t count)
{
    target->segment_count -= count;
    for (size_t i = 0; i < target->segment_count; i++)
        target->segments[i] = target->segments[i + count];
}

static enum sma_http_outcome rewrite(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request,
                                     struct sma_http_target *target)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str context;
    enum sma_status st = sma_api_context(&context, request->arena, target->segments[1], &err);
    if (st) {
        sma_api_failure(exchange, st, err.code, sma_str_z(err.message));
        return SMA_HTTP_DONE;
    }
    drop_first_segments(target, 2);
    if (sma_str_eq(context, SMA_CONTEXT_DEFAULT))
        return SMA_HTTP_DECLINED;
    struct rewriting r = {
        .target = target,
        .arena = request->arena,
        .prefix = SMA_JOIN(request->arena, SMA_STR(":"), context, SMA_STR(":")),
    };
    if (r.prefix.ptr)
        rewrite_inside(&r);
    if (!r.prefix.ptr || r.failed) {
        sma_api_failure(exchange, SMA_ENOMEM, 0, SMA_STR(""));
        return SMA_HTTP_DONE;
    }
    return SMA_HTTP_DECLINED;
}

/* Runs for every request: what is not concerned goes on at once. */
enum sma_http_outcome sma_api_rewrite(struct sma_http_exchange *exchange,
                                      const struct sma_http_request *request,
                                      struct sma_http_target *target, void *ctx)
{
    (void)ctx;
    if (target->segment_count < 3 || !is(target, 0, "contexts"))
        return SMA_HTTP_DECLINED;
    return rewrite(exchange, request, target);
}
