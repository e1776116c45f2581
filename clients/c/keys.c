#include "clients/c/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/c/fetch.h"
#include "clients/c/http_curl.h"
#include "clients/c/kms_http.h"
#include "clients/c/memory.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "core/json/writer.h"
#include "kms/kms.h"
#include "schemata/test.h"

#define MS_PER_DAY INT64_C(86400000)
#define KMS_TIMEOUT_MS 10000
#define PROPS_MAX 5

/* Of the process: tests only. */
static atomic_int_fast64_t clock_shift_ms;

struct entry {
    char *id; /* kek, algorithm, version asked for, subject; NULL: free */
    struct sma_client_dek key;
    int64_t made_ms; /* the dek's own time stamp */
    uint64_t used;
};

struct sma_client_keys {
    schemata_client_t *client;
    struct sma_kms_prop items[PROPS_MAX];
    struct sma_kms_props props;
    struct sma_kms kms;
    struct sma_client_kms_http http;
    struct sma_client_curl *curl; /* NULL: no address for a key service is set */
    pthread_mutex_t mutex;        /* of the entries */
    struct entry *entries;
    size_t count;
    uint64_t clock;
};

/* What is known of the kek and the dek at hand; strings live in `arena`. */
struct session {
    struct sma_client_keys *keys;
    const struct sma_client_dek_request *request;
    struct sma_arena arena;
    struct sma_str kms_type, kms_key_id;
    struct sma_kms_prop *props;
    size_t prop_count;
    bool is_shared;
    schemata_error_t **err;
};

/* A dek as the registry tells it. */
struct dek {
    bool is_there;
    int32_t version;
    int64_t made_ms;
    struct sma_str wrapped, plain; /* base64; ptr NULL: not told */
};

/* ---- life ---------------------------------------------------------------------------------------
 */

static void add_property(struct sma_client_keys *keys, const char *name, const char *variable)
{
    const char *value = sma_client_conf_rule_param(keys->client->conf, name);
    if (!value || !*value)
        value = getenv(variable);
    if (value && *value)
        keys->items[keys->props.count++] =
            (struct sma_kms_prop){sma_str_z(name), sma_str_z(value)};
}

/* A kek's key id is a URL, and anybody who may write keks can set it: the token goes nowhere but to the
 * address that the program or its environment names. */
static void open_transport(struct sma_client_keys *keys)
{
    const schemata_conf_t *conf = keys->client->conf;
    const char *address = sma_client_conf_rule_param(conf, "vault.address");
    if (!address || !*address)
        address = getenv("VAULT_ADDR");
    if (!address || !*address)
        return;
    keys->http.origin = sma_str_z(address);
    if (sma_str_ends(keys->http.origin, SMA_STR("/")))
        keys->http.origin.len--;
    keys->http.timeout_ms = KMS_TIMEOUT_MS;
    if (conf->http) {
        keys->http.run = conf->http;
        keys->http.release = conf->http_free;
        keys->http.ctx = conf->http_ctx;
    } else if (!sma_client_curl_new(&keys->curl, conf, NULL)) {
        keys->http.run = sma_client_curl_run;
        keys->http.release = sma_client_curl_release;
        keys->http.ctx = keys->curl;
    } else {
        return;
    }
    keys->kms.http = sma_client_kms_http;
    keys->kms.http_ctx = &keys->http;
}

struct sma_client_keys *sma_client_keys_new(schemata_client_t *client)
{
    struct sma_client_keys *keys = sma_client_alloc(sizeof *keys);
    if (!keys)
        return NULL;
    keys->client = client;
    add_property(keys, SMA_KMS_LOCAL_SECRET, "LOCAL_SECRET");
    add_property(keys, SMA_KMS_VAULT_TOKEN, "VAULT_TOKEN");
    add_property(keys, SMA_KMS_VAULT_NAMESPACE, "VAULT_NAMESPACE");
    add_property(keys, SMA_KMS_VAULT_ROLE_ID, "VAULT_APPROLE_ROLE_ID");
    add_property(keys, SMA_KMS_VAULT_SECRET_ID, "VAULT_APPROLE_SECRET_ID");
    keys->props.items = keys->items;
    keys->kms.props = &keys->props;
    open_transport(keys);
    pthread_mutex_init(&keys->mutex, NULL);
    return keys;
}

static void entry_clear(struct entry *entry)
{
    sma_client_free(entry->id);
    sma_crypto_wipe(&entry->key, sizeof entry->key);
    entry->id = NULL;
}

