/* Schemas from the registry, through the cache: each call is a key, a path and what is known of the
 * answer before it comes. */
#include <string.h>

#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "core/hash/hash.h"

struct get {
    schemata_client_t *client;
    schemata_call_t call;
    const char *method;
    struct sma_buf subject; /* with its context */
    struct sma_buf key, path, body;
    struct sma_client_found known;
    struct sma_client_body *given; /* of a schema that is posted; borrowed */
    int64_t deadline_ms;
    bool registers;
};

static void get_init(struct get *g, schemata_client_t *cl, const schemata_call_t *o)
{
    *g = (struct get){.client = cl, .call = sma_client_call(o), .method = "GET"};
    g->known = (struct sma_client_found){.id = -1, .version = -1};
    sma_buf_init(&g->subject, 0);
    sma_buf_init(&g->key, 0);
    sma_buf_init(&g->path, 0);
    sma_buf_init(&g->body, 0);
}

static void get_fini(struct get *g)
{
    sma_buf_fini(&g->subject);
    sma_buf_fini(&g->key);
    sma_buf_fini(&g->path);
    sma_buf_fini(&g->body);
}

/* ":.prod:orders" of ".prod" and "orders"; a subject that names its context keeps it. */
static void put_subject(struct get *g, const char *subject)
{
    const char *context = g->call.context;
    if (context && *context && strncmp(subject ? subject : "", ":.", 2) != 0)
        sma_buf_printf(&g->subject, ":%s%s:", *context == '.' ? "" : ".", context);
    sma_buf_putz(&g->subject, subject ? subject : "");
    g->known.subject = sma_buf_str(&g->subject);
}

static struct sma_str subject_of(const struct get *g)
{
    return sma_buf_str(&g->subject);
}

static schemata_status_t fetch(void *ctx, schemata_schema_t **out, schemata_error_t **err)
{
    struct get *g = ctx;
    schemata_status_t st =
        sma_client_fetch(g->client, g->method, g->path.ptr, sma_buf_str(&g->body), &g->known,
                         g->given, g->deadline_ms, out, err);
    return st;
}

static schemata_schema_t *run(struct get *g, enum sma_client_kind kind, schemata_error_t **err)
{
    schemata_schema_t *schema = NULL;
    schemata_status_t st = SCHEMATA_OK;
    if (sma_buf_failed(&g->subject) || sma_buf_failed(&g->key) || sma_buf_failed(&g->path) ||
        sma_buf_failed(&g->body))
        st = sma_client_no_memory(err);
    g->deadline_ms = sma_client_deadline(g->client, &g->call);
    struct sma_client_ask ask = {.kind = kind,
                                 .key = sma_buf_str(&g->key),
                                 .subject = subject_of(g),
                                 .flags = g->call.flags,
                                 .deadline_ms = g->deadline_ms,
                                 .fetch = fetch,
                                 .ctx = g};
    if (!st)
        st = sma_client_cache_get(g->client->cache, &ask, &schema, err);
    if (!st && g->registers && ask.has_fetched)
        sma_client_cache_drop_subject(g->client->cache, subject_of(g));
    get_fini(g);
    return st ? NULL : schema;
}

static bool refuse_args(schemata_error_t **err, const char *what)
{
    sma_client_fail(err, SCHEMATA_ERR_ARG, "%s", what);
    return true;
}

schemata_schema_t *schemata_get_by_id(schemata_client_t *cl, int32_t id,
                                      const char *subject_or_null, const schemata_call_t *o,
                                      schemata_error_t **err)
{
    struct get g;
    if (!cl && refuse_args(err, "schemata_get_by_id: no client"))
        return NULL;
    get_init(&g, cl, o);
    put_subject(&g, subject_or_null);
    g.known.id = id;
    sma_buf_printf(&g.key, "i%d:", id);
    sma_buf_puts(&g.key, subject_of(&g));
    sma_buf_printf(&g.path, "/schemas/ids/%d?fetchMaxId=false", id);
    if (g.subject.len) {
        sma_buf_putz(&g.path, "&subject=");
        sma_client_put_query(&g.path, subject_of(&g));
    }
    return run(&g, SMA_CACHE_ID, err);
}

schemata_schema_t *schemata_get_by_guid(schemata_client_t *cl, const schemata_guid_t *guid,
                                        const schemata_call_t *o, schemata_error_t **err)
{
    struct get g;
    char text[37];
    if ((!cl || !guid) && refuse_args(err, "schemata_get_by_guid: no client or no GUID"))
        return NULL;
    get_init(&g, cl, o);
    sma_uuid_text(text, guid->b);
    g.known.has_guid = true;
    g.known.guid = *guid;
    sma_buf_printf(&g.key, "g%s", text);
    sma_buf_printf(&g.path, "/schemas/guids/%s", text);
    return run(&g, SMA_CACHE_GUID, err);
}

