#include "clients/c/strategy.h"

#include <string.h>

#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "core/json/json.h"

/* What a topic's associations said; an empty subject means that there is none. */
struct sma_client_association {
    char *path, *subject;
    int64_t until_ms;
    bool is_flying; /* somebody asks */
};

static enum sma_client_strategy named(const char *name)
{
    static const char *const names[] = {"TOPIC", "RECORD", "TOPIC_RECORD", "ASSOCIATED", "NONE"};
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return (enum sma_client_strategy)i;
    return SMA_STRATEGY_TOPIC;
}

schemata_status_t sma_client_subjects_init(struct sma_client_subjects *s, schemata_client_t *client,
                                           const schemata_conf_t *c, schemata_error_t **err)
{
    int64_t ttl_sec = sma_client_conf_int(c, SMA_P_LATEST_TTL_SEC);
    s->client = client;
    s->of_values = named(sma_client_conf_sided(c, false, SMA_P_STRATEGY_KEY, SMA_P_STRATEGY_VALUE,
                                               SMA_P_STRATEGY));
    s->of_keys = named(sma_client_conf_sided(c, true, SMA_P_STRATEGY_KEY, SMA_P_STRATEGY_VALUE,
                                             SMA_P_STRATEGY));
    s->fallback = named(sma_client_conf_text(c, SMA_P_STRATEGY_FALLBACK));
    s->fn = c->subject;
    s->fn_ctx = c->subject_ctx;
    if (s->fn)
        s->of_values = s->of_keys = SMA_STRATEGY_CALLBACK;
    s->ttl_ms = ttl_sec < 0 ? -1 : ttl_sec * 1000;
    sma_map_init(&s->associations);
    s->cluster = sma_client_copy(sma_client_conf_text(c, SMA_P_STRATEGY_CLUSTER));
    if (!s->cluster)
        return sma_client_no_memory(err);
    pthread_mutex_init(&s->mutex, NULL);
    if (sma_client_cond_init(&s->landed))
        return SCHEMATA_OK;
    pthread_mutex_destroy(&s->mutex);
    sma_client_free(s->cluster);
    s->cluster = NULL;
    return sma_client_no_memory(err);
}

static void association_free(struct sma_client_association *a)
{
    if (!a)
        return;
    sma_client_free(a->path);
    sma_client_free(a->subject);
    sma_client_free(a);
}

void sma_client_subjects_fini(struct sma_client_subjects *s)
{
    if (!s->cluster)
        return; /* never came to be */
    for (size_t i = 0; i < s->associations.count; i++)
        association_free(s->associations.entries[i].value);
    sma_map_fini(&s->associations);
    pthread_cond_destroy(&s->landed);
    pthread_mutex_destroy(&s->mutex);
    sma_client_free(s->cluster);
}

bool sma_client_subjects_need_record(const struct sma_client_subjects *s, const schemata_msg_t *m)
{
    enum sma_client_strategy strategy = m->is_key ? s->of_keys : s->of_values;
    if (m->subject)
        return false;
    if (strategy == SMA_STRATEGY_ASSOCIATED)
        strategy = s->fallback;
    return strategy == SMA_STRATEGY_RECORD || strategy == SMA_STRATEGY_TOPIC_RECORD ||
           strategy == SMA_STRATEGY_CALLBACK;
}

/* ---- associations ---------------------------------------------------------------------------------
 */

/* The one subject of the answer; empty for none. */
static schemata_status_t read_associations(struct sma_str body, char **subject,
                                           schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL, *name = NULL;
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    enum sma_status parsed = sma_json_parse(&root, &arena, body, NULL, NULL, NULL);
    if (parsed == SMA_ENOMEM)
        st = sma_client_no_memory(err);
    else if (parsed || root->type != SMA_JSON_ARRAY)
        st = sma_client_fail(err, SCHEMATA_ERR_SERVER, "the answer is no list of associations");
    else if (root->count > 1)
        st = sma_client_fail(err, SCHEMATA_ERR_CONFLICT, "the topic has %u associations, not one",
                             root->count);
    else if (root->count && !sma_json_is(name = sma_json_getz(&root->items[0], "subject"),
                                         SMA_JSON_STRING))
        st = sma_client_fail(err, SCHEMATA_ERR_SERVER, "the association names no subject");
    if (!st && !(*subject = sma_client_copy_str(name ? name->text : sma_str_make("", 0))))
        st = sma_client_no_memory(err);
    if (st == SCHEMATA_ERR_CONFLICT)
        sma_client_hint(err, "delete all but one, or set subject.name.strategy.kafka.cluster.id");
    sma_arena_fini(&arena);
    return st;
}