void sma_client_keys_free(struct sma_client_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < keys->count; i++)
        entry_clear(&keys->entries[i]);
    sma_client_free(keys->entries);
    sma_client_curl_free(keys->curl);
    pthread_mutex_destroy(&keys->mutex);
    sma_client_free(keys);
}

/* ---- what is kept -------------------------------------------------------------------------------
 */

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + atomic_load(&clock_shift_ms);
}

void schemata_test_shift_clock(int64_t ms)
{
    atomic_store(&clock_shift_ms, ms);
}

static bool is_expired(const struct sma_client_dek_request *request, int64_t made_ms)
{
    return request->writes && request->expiry_days > 0 &&
           wall_ms() - made_ms > request->expiry_days * MS_PER_DAY;
}

static struct sma_str id_of(struct session *s)
{
    const struct sma_client_dek_request *r = s->request;
    return sma_arena_printf(&s->arena, "%.*s\n%.*s\n%.*s\n%d\n%d\n%.*s", SMA_STR_ARG(r->kek_name),
                            SMA_STR_ARG(r->kms_type), SMA_STR_ARG(r->kms_key_id),
                            (int)r->algorithm, (int)r->version, SMA_STR_ARG(r->subject));
}

/* Caller holds the mutex. */
static struct entry *entry_find(struct sma_client_keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->entries[i].id && !strcmp(keys->entries[i].id, id))
            return &keys->entries[i];
    return NULL;
}

static bool recall(struct session *s, const char *id, struct sma_client_dek *out)
{
    struct sma_client_keys *keys = s->keys;
    pthread_mutex_lock(&keys->mutex);
    struct entry *entry = entry_find(keys, id);
    bool found = entry && !is_expired(s->request, entry->made_ms);
    if (found) {
        *out = entry->key;
        entry->used = ++keys->clock;
    }
    pthread_mutex_unlock(&keys->mutex);
    return found;
}

/* Caller holds the mutex. NULL when out of memory. */
static struct entry *entry_room(struct sma_client_keys *keys)
{
    struct entry *oldest = keys->entries;
    for (size_t i = 0; i < keys->count; i++) {
        if (!keys->entries[i].id)
            return &keys->entries[i];
        if (keys->entries[i].used < oldest->used)
            oldest = &keys->entries[i];
    }
    if (keys->count == SMA_CLIENT_KEYS_MAX) {
        entry_clear(oldest);
        return oldest;
    }
    /* Whole at once: growing would leave copies of keys behind. */
    if (!keys->entries) {
        keys->entries = sma_client_alloc(SMA_CLIENT_KEYS_MAX * sizeof *keys->entries);
        if (!keys->entries)
            return NULL;
    }
    return &keys->entries[keys->count++];
}

/* Not remembering is no error. */
static void remember(struct session *s, const char *id, const struct sma_client_dek *key,
                     int64_t made_ms)
{
    struct sma_client_keys *keys = s->keys;
    char *copy = sma_client_copy(id);
    if (!copy)
        return;
    pthread_mutex_lock(&keys->mutex);
    struct entry *entry = entry_find(keys, id);
    if (!entry)
        entry = entry_room(keys);
    if (entry) {
        entry_clear(entry);
        *entry = (struct entry){copy, *key, made_ms, ++keys->clock};
        copy = NULL;
    }
    pthread_mutex_unlock(&keys->mutex);
    sma_client_free(copy);
}

/* ---- the DEK registry ---------------------------------------------------------------------------
 */

static schemata_status_t no_key(struct session *s, const char *what)
{
    const struct sma_client_dek_request *r = s->request;
    sma_client_fail(s->err, SCHEMATA_ERR_RULE, "kek \"%.*s\", subject \"%.*s\": %s",
                    SMA_STR_ARG(r->kek_name), SMA_STR_ARG(r->subject), what);
    return SCHEMATA_ERR_RULE;
}

/* One call. *json is NULL for 404 and 409, whose status comes in *status. */
static schemata_status_t call(struct session *s, const char *method, const struct sma_buf *path,
                              const struct sma_buf *body, int *status,
                              const struct sma_json **json)
{
    struct sma_client_reply reply;
    struct sma_error problem = SMA_ERROR_INIT;
    *json = NULL;
    if (sma_buf_failed(path) || (body && sma_buf_failed(body)))
        return sma_client_no_memory(s->err);
    schemata_status_t st = sma_client_rest_call(
        s->keys->client->rest, method, path->ptr, body ? sma_buf_str(body) : sma_str_make("", 0),
        s->request->deadline_ms, &reply, s->err);
    if (st)
        return st;
    *status = reply.status;
    if (reply.status < 400) {
        struct sma_str text = sma_arena_copy(&s->arena, sma_buf_str(&reply.body));
        if (!text.ptr)
            st = sma_client_no_memory(s->err);
        else if (sma_json_parse(json, &s->arena, text, NULL, NULL, &problem))
            st = sma_client_fail_core(s->err, SCHEMATA_ERR_SERVER, &problem);
    } else if (reply.status != 404 && reply.status != 409) {
        st = sma_client_rest_refused(&reply, s->err);
    }
    sma_client_reply_fini(&reply);
    return st;
}

