#include "clients/c/request.h"

#include <string.h>

#include "clients/c/clock.h"
#include "clients/c/fetch.h"
#include "clients/c/memory.h"
#include "clients/c/worker.h"
#include "core/hash/hash.h"

/* ---- keys -----------------------------------------------------------------------------------------
 */

static void key_put(struct sma_client_key *key, const void *bytes, size_t len)
{
    if (!key->far.len && !key->far.failed && key->near_len + len <= sizeof key->near) {
        memcpy(key->near + key->near_len, bytes, len);
        key->near_len += len;
        return;
    }
    if (!key->far.len)
        sma_buf_append(&key->far, key->near, key->near_len);
    sma_buf_append(&key->far, bytes, len);
}

/* With its NUL, which separates the parts. */
static void key_putz(struct sma_client_key *key, const char *text)
{
    key_put(key, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void key_put_schema(struct sma_client_key *key, const schemata_schema_t *s)
{
    key_put(key, s->body->digest, sizeof s->body->digest);
    key_putz(key, s->metadata);
    key_putz(key, s->rule_set);
}

/* Flags that make another question of it. */
static uint32_t asking_flags(const struct sma_client_request *r)
{
    return r->flags & (SCHEMATA_DELETED | SCHEMATA_NORMALIZE);
}

bool sma_client_request_key(struct sma_client_key *key, const struct sma_client_request *r,
                            struct sma_str *view)
{
    const char head[] = {(char)('a' + (int)r->op), (char)asking_flags(r)};
    key->near_len = 0;
    sma_buf_init(&key->far, 0);
    key_put(key, head, sizeof head);
    key_put(key, &r->number, sizeof r->number);
    key_putz(key, r->context);
    key_putz(key, r->subject);
    if (r->op == SMA_ASK_GUID)
        key_put(key, r->guid->b, sizeof r->guid->b);
    for (size_t i = 0; i < r->pair_count; i++) {
        key_putz(key, r->pairs[i].key);
        key_putz(key, r->pairs[i].value);
    }
    if (r->schema)
        key_put_schema(key, r->schema);
    *view = key->far.len ? sma_buf_str(&key->far) : sma_str_make(key->near, key->near_len);
    return !sma_buf_failed(&key->far);
}

void sma_client_key_fini(struct sma_client_key *key)
{
    sma_buf_fini(&key->far);
}

/* ---- copies ---------------------------------------------------------------------------------------
 */

struct copied {
    struct sma_client_request request;
    struct sma_arena arena;
    schemata_guid_t guid;
};

static bool copy_text(struct copied *c, const char **text)
{
    if (!*text)
        return true;
    *text = sma_arena_copy(&c->arena, sma_str_z(*text)).ptr;
    return *text != NULL;
}

struct sma_client_request *sma_client_request_copy(const struct sma_client_request *r)
{
    struct copied *c = sma_client_alloc(sizeof *c);
    schemata_kv_t *pairs;
    if (!c)
        return NULL;
    c->request = *r;
    sma_arena_init(&c->arena, 0);
    bool ok = copy_text(c, &c->request.context) && copy_text(c, &c->request.subject);
    if (r->guid) {
        c->guid = *r->guid;
        c->request.guid = &c->guid;
    }
    c->request.pairs = pairs = sma_arena_calloc(&c->arena, r->pair_count + 1, sizeof *pairs);
    for (size_t i = 0; pairs && i < r->pair_count; i++) {
        pairs[i] = r->pairs[i];
        ok = ok && copy_text(c, &pairs[i].key) && copy_text(c, &pairs[i].value);
    }
    c->request.schema = schemata_schema_ref((schemata_schema_t *)r->schema); /* only counted */
    if (ok && pairs)
        return &c->request;
    sma_client_request_free(&c->request);
    return NULL;
}

void sma_client_request_free(struct sma_client_request *r)
{
    struct copied *c = (struct copied *)r; /* its first member */
    if (!c)
        return;
    schemata_schema_unref((schemata_schema_t *)r->schema);
    sma_arena_fini(&c->arena);
    sma_client_free(c);
}

/* ---- paths ----------------------------------------------------------------------------------------
 */

static bool is_qualified(const char *subject)
{
    return sma_client_context_of(sma_str_z(subject)).len != 0;
}

static bool has_context(const char *context)
{
    return context && *context && strcmp(context, ".") != 0;
}

void sma_client_put_subject(struct sma_buf *out, const char *context, const char *subject)
{
    if (has_context(context) && !(subject && is_qualified(subject)))
        sma_buf_printf(out, ":%s:", context);
    if (subject)
        sma_buf_putz(out, subject);
}

static void put_flag(struct sma_buf *path, char *mark, const char *name)
{
    sma_buf_printf(path, "%c%s=true", *mark, name);
    *mark = '&';
}

static void put_param(struct sma_buf *path, char *mark, const char *name, struct sma_str value)
{
    sma_buf_printf(path, "%c%s=", *mark, name);
    sma_client_put_query(path, value);
    *mark = '&';
}

static void put_pairs(struct sma_buf *path, char *mark, const struct sma_client_request *r)
{
    for (size_t i = 0; i < r->pair_count; i++) {
        put_param(path, mark, "key", sma_str_z(r->pairs[i].key));
        put_param(path, mark, "value", sma_str_z(r->pairs[i].value));
    }
}

static void put_path(struct sma_buf *path, const struct sma_client_request *r,
                     struct sma_str subject)
{
    char mark = '?', guid[37];
    if (r->op == SMA_ASK_ID) {
        sma_buf_printf(path, "/schemas/ids/%d", r->number);
        if (subject.len)
            put_param(path, &mark, "subject", subject);
        return;
    }
    if (r->op == SMA_ASK_GUID) {
        sma_uuid_text(guid, r->guid->b);
        sma_buf_printf(path, "/schemas/guids/%s", guid);
        return;
    }
    sma_buf_putz(path, "/subjects/");
    sma_client_put_segment(path, subject);
    if (r->op == SMA_ASK_VERSION && r->number == SCHEMATA_LATEST)
        sma_buf_putz(path, "/versions/latest");
    else if (r->op == SMA_ASK_VERSION)
        sma_buf_printf(path, "/versions/%d", r->number);
    else if (r->op == SMA_ASK_METADATA)
        sma_buf_putz(path, "/metadata");
    else if (r->op == SMA_ASK_REGISTER)
        sma_buf_putz(path, "/versions");
    put_pairs(path, &mark, r);
    if (r->flags & SCHEMATA_NORMALIZE)
        put_flag(path, &mark, "normalize");
    if ((r->flags & SCHEMATA_DELETED) && r->op != SMA_ASK_REGISTER)
        put_flag(path, &mark, "deleted");
}

/* ---- running --------------------------------------------------------------------------------------
 */

static enum sma_client_kind kind_of(const struct sma_client_request *r)
{
    switch (r->op) {
    case SMA_ASK_ID:
        return SMA_CACHE_ID;
    case SMA_ASK_GUID:
        return SMA_CACHE_GUID;
    case SMA_ASK_VERSION:
        return r->number == SCHEMATA_LATEST ? SMA_CACHE_LATEST : SMA_CACHE_VERSION;
    case SMA_ASK_METADATA:
        return SMA_CACHE_LATEST;
    default:
        return SMA_CACHE_TEXT;
    }
}

static schemata_status_t check(const struct sma_client_request *r, schemata_error_t **err)
{
    bool needs_subject = r->op != SMA_ASK_ID && r->op != SMA_ASK_GUID;
    if ((needs_subject && (!r->subject || !*r->subject)) ||
        (r->op >= SMA_ASK_LOOKUP && !r->schema) || (r->op == SMA_ASK_GUID && !r->guid))
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "no subject, schema or GUID given");
    if ((r->subject && strlen(r->subject) > SMA_CLIENT_SUBJECT_MAX) ||
        (r->context && strlen(r->context) > SMA_CLIENT_SUBJECT_MAX))
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "a subject or context of more than %d bytes",
                               SMA_CLIENT_SUBJECT_MAX);
    if (has_context(r->context) && (r->context[0] != '.' || strchr(r->context, ':')))
        return sma_client_fail(err, SCHEMATA_ERR_ARG,
                               "context \"%s\" must begin with a dot and hold no colon",
                               r->context);
    if (r->op == SMA_ASK_ID && r->number < 0)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "%d is no schema id", r->number);
    if (r->op == SMA_ASK_VERSION && r->number < 1 && r->number != SCHEMATA_LATEST)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "%d is no version", r->number);
    for (size_t i = 0; i < r->pair_count; i++)
        if (!r->pairs[i].key || !r->pairs[i].value)
            return sma_client_fail(err, SCHEMATA_ERR_ARG, "metadata without key or value");
    return SCHEMATA_OK;
}