static schemata_status_t ask(schemata_client_t *client, const char *path, int64_t deadline_ms,
                             char **subject, schemata_error_t **err)
{
    struct sma_client_reply reply;
    schemata_status_t st = sma_client_rest_call(client->rest, "GET", path, sma_str_make(NULL, 0),
                                                deadline_ms, &reply, err);
    if (st)
        return st;
    if (reply.status == 404) /* a registry without associations, or a topic without one */
        st = (*subject = sma_client_copy("")) ? SCHEMATA_OK : sma_client_no_memory(err);
    else if (reply.status >= 400)
        st = sma_client_rest_refused(&reply, err);
    else
        st = read_associations(sma_buf_str(&reply.body), subject, err);
    sma_client_reply_fini(&reply);
    return st;
}

/* Forgets all but what is being asked for. Under the mutex. */
static bool make_room(struct sma_client_subjects *s)
{
    struct sma_map kept;
    bool ok = true;
    if (s->associations.count < SMA_CLIENT_ASSOCIATIONS_MAX)
        return true;
    sma_map_init(&kept);
    for (size_t i = 0; ok && i < s->associations.count; i++) {
        struct sma_client_association *a = s->associations.entries[i].value;
        ok = !a->is_flying || sma_map_put(&kept, sma_str_z(a->path), a);
    }
    if (!ok) {
        sma_map_fini(&kept); /* all stays as it was */
        return false;
    }
    for (size_t i = 0; i < s->associations.count; i++) {
        struct sma_client_association *a = s->associations.entries[i].value;
        if (!a->is_flying)
            association_free(a);
    }
    sma_map_fini(&s->associations);
    s->associations = kept;
    return true;
}

/* The entry of that path, made when there is none. Under the mutex. */
static struct sma_client_association *entry_of(struct sma_client_subjects *s, const char *path)
{
    struct sma_client_association *a = sma_map_get(&s->associations, sma_str_z(path));
    if (a || !make_room(s) || !(a = sma_client_alloc(sizeof *a)))
        return a;
    a->path = sma_client_copy(path);
    if (a->path && sma_map_put(&s->associations, sma_str_z(a->path), a))
        return a;
    association_free(a);
    return NULL;
}

/* One asks, without the mutex; the others wait for the entry. Under the mutex. */
static schemata_status_t fly(struct sma_client_subjects *s, struct sma_client_association *a,
                             int64_t deadline_ms, schemata_error_t **err)
{
    char *subject = NULL;
    a->is_flying = true;
    pthread_mutex_unlock(&s->mutex);
    schemata_status_t st = ask(s->client, a->path, deadline_ms, &subject, err);
    pthread_mutex_lock(&s->mutex);
    a->is_flying = false;
    if (!st) {
        sma_client_free(a->subject);
        a->subject = subject;
        a->until_ms = s->ttl_ms < 0 ? INT64_MAX : sma_client_now_ms() + s->ttl_ms;
    }
    pthread_cond_broadcast(&s->landed);
    return st;
}

/* Appends the associated subject, nothing when there is none. Under the mutex. */
static schemata_status_t look(struct sma_client_subjects *s, const char *path, uint32_t flags,
                              int64_t deadline_ms, struct sma_buf *out, int64_t *until_ms,
                              schemata_error_t **err)
{
    for (;;) {
        struct sma_client_association *a = entry_of(s, path);
        if (!a)
            return sma_client_no_memory(err);
        if (a->subject && sma_client_now_ms() < a->until_ms) {
            sma_buf_putz(out, a->subject);
            *until_ms = a->until_ms;
            return SCHEMATA_OK;
        }
        if (flags & SCHEMATA_NOWAIT)
            return sma_client_fail(err, SCHEMATA_ERR_WOULD_BLOCK,
                                   "the topic's association is not in the cache");
        if (!a->is_flying) {
            schemata_status_t st = fly(s, a, deadline_ms, err);
            if (st)
                return st;
            sma_buf_putz(out, a->subject);
            *until_ms = a->until_ms;
            return SCHEMATA_OK;
        }
        if (!sma_client_cond_wait(&s->landed, &s->mutex, deadline_ms))
            return sma_client_fail(err, SCHEMATA_ERR_TIMEOUT,
                                   "waited too long for another thread's request");
    }
}