static void put_base(struct sma_buf *path)
{
    sma_buf_init(path, 0);
    sma_buf_putz(path, "/dek-registry/v1/keks");
}

/* Keks of a context other than the default one, as the subject's, are asked for with it. */
static void put_context(struct sma_buf *path, const struct session *s)
{
    struct sma_str context = sma_client_context_of(s->request->subject); /* ":.ctx:" */
    if (context.len <= 3)
        return;
    sma_buf_putz(path, "?context=");
    sma_client_put_query(path, sma_str_make(context.ptr + 1, context.len - 2));
}

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : sma_str_make(NULL, 0);
}

static schemata_status_t take_kek(struct session *s, const struct sma_json *json)
{
    const struct sma_json *props = sma_json_getz(json, "kmsProps");
    const struct sma_json *shared = sma_json_getz(json, "shared");
    s->kms_type = text_of(json, "kmsType");
    s->kms_key_id = text_of(json, "kmsKeyId");
    s->is_shared = sma_json_is(shared, SMA_JSON_BOOL) && shared->boolean;
    if (sma_json_is(props, SMA_JSON_OBJECT) && props->count) {
        s->props = sma_arena_calloc(&s->arena, props->count, sizeof *s->props);
        if (!s->props)
            return sma_client_no_memory(s->err);
        for (uint32_t i = 0; i < props->count; i++)
            if (sma_json_is(&props->members[i].value, SMA_JSON_STRING))
                s->props[s->prop_count++] = (struct sma_kms_prop){
                    props->members[i].name, props->members[i].value.text};
    }
    const struct sma_client_dek_request *r = s->request;
    if (r->kms_type.len && !sma_str_eq(r->kms_type, s->kms_type))
        return no_key(s, "the rule names another key service (encrypt.kms.type) than the kek");
    if (r->kms_key_id.len && !sma_str_eq(r->kms_key_id, s->kms_key_id))
        return no_key(s, "the rule names another key (encrypt.kms.key.id) than the kek");
    return SCHEMATA_OK;
}

static schemata_status_t get_kek(struct session *s, const struct sma_json **json)
{
    struct sma_buf path;
    int status;
    put_base(&path);
    sma_buf_putc(&path, '/');
    sma_client_put_segment(&path, s->request->kek_name);
    put_context(&path, s);
    schemata_status_t st = call(s, "GET", &path, NULL, &status, json);
    sma_buf_fini(&path);
    return st;
}

static schemata_status_t make_kek(struct session *s, const struct sma_json **json)
{
    const struct sma_client_dek_request *r = s->request;
    struct sma_buf path, body;
    int status;
    if (!r->kms_type.len || !r->kms_key_id.len)
        return no_key(s, "no such kek, and the rule does not say what to make it with "
                         "(encrypt.kms.type, encrypt.kms.key.id)");
    put_base(&path);
    put_context(&path, s);
    sma_buf_init(&body, 0);
    struct sma_json_writer w = sma_json_writer_on(&body);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "name", r->kek_name);
    sma_jw_member_string(&w, "kmsType", r->kms_type);
    sma_jw_member_string(&w, "kmsKeyId", r->kms_key_id);
    sma_jw_member_bool(&w, "shared", false);
    sma_jw_object_close(&w);
    schemata_status_t st = call(s, "POST", &path, &body, &status, json);
    sma_buf_fini(&body);
    sma_buf_fini(&path);
    return !st && !*json ? get_kek(s, json) : st; /* 409: somebody else was first */
}

static schemata_status_t find_kek(struct session *s)
{
    const struct sma_json *json;
    schemata_status_t st = get_kek(s, &json);
    if (!st && !json && !s->request->writes)
        return no_key(s, "no such kek");
    if (!st && !json)
        st = make_kek(s, &json);
    if (!st && !json)
        return no_key(s, "no such kek, and it could not be made");
    return st ? st : take_kek(s, json);
}