schemata_schema_t *schemata_get_version(schemata_client_t *cl, const char *subject, int32_t version,
                                        const schemata_call_t *o, schemata_error_t **err)
{
    struct get g;
    if ((!cl || !subject || (version < 1 && version != SCHEMATA_LATEST)) &&
        refuse_args(err, "schemata_get_version: needs a client, a subject and a version from 1 or "
                         "SCHEMATA_LATEST"))
        return NULL;
    get_init(&g, cl, o);
    put_subject(&g, subject);
    g.known.version = version;
    sma_buf_printf(&g.key, "v%d%c:", version, g.call.flags & SCHEMATA_DELETED ? 'd' : ' ');
    sma_buf_puts(&g.key, subject_of(&g));
    sma_buf_putz(&g.path, "/subjects/");
    sma_client_put_segment(&g.path, subject_of(&g));
    if (version == SCHEMATA_LATEST)
        sma_buf_putz(&g.path, "/versions/latest");
    else
        sma_buf_printf(&g.path, "/versions/%d", version);
    if (g.call.flags & SCHEMATA_DELETED)
        sma_buf_putz(&g.path, "?deleted=true");
    return run(&g, version == SCHEMATA_LATEST ? SMA_CACHE_LATEST : SMA_CACHE_VERSION, err);
}

schemata_schema_t *schemata_get_latest_with_metadata(schemata_client_t *cl, const char *subject,
                                                     const schemata_kv_t *kv, size_t n,
                                                     const schemata_call_t *o,
                                                     schemata_error_t **err)
{
    struct get g;
    if ((!cl || !subject || !kv || !n) &&
        refuse_args(err, "schemata_get_latest_with_metadata: needs a client, a subject and at "
                         "least one pair"))
        return NULL;
    get_init(&g, cl, o);
    put_subject(&g, subject);
    sma_buf_putz(&g.path, "/subjects/");
    sma_client_put_segment(&g.path, subject_of(&g));
    sma_buf_putz(&g.path, "/metadata?deleted=true");
    for (size_t i = 0; i < n; i++) {
        sma_buf_putz(&g.path, "&key=");
        sma_client_put_query(&g.path, sma_str_z(kv[i].key));
        sma_buf_putz(&g.path, "&value=");
        sma_client_put_query(&g.path, sma_str_z(kv[i].value));
    }
    sma_buf_putc(&g.key, 'm');
    sma_buf_puts(&g.key, sma_buf_str(&g.path));
    return run(&g, SMA_CACHE_LATEST, err);
}

/* Looks up or registers: the key holds a digest of all that is posted. */
static schemata_schema_t *post(schemata_client_t *cl, const char *subject,
                               const schemata_schema_t *s, const schemata_call_t *o,
                               bool registers, schemata_error_t **err)
{
    struct get g;
    uint8_t digest[SMA_SHA256_LEN];
    struct sma_error problem = SMA_ERROR_INIT;
    get_init(&g, cl, o);
    put_subject(&g, subject);
    g.method = "POST";
    g.registers = registers;
    g.given = s->body;
    const char *normalize = g.call.flags & SCHEMATA_NORMALIZE ? "true" : "false";
    const char *deleted = g.call.flags & SCHEMATA_DELETED ? "true" : "false";
    sma_client_put_schema(&g.body, s);
    if (sma_sha256(digest, sma_buf_str(&g.body), &problem)) {
        sma_client_fail_core(err, SCHEMATA_ERR_INTERNAL, &problem);
        get_fini(&g);
        return NULL;
    }
    sma_buf_printf(&g.key, "t%c%c%c:", registers ? 'r' : 'l', *normalize, *deleted);
    sma_buf_append(&g.key, digest, sizeof digest);
    sma_buf_puts(&g.key, subject_of(&g));
    sma_buf_putz(&g.path, "/subjects/");
    sma_client_put_segment(&g.path, subject_of(&g));
    if (registers)
        sma_buf_printf(&g.path, "/versions?normalize=%s", normalize);
    else
        sma_buf_printf(&g.path, "?normalize=%s&deleted=%s", normalize, deleted);
    return run(&g, SMA_CACHE_TEXT, err);
}

schemata_schema_t *schemata_lookup(schemata_client_t *cl, const char *subject,
                                   const schemata_schema_t *s, const schemata_call_t *o,
                                   schemata_error_t **err)
{
    if ((!cl || !subject || !s) &&
        refuse_args(err, "schemata_lookup: needs a client, a subject and a schema"))
        return NULL;
    return post(cl, subject, s, o, false, err);
}

schemata_schema_t *schemata_register(schemata_client_t *cl, const char *subject,
                                     const schemata_schema_t *s, const schemata_call_t *o,
                                     schemata_error_t **err)
{
    if ((!cl || !subject || !s) &&
        refuse_args(err, "schemata_register: needs a client, a subject and a schema"))
        return NULL;
    return post(cl, subject, s, o, true, err);
}