static schemata_status_t associated(struct sma_client_subjects *s, const schemata_msg_t *m,
                                    struct sma_buf *out, int64_t *until_ms, schemata_error_t **err)
{
    const schemata_call_t call = {.size = sizeof call, .timeout_ms = m->timeout_ms};
    struct sma_buf path;
    schemata_status_t st;
    sma_buf_init(&path, 0);
    sma_buf_putz(&path, "/associations/resources/");
    sma_client_put_segment(&path, sma_str_z(s->cluster));
    sma_buf_putc(&path, '/');
    sma_client_put_segment(&path, sma_str_z(m->topic));
    sma_buf_printf(&path, "?resourceType=topic&associationType=%s", m->is_key ? "key" : "value");
    pthread_mutex_lock(&s->mutex);
    st = sma_buf_failed(&path) ? sma_client_no_memory(err)
                               : look(s, path.ptr, m->flags, sma_client_deadline(s->client, &call),
                                      out, until_ms, err);
    pthread_mutex_unlock(&s->mutex);
    sma_buf_fini(&path);
    return st;
}

/* ---- the rest -------------------------------------------------------------------------------------
 */

static schemata_status_t no_topic(schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_ARG, "the message has no topic to make a subject of");
    sma_client_hint(err, "set schemata_msg_t.topic, or schemata_msg_t.subject itself");
    return SCHEMATA_ERR_ARG;
}

static schemata_status_t no_record(schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_ARG,
                    "the strategy needs a record name, and the schema has none or is not known "
                    "yet");
    sma_client_hint(err, "give the schema a name (JSON Schema: \"title\"), give the serializer a "
                         "schema, or set schemata_msg_t.subject");
    return SCHEMATA_ERR_ARG;
}

static schemata_status_t call_back(struct sma_client_subjects *s, const schemata_msg_t *m,
                                   const char *record, struct sma_buf *out, schemata_error_t **err)
{
    schemata_buf_t subject = {NULL, 0, 0};
    schemata_status_t st = s->fn(s->fn_ctx, m, record, &subject);
    if (st)
        sma_client_fail(err, st, "the program's subject strategy failed");
    else if (!subject.len)
        st = sma_client_fail(err, SCHEMATA_ERR_ARG,
                             "the program's subject strategy gave an empty subject");
    else
        sma_buf_append(out, subject.data, subject.len);
    schemata_buf_free(&subject);
    return st;
}

static schemata_status_t by(enum sma_client_strategy strategy, struct sma_client_subjects *s,
                            const schemata_msg_t *m, const char *record, struct sma_buf *out,
                            schemata_error_t **err)
{
    bool needs_topic = strategy == SMA_STRATEGY_TOPIC || strategy == SMA_STRATEGY_TOPIC_RECORD;
    bool needs_record = strategy == SMA_STRATEGY_RECORD || strategy == SMA_STRATEGY_TOPIC_RECORD;
    if (strategy == SMA_STRATEGY_CALLBACK)
        return call_back(s, m, record, out, err);
    if (strategy == SMA_STRATEGY_NONE)
        return sma_client_fail(err, SCHEMATA_ERR_NOT_FOUND,
                               "topic \"%s\" has no association, and there is no fallback",
                               m->topic);
    if (needs_topic && !m->topic)
        return no_topic(err);
    if (needs_record && !record)
        return no_record(err);
    if (needs_topic)
        sma_buf_putz(out, m->topic);
    if (needs_topic && needs_record)
        sma_buf_putc(out, '-');
    sma_buf_putz(out, needs_record ? record : m->is_key ? "-key" : "-value");
    return SCHEMATA_OK;
}

schemata_status_t sma_client_subject(struct sma_client_subjects *s, const schemata_msg_t *m,
                                     const char *record, struct sma_buf *out, int64_t *until_ms,
                                     schemata_error_t **err)
{
    enum sma_client_strategy strategy = m->is_key ? s->of_keys : s->of_values;
    size_t start = out->len;
    schemata_status_t st = SCHEMATA_OK;
    *until_ms = INT64_MAX;
    if (m->subject) {
        sma_buf_putz(out, m->subject);
    } else if (strategy != SMA_STRATEGY_ASSOCIATED) {
        st = by(strategy, s, m, record, out, err);
    } else if (!m->topic) {
        st = no_topic(err);
    } else {
        st = associated(s, m, out, until_ms, err);
        if (!st && out->len == start)
            st = by(s->fallback, s, m, record, out, err);
    }
    return !st && sma_buf_failed(out) ? sma_client_no_memory(err) : st;
}