static void take_dek(struct dek *dek, const struct sma_json *json)
{
    dek->is_there = sma_json_i32(sma_json_getz(json, "version"), &dek->version);
    if (!sma_json_i64(sma_json_getz(json, "ts"), &dek->made_ms))
        dek->made_ms = 0;
    dek->wrapped = text_of(json, "encryptedKeyMaterial");
    dek->plain = text_of(json, "keyMaterial");
    dek->is_there = dek->is_there && (dek->wrapped.len || dek->plain.len);
}

static schemata_status_t get_dek(struct session *s, struct dek *dek)
{
    const struct sma_client_dek_request *r = s->request;
    const struct sma_json *json;
    struct sma_buf path;
    int status;
    put_base(&path);
    sma_buf_putc(&path, '/');
    sma_client_put_segment(&path, r->kek_name);
    sma_buf_putz(&path, "/deks/");
    sma_client_put_segment(&path, r->subject);
    sma_buf_printf(&path, "/versions/%d?algorithm=%s%s", (int)r->version,
                   sma_dek_algorithm_name(r->algorithm), r->writes ? "" : "&deleted=true");
    schemata_status_t st = call(s, "GET", &path, NULL, &status, &json);
    sma_buf_fini(&path);
    *dek = (struct dek){0};
    if (!st && json)
        take_dek(dek, json);
    return st;
}

static schemata_status_t kms_failed(struct session *s, const char *what,
                                    const struct sma_error *problem)
{
    if (problem->status == SMA_ENOMEM)
        return sma_client_no_memory(s->err);
    sma_client_fail(s->err, SCHEMATA_ERR_RULE, "kek \"%.*s\": %s with %.*s: %s",
                    SMA_STR_ARG(s->request->kek_name), what, SMA_STR_ARG(s->kms_type),
                    problem->message);
    if (!s->keys->kms.http && sma_str_eqz(s->kms_type, "hcvault"))
        sma_client_hint(s->err, "set rule.executors._default_.param.vault.address or VAULT_ADDR");
    return SCHEMATA_ERR_RULE;
}

/* The program's own key service, when it has one of that type. */
static schemata_status_t plugged(struct session *s, const schemata_kms_t *kms, bool wraps,
                                 struct sma_str in, struct sma_buf *out)
{
    schemata_buf_t bytes = {0};
    const char *key_id = sma_arena_copy(&s->arena, s->kms_key_id).ptr;
    schemata_status_t st = SCHEMATA_ERR_NOMEM;
    if (key_id)
        st = (wraps ? kms->wrap : kms->unwrap)(kms->ctx, key_id, in.ptr, in.len, &bytes);
    if (!st)
        sma_buf_append(out, bytes.data ? (const char *)bytes.data : "", bytes.len);
    if (bytes.data)
        sma_crypto_wipe(bytes.data, bytes.cap);
    schemata_buf_free(&bytes);
    if (st)
        sma_client_fail(s->err, SCHEMATA_ERR_RULE, "kek \"%.*s\": the program's key service %.*s: %s",
                        SMA_STR_ARG(s->request->kek_name), SMA_STR_ARG(s->kms_type),
                        schemata_status_name(st));
    return st ? SCHEMATA_ERR_RULE : SCHEMATA_OK;
}

static schemata_status_t use_kms(struct session *s, bool wraps, struct sma_str in,
                                 struct sma_buf *out)
{
    const schemata_kms_t *own = sma_client_conf_kms(s->keys->client->conf, s->kms_type);
    const struct sma_kms_kek kek = {s->kms_type, s->kms_key_id, s->props, s->prop_count};
    struct sma_error problem = SMA_ERROR_INIT;
    if (own)
        return plugged(s, own, wraps, in, out);
    if (wraps ? sma_kms_wrap(out, &s->keys->kms, &kek, in, &problem)
              : sma_kms_unwrap(out, &s->keys->kms, &kek, in, &problem))
        return kms_failed(s, wraps ? "wrapping a key" : "unwrapping a key", &problem);
    return SCHEMATA_OK;
}