static schemata_status_t fetch(const struct sma_client_request *r, struct sma_buf *subject,
                               struct sma_buf *path, struct sma_buf *body,
                               schemata_schema_t **out, schemata_error_t **err)
{
    struct sma_client_fetch what = {.method = r->schema ? "POST" : "GET",
                                    .deadline_ms = r->deadline_ms,
                                    .given = r->schema,
                                    .is_immutable = r->op == SMA_ASK_ID || r->op == SMA_ASK_GUID,
                                    .known = {.id = -1, .version = -1}};
    sma_client_put_subject(subject, r->context, r->subject);
    put_path(path, r, sma_buf_str(subject));
    if (r->schema)
        sma_client_put_schema(body, r->schema);
    if (sma_buf_failed(subject) || sma_buf_failed(path) || sma_buf_failed(body))
        return sma_client_no_memory(err);
    what.path = path->ptr;
    what.body = body->len ? sma_buf_str(body) : sma_str_make(NULL, 0);
    what.context = sma_client_context_of(sma_buf_str(subject));
    if (r->subject)
        what.known.subject = sma_buf_str(subject);
    if (r->op == SMA_ASK_ID)
        what.known.id = r->number;
    if (r->op == SMA_ASK_VERSION && r->number > 0)
        what.known.version = r->number;
    if (r->op == SMA_ASK_GUID) {
        what.known.has_guid = true;
        what.known.guid = *r->guid;
    }
    return sma_client_fetch(r->client, &what, out, err);
}

/* The cache calls it, without locks. */
static schemata_status_t run_fetch(void *ctx, schemata_schema_t **out, schemata_error_t **err)
{
    const struct sma_client_request *r = ctx;
    struct sma_buf subject, path, body;
    sma_buf_init(&subject, 0);
    sma_buf_init(&path, 0);
    sma_buf_init(&body, 0);
    schemata_status_t st = fetch(r, &subject, &path, &body, out, err);
    /* A new version makes what is known of the subject old, whatever other threads fetch just now. */
    if (!st && r->op == SMA_ASK_REGISTER)
        sma_client_cache_drop_subject(r->client->cache, sma_buf_str(&subject));
    sma_buf_fini(&body);
    sma_buf_fini(&path);
    sma_buf_fini(&subject);
    return st;
}

static void say_stale(schemata_client_t *cl, const struct sma_client_request *r)
{
    int64_t now = sma_client_now_ms(), said = atomic_load(&cl->stale_said_ms);
    if ((said && now - said < 60000) ||
        !atomic_compare_exchange_strong(&cl->stale_said_ms, &said, now))
        return;
    sma_client_log(cl->conf, SCHEMATA_LOG_WARN, "cache",
                   "the registry cannot be reached: an old latest version of \"%s\" stands in",
                   r->subject ? r->subject : "");
}

/* The cache does not have it: fetch, or wait for who does. */
static schemata_status_t ask_registry(struct sma_client_request *r, struct sma_client_ask *a,
                                      schemata_schema_t **out, schemata_error_t **err)
{
    const schemata_call_t call = {.size = sizeof call, .timeout_ms = r->timeout_ms};
    struct sma_buf subject;
    sma_buf_init(&subject, 0);
    if (r->subject)
        sma_client_put_subject(&subject, r->context, r->subject);
    r->deadline_ms = sma_client_deadline(r->client, &call);
    a->deadline_ms = r->deadline_ms;
    a->subject = sma_buf_str(&subject);
    schemata_status_t st = sma_buf_failed(&subject)
                               ? sma_client_no_memory(err)
                               : sma_client_cache_get(r->client->cache, a, out, err);
    sma_buf_fini(&subject);
    return st;
}

static schemata_status_t ask(struct sma_client_request *r, struct sma_str key,
                             schemata_schema_t **out, schemata_error_t **err)
{
    schemata_client_t *cl = r->client;
    struct sma_client_ask a = {.kind = kind_of(r),
                               .key = key,
                               .flags = r->flags,
                               .fetch = run_fetch,
                               .ctx = r,
                               .has_worker = cl->worker != NULL};
    schemata_status_t st;
    if (!sma_client_cache_hit(cl->cache, &a, out, err, &st))
        st = ask_registry(r, &a, out, err);
    if (cl->worker && (a.is_due || st == SCHEMATA_ERR_WOULD_BLOCK))
        sma_client_worker_add(cl->worker, r, key, a.is_due);
    r->until_ms = a.until_ms;
    if (a.is_outdated)
        say_stale(cl, r);
    return st;
}

schemata_status_t sma_client_request_run(struct sma_client_request *r, schemata_schema_t **out,
                                         schemata_error_t **err)
{
    struct sma_client_key key;
    struct sma_str view;
    schemata_status_t st = check(r, err);
    if (st)
        return st;
    st = sma_client_request_key(&key, r, &view) ? ask(r, view, out, err)
                                                : sma_client_no_memory(err);
    sma_client_key_fini(&key);
    return st;
}