/* A new key, wrapped, as base64. */
static schemata_status_t new_key(struct session *s, struct sma_buf *base64)
{
    struct sma_dek_key_bytes bytes;
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_buf message, wrapped;
    if (sma_dek_key_generate(&bytes, s->request->algorithm, &problem))
        return sma_client_fail_core(s->err, SCHEMATA_ERR_INTERNAL, &problem);
    sma_buf_init(&message, 0);
    sma_buf_init(&wrapped, 0);
    sma_dek_key_write(&message, &bytes);
    sma_crypto_wipe(&bytes, sizeof bytes);
    schemata_status_t st = sma_buf_failed(&message)
                               ? sma_client_no_memory(s->err)
                               : use_kms(s, true, sma_buf_str(&message), &wrapped);
    if (!st && sma_buf_failed(&wrapped))
        st = sma_client_no_memory(s->err);
    if (!st)
        sma_base64_put(base64, sma_buf_str(&wrapped));
    sma_crypto_wipe_buf(&message);
    sma_buf_fini(&wrapped);
    return st;
}

static schemata_status_t post_dek(struct session *s, int32_t version, struct sma_str wrapped,
                                  struct dek *dek)
{
    const struct sma_client_dek_request *r = s->request;
    const struct sma_json *json;
    struct sma_buf path, body;
    int status;
    put_base(&path);
    sma_buf_putc(&path, '/');
    sma_client_put_segment(&path, r->kek_name);
    sma_buf_putz(&path, "/deks");
    sma_buf_init(&body, 0);
    struct sma_json_writer w = sma_json_writer_on(&body);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "subject", r->subject);
    sma_jw_member_i64(&w, "version", version);
    sma_jw_member_string(&w, "algorithm", sma_str_z(sma_dek_algorithm_name(r->algorithm)));
    if (wrapped.len)
        sma_jw_member_string(&w, "encryptedKeyMaterial", wrapped);
    sma_jw_object_close(&w);
    schemata_status_t st = call(s, "POST", &path, &body, &status, &json);
    sma_buf_fini(&body);
    sma_buf_fini(&path);
    if (!st && json)
        take_dek(dek, json);
    else if (!st)
        st = get_dek(s, dek); /* 409: somebody else was first */
    return st;
}

static schemata_status_t make_dek(struct session *s, struct dek *dek)
{
    int32_t version = dek->is_there ? dek->version + 1 : 1;
    struct sma_buf wrapped;
    sma_buf_init(&wrapped, 0);
    schemata_status_t st = s->is_shared ? SCHEMATA_OK : new_key(s, &wrapped);
    if (!st && sma_buf_failed(&wrapped))
        st = sma_client_no_memory(s->err);
    if (!st)
        st = post_dek(s, version, sma_buf_str(&wrapped), dek);
    sma_buf_fini(&wrapped);
    if (!st && !dek->is_there)
        return no_key(s, "no dek, and it could not be made");
    return st;
}

static schemata_status_t open_key(struct session *s, const struct dek *dek,
                                  struct sma_client_dek *out)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_buf bytes, message;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&bytes, 0);
    sma_buf_init(&message, 0);
    if (!sma_base64_read(dek->plain.len ? &message : &bytes,
                         dek->plain.len ? dek->plain : dek->wrapped))
        st = no_key(s, "the dek's key material is no base64");
    if (!st && sma_buf_failed(&bytes))
        st = sma_client_no_memory(s->err);
    if (!st && !dek->plain.len)
        st = use_kms(s, false, sma_buf_str(&bytes), &message);
    if (!st && sma_buf_failed(&message))
        st = sma_client_no_memory(s->err);
    if (!st && sma_dek_key_read(&out->bytes, s->request->algorithm, sma_buf_str(&message), &problem))
        st = no_key(s, problem.message);
    out->version = dek->version;
    sma_crypto_wipe_buf(&message);
    sma_buf_fini(&bytes);
    return st;
}

static schemata_status_t find_key(struct session *s, const char *id, struct sma_client_dek *out)
{
    struct dek dek = {0};
    schemata_status_t st = find_kek(s);
    if (!st)
        st = get_dek(s, &dek);
    if (!st && (!dek.is_there || is_expired(s->request, dek.made_ms)))
        st = s->request->writes ? make_dek(s, &dek) : no_key(s, "no such dek");
    if (!st)
        st = open_key(s, &dek, out);
    if (!st)
        remember(s, id, out, dek.made_ms);
    return st;
}

schemata_status_t sma_client_dek_get(struct sma_client_keys *keys,
                                     const struct sma_client_dek_request *request,
                                     struct sma_client_dek *out, schemata_error_t **err)
{
    struct session s = {.keys = keys, .request = request, .err = err};
    sma_arena_init(&s.arena, 0);
    const char *id = id_of(&s).ptr;
    schemata_status_t st = id ? SCHEMATA_OK : sma_client_no_memory(err);
    if (!st && !recall(&s, id, out))
        st = find_key(&s, id, out);
    sma_arena_fini(&s.arena);
    return st;
}
