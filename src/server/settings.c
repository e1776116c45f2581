#include "server/settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum kind {
    LISTENERS,
    BOOL,
    NUMBER,
    TEXT,
    SECRET,  /* a text that is not shown */
    CHOICE,  /* one of `choices`, case-insensitive, stored as written there */
    IGNORED, /* accepted for drop-in use; means nothing here */
    REFUSED  /* only its default: anything else would promise a protection we do not have */
};

struct key {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *fallback; /* default, as text */
    int64_t min, max;     /* NUMBER */
    const char *choices;  /* CHOICE: words separated by spaces */
    const char *meaning;
};

#define AT(field) offsetof(struct sma_settings, field)
#define INT_MAX_TEXT "2147483647"
#define LEVELS "NONE BACKWARD BACKWARD_TRANSITIVE FORWARD FORWARD_TRANSITIVE FULL FULL_TRANSITIVE"

static const struct key keys[] = {
    {"listeners", LISTENERS, 0, "http://127.0.0.1:8081", 0, 0, NULL,
     "comma list of http://HOST:PORT to listen on"},
    {"schemata.data.dir", TEXT, AT(data_dir), "./data", 0, 0, NULL, "folder of the state file"},
    {"schemata.ephemeral", BOOL, AT(is_ephemeral), "false", 0, 0, NULL,
     "keep the state in a temporary folder that is removed at the end"},
    {"schemata.port.file", TEXT, AT(port_file), "", 0, 0, NULL,
     "write the port of the first listener to this file once ready"},
    {"schema.compatibility.level", CHOICE, AT(compatibility_level), "BACKWARD", 0, 0, LEVELS,
     "level of subjects that have none of their own"},
    {"schema.validate.fields", BOOL, AT(validate_fields), "false", 0, 0, NULL,
     "default of the validateFields setting"},
    {"schema.validate.new.schemas", BOOL, AT(validate_new_schemas), "true", 0, 0, NULL,
     "default of the validateNewSchemas setting: strict names and defaults"},
    {"schema.reject.empty.subject", BOOL, AT(reject_empty_subject), "false", 0, 0, NULL,
     "refuse the subjects \"\" and \"*\""},
    {"schema.providers.reference.versions.strict", BOOL, AT(strict_reference_versions), "false", 0,
     0, NULL, "refuse two versions of one reference name in a schema's references"},
    {"mode.mutability", BOOL, AT(mode_mutability), "true", 0, 0, NULL, "allow changes of the mode"},
    {"associations.enable", BOOL, AT(has_associations), "true", 0, 0, NULL,
     "associations of topics with subjects; without them their routes answer 404"},
    {"schemata.rulesets", CHOICE, AT(rule_sets), "store", 0, 0, "store drop refuse",
     "what to do with rule sets in requests"},
    {"schema.registry.group.id", TEXT, AT(group_id), "schema-registry", 0, 0, NULL,
     "cluster id in /v1/metadata/id"},
    {"schema.registry.metadata.deployment.attributes", TEXT, AT(deployment_attributes), "", 0, 0,
     NULL, "comma list shown in /v1/metadata/deployment"},
    {"schema.search.default.limit", NUMBER, AT(schema_limit_default), "1000", 1, INT32_MAX, NULL,
     "page size of GET /schemas, referencedby and associations"},
    {"schema.search.max.limit", NUMBER, AT(schema_limit_max), "1000", 1, INT32_MAX, NULL,
     "largest page of the same"},
    {"subject.search.default.limit", NUMBER, AT(subject_limit_default), INT_MAX_TEXT, 1, INT32_MAX,
     NULL, "page size of GET /subjects"},
    {"subject.search.max.limit", NUMBER, AT(subject_limit_max), INT_MAX_TEXT, 1, INT32_MAX, NULL,
     "largest page of the same"},
    {"subject.version.search.default.limit", NUMBER, AT(version_limit_default), INT_MAX_TEXT, 1,
     INT32_MAX, NULL, "page size of GET /subjects/S/versions"},
    {"subject.version.search.max.limit", NUMBER, AT(version_limit_max), INT_MAX_TEXT, 1, INT32_MAX,
     NULL, "largest page of the same"},
    {"context.search.default.limit", NUMBER, AT(context_limit_default), INT_MAX_TEXT, 1, INT32_MAX,
     NULL, "page size of GET /contexts"},
    {"context.search.max.limit", NUMBER, AT(context_limit_max), INT_MAX_TEXT, 1, INT32_MAX, NULL,
     "largest page of the same"},
    {"kek.search.default.limit", NUMBER, AT(kek_limit_default), INT_MAX_TEXT, 1, INT32_MAX, NULL,
     "page size of GET /dek-registry/v1/keks"},
    {"kek.search.max.limit", NUMBER, AT(kek_limit_max), INT_MAX_TEXT, 1, INT32_MAX, NULL,
     "largest page of the same"},
    {"dek.subject.search.default.limit", NUMBER, AT(dek_subject_limit_default), INT_MAX_TEXT, 1,
     INT32_MAX, NULL, "page size of the subjects of a kek's deks"},
    {"dek.subject.search.max.limit", NUMBER, AT(dek_subject_limit_max), INT_MAX_TEXT, 1, INT32_MAX,
     NULL, "largest page of the same"},
    {"dek.version.search.default.limit", NUMBER, AT(dek_version_limit_default), INT_MAX_TEXT, 1,
     INT32_MAX, NULL, "page size of a dek's versions"},
    {"dek.version.search.max.limit", NUMBER, AT(dek_version_limit_max), INT_MAX_TEXT, 1, INT32_MAX,
     NULL, "largest page of the same"},
    {"dek.registry.max.keys", NUMBER, AT(keys_max), "20000", 0, INT32_MAX, NULL,
     "keks and deks at most, all versions and soft-deleted ones counted"},
    {"schemata.kms.timeout.ms", NUMBER, AT(kms_timeout_ms), "5000", 50, 60000, NULL,
     "time for one call to a key service"},
    {"schemata.kms.local.secret", SECRET, AT(local_secret), "", 0, 0, NULL,
     "secret of the local-kms key service for shared keks; else LOCAL_SECRET"},
    {"schemata.kms.vault.address", TEXT, AT(vault_address), "", 0, 0, NULL,
     "https://HOST:PORT of the one Vault that shared keks may use; empty = none"},
    {"schemata.kms.vault.ca", TEXT, AT(vault_ca), "", 0, 0, NULL,
     "PEM file of the CAs that Vault's certificate is checked with"},
    {"schemata.kms.vault.token", SECRET, AT(vault_token), "", 0, 0, NULL,
     "Vault token; else VAULT_TOKEN"},
    {"schemata.kms.vault.namespace", TEXT, AT(vault_namespace), "", 0, 0, NULL,
     "Vault namespace; else VAULT_NAMESPACE"},
    {"schemata.kms.vault.role.id", TEXT, AT(vault_role_id), "", 0, 0, NULL,
     "AppRole to log in with; else VAULT_APPROLE_ROLE_ID"},
    {"schemata.kms.vault.secret.id", SECRET, AT(vault_secret_id), "", 0, 0, NULL,
     "secret of that AppRole; else VAULT_APPROLE_SECRET_ID"},
    {"size.limit.filter.max.request.body.size", NUMBER, AT(body_bytes_max), "1048576", 1024,
     64 << 20, NULL, "largest request body in bytes; more is 413"},
    {"schemata.connections.max", NUMBER, AT(connections_max), "4096", 8, 1000000, NULL,
     "open connections at most"},
    {"idle.timeout.ms", NUMBER, AT(idle_timeout_ms), "30000", 1000, 3600000, NULL,
     "close a connection that has been silent this long"},
    {"schemata.request.timeout.ms", NUMBER, AT(request_timeout_ms), "30000", 100, 3600000, NULL,
     "time to receive one whole request"},
    {"shutdown.graceful.ms", NUMBER, AT(drain_timeout_ms), "5000", 0, 600000, NULL,
     "time to finish what is in flight after SIGTERM"},
    {"compression.enable", BOOL, AT(gzip), "true", 0, 0, NULL,
     "gzip answers for clients that accept it"},
    {"response.http.headers.config", TEXT, AT(response_headers), "", 0, 0, NULL,
     "fixed headers on every answer: add NAME: VALUE, \"add NAME: VALUE, WITH COMMA\""},
    {"schemata.loops", NUMBER, AT(loops), "0", 0, 64, NULL,
     "event loops; 0 = one per processor, at most 4"},
    {"schemata.workers", NUMBER, AT(workers), "0", 0, 256, NULL,
     "threads for parsing, checks and lists; 0 = 4. Half of them may wait for a key service"},
    {"schemata.cache.bytes", NUMBER, AT(cache_bytes), "67108864", 0, INT64_MAX, NULL,
     "memory for caches; 0 turns them off"},
    {"metadata.encoder.secret", SECRET, AT(encoder_secret), "", 0, 0, NULL,
     "encrypts the values of sensitive metadata in the state"},
    {"metadata.encoder.old.secret", SECRET, AT(encoder_old_secret), "", 0, 0, NULL,
     "the secret before: reads what was encrypted with it"},
    {"schemata.access.log", TEXT, AT(access_log), "off", 0, 0, NULL,
     "off, stdout, stderr or a file: one JSON line per request"},

    {"authentication.method", REFUSED, 0, "NONE", 0, 0, NULL, "this build has no authentication"},
    {"ssl.client.authentication", REFUSED, 0, "NONE", 0, 0, NULL, "this build has no TLS"},
    {"ssl.client.auth", REFUSED, 0, "false", 0, 0, NULL, "this build has no TLS"},
    {"ssl.keystore.location", REFUSED, 0, "", 0, 0, NULL, "this build has no TLS"},

    {"metadata.encoder.topic", IGNORED, 0, "", 0, 0, NULL, "the key is made of the secret"},
    {"metadata.encoder.secret.strict.validation", IGNORED, 0, "", 0, 0, NULL,
     "what a secret does not open stays shut"},
    {"host.name", IGNORED, 0, "", 0, 0, NULL, "one node: nothing is forwarded"},
    {"host.port", IGNORED, 0, "", 0, 0, NULL, "one node: nothing is forwarded"},
    {"kafkastore.bootstrap.servers", IGNORED, 0, "", 0, 0, NULL,
     "the state is in schemata.data.dir"},
    {"kafkastore.connection.url", IGNORED, 0, "", 0, 0, NULL, "the state is in schemata.data.dir"},
    {"kafkastore.topic", IGNORED, 0, "", 0, 0, NULL, "the state is in schemata.data.dir"},
    {"kafkastore.topic.replication.factor", IGNORED, 0, "", 0, 0, NULL,
     "the state is in schemata.data.dir"},
    {"kafkastore.timeout.ms", IGNORED, 0, "", 0, 0, NULL, "writes are local"},
    {"kafkastore.init.timeout.ms", IGNORED, 0, "", 0, 0, NULL, "start reads only the file's head"},
    {"kafkastore.security.protocol", IGNORED, 0, "", 0, 0, NULL, "no Kafka connection is made"},
    {"leader.eligibility", IGNORED, 0, "", 0, 0, NULL, "one node is always the leader"},
    {"master.eligibility", IGNORED, 0, "", 0, 0, NULL, "one node is always the leader"},
    {"inter.instance.protocol", IGNORED, 0, "", 0, 0, NULL, "one node: nothing is forwarded"},
    {"schema.registry.inter.instance.protocol", IGNORED, 0, "", 0, 0, NULL,
     "one node: nothing is forwarded"},
    {"schema.providers.json.fetch.remote.schemas", IGNORED, 0, "", 0, 0, NULL,
     "remote references are never fetched"},
    {"size.limit.filter.enabled", IGNORED, 0, "", 0, 0, NULL, "the body limit is always on"},
    {"schema.cache.size", IGNORED, 0, "", 0, 0, NULL, "see schemata.cache.bytes"},
    {"schema.cache.expiry.secs", IGNORED, 0, "", 0, 0, NULL, "see schemata.cache.bytes"},
    {"request.timeout.ms", IGNORED, 0, "", 0, 0, NULL, "see schemata.request.timeout.ms"},
    {"thread.pool.min", IGNORED, 0, "", 0, 0, NULL, "see schemata.workers"},
    {"thread.pool.max", IGNORED, 0, "", 0, 0, NULL, "see schemata.workers"},
    {"request.queue.capacity", IGNORED, 0, "", 0, 0, NULL, "see schemata.workers"},
    {"debug", IGNORED, 0, "", 0, 0, NULL, "answers never carry stack traces"},
    {"http2.enabled", IGNORED, 0, "", 0, 0, NULL, "HTTP/1.1 only"},
    {"dek.registry.topic", IGNORED, 0, "", 0, 0, NULL, "the state is in schemata.data.dir"},
    {"resource.extension.class", IGNORED, 0, "", 0, 0, NULL,
     "the DEK registry is always there, other extensions are not"},
    {"metrics.jmx.prefix", IGNORED, 0, "", 0, 0, NULL, "see GET /metrics"},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

static const struct {
    const char *old_name, *name;
} renamed[] = {
    {"avro.compatibility.level", "schema.compatibility.level"},
};

/* ---- values
 * ---------------------------------------------------------------------------------------------- */

static const struct key *find_key(struct sma_str name)
{
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (sma_str_eqz(name, renamed[i].old_name))
            name = sma_str_z(renamed[i].name);
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (sma_str_eqz(name, keys[i].name))
            return &keys[i];
    return NULL;
}

bool sma_settings_knows(struct sma_str name)
{
    return find_key(name) != NULL;
}

static const char *nearest(struct sma_str name)
{
    size_t best = SIZE_MAX;
    const char *found = keys[0].name;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        size_t d = sma_str_distance(name, sma_str_z(keys[i].name));
        if (d < best) {
            best = d;
            found = keys[i].name;
        }
    }
    return found;
}

static void *field(struct sma_settings *settings, const struct key *key)
{
    return (char *)settings + key->offset;
}

static enum sma_status keep_text(struct sma_settings *settings, const struct key *key,
                                 struct sma_str value, struct sma_error *err)
{
    struct sma_str own = sma_arena_copy(&settings->arena, value);
    if (!own.ptr)
        return sma_fail_nomem(err);
    *(struct sma_str *)field(settings, key) = own;
    return SMA_OK;
}

static enum sma_status set_bool(struct sma_settings *settings, const struct key *key,
                                struct sma_str value, const char *where, struct sma_error *err)
{
    bool yes = sma_str_eq_nocase(value, SMA_STR("true"));
    if (!yes && !sma_str_eq_nocase(value, SMA_STR("false")))
        return sma_fail(err, SMA_EINVAL, "%s: %s must be true or false, not \"%.*s\"", where,
                        key->name, SMA_STR_ARG(value));
    *(bool *)field(settings, key) = yes;
    return SMA_OK;
}

static enum sma_status set_number(struct sma_settings *settings, const struct key *key,
                                  struct sma_str value, const char *where, struct sma_error *err)
{
    int64_t number;
    if (!sma_parse_i64(value, &number) || number < key->min || number > key->max)
        return sma_fail(err, SMA_EINVAL,
                        "%s: %s must be a number from %" PRId64 " to %" PRId64 ", not \"%.*s\"",
                        where, key->name, key->min, key->max, SMA_STR_ARG(value));
    *(int64_t *)field(settings, key) = number;
    return SMA_OK;
}

static enum sma_status set_choice(struct sma_settings *settings, const struct key *key,
                                  struct sma_str value, const char *where, struct sma_error *err)
{
    struct sma_str rest = sma_str_z(key->choices);
    while (rest.len) {
        ptrdiff_t space = sma_str_chr(rest, ' ');
        struct sma_str word = space < 0 ? rest : sma_str_head(rest, (size_t)space);
        if (sma_str_eq_nocase(word, value))
            return keep_text(settings, key, word, err);
        rest = sma_str_from(rest, word.len + (space >= 0));
    }
    return sma_fail(err, SMA_EINVAL, "%s: %s must be one of %s, not \"%.*s\"", where, key->name,
                    key->choices, SMA_STR_ARG(value));
}

static enum sma_status set_listeners(struct sma_settings *settings, struct sma_str value,
                                     const char *where, struct sma_error *err)
{
    settings->listener_count = 0;
    while (value.len) {
        ptrdiff_t comma = sma_str_chr(value, ',');
        struct sma_str one = comma < 0 ? value : sma_str_head(value, (size_t)comma);
        enum sma_status st = sma_settings_add_listener(settings, sma_str_trim(one), where, err);
        if (st)
            return st;
        value = sma_str_from(value, one.len + (comma >= 0));
    }
    return SMA_OK;
}

enum sma_status sma_settings_set(struct sma_settings *settings, struct sma_str name,
                                 struct sma_str value, const char *where, FILE *warnings,
                                 struct sma_error *err)
{
    const struct key *key = find_key(name);
    value = sma_str_trim(value);
    if (!key)
        return sma_fail(err, SMA_EINVAL, "%s: unknown setting \"%.*s\"; did you mean \"%s\"?",
                        where, SMA_STR_ARG(name), nearest(name));
    switch (key->kind) {
    case LISTENERS:
        return set_listeners(settings, value, where, err);
    case BOOL:
        return set_bool(settings, key, value, where, err);
    case NUMBER:
        return set_number(settings, key, value, where, err);
    case TEXT:
    case SECRET:
        return keep_text(settings, key, value, err);
    case CHOICE:
        return set_choice(settings, key, value, where, err);
    case REFUSED:
        if (!sma_str_eq_nocase(value, sma_str_z(key->fallback)))
            return sma_fail(err, SMA_EINVAL, "%s: %s=%.*s is refused: %s", where, key->name,
                            SMA_STR_ARG(value), key->meaning);
        return SMA_OK;
    case IGNORED:
        if (warnings)
            fprintf(warnings, "schemata: %s: %s has no effect here: %s\n", where, key->name,
                    key->meaning);
        return SMA_OK;
    }
    return SMA_OK;
}

/* ---- listeners
 * ------------------------------------------------------------------------------------------- */

/* Splits "[v6]:port", "host:port" or ":port". */
static bool split_address(struct sma_str text, struct sma_str *host, struct sma_str *port)
{
    ptrdiff_t colon = sma_str_rchr(text, ':');
    if (colon < 0)
        return false;
    *host = sma_str_head(text, (size_t)colon);
    *port = sma_str_from(text, (size_t)colon + 1);
    if (host->len >= 2 && host->ptr[0] == '[' && host->ptr[host->len - 1] == ']')
        *host = sma_str_make(host->ptr + 1, host->len - 2);
    else if (sma_str_chr(*host, ':') >= 0)
        return false;
    return true;
}

enum sma_status sma_settings_add_listener(struct sma_settings *settings, struct sma_str text,
                                          const char *where, struct sma_error *err)
{
    struct sma_str address = text, host, port_text;
    uint64_t port;
    if (sma_str_starts(address, SMA_STR("https://")))
        return sma_fail(err, SMA_EINVAL,
                        "%s: %.*s: this build has no TLS; listen with http:// behind "
                        "a proxy that ends TLS",
                        where, SMA_STR_ARG(text));
    if (sma_str_starts(address, SMA_STR("http://")))
        address = sma_str_from(address, 7);
    if (sma_str_ends(address, SMA_STR("/")))
        address.len--;
    if (!split_address(address, &host, &port_text) || !sma_parse_u64(port_text, &port) ||
        port > 65535)
        return sma_fail(err, SMA_EINVAL,
                        "%s: \"%.*s\" is no address; write HOST:PORT, [IPV6]:PORT or "
                        "http://HOST:PORT",
                        where, SMA_STR_ARG(text));
    if (settings->listener_count == SMA_LISTENERS_MAX)
        return sma_fail(err, SMA_ELIMIT, "%s: more than %d listeners", where, SMA_LISTENERS_MAX);
    host = sma_arena_copy(&settings->arena, host);
    if (!host.ptr)
        return sma_fail_nomem(err);
    settings->listeners[settings->listener_count++] =
        (struct sma_listener_setting){host, (uint16_t)port};
    return SMA_OK;
}

/* ---- whole
 * ------------------------------------------------------------------------------------------------
 */

void sma_settings_init(struct sma_settings *settings)
{
    *settings = (struct sma_settings){0};
    sma_arena_init(&settings->arena, 0);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        struct sma_str fallback = sma_str_z(keys[i].fallback);
        struct sma_error err = SMA_ERROR_INIT;
        if (keys[i].kind == IGNORED || keys[i].kind == REFUSED)
            continue;
        enum sma_status st =
            sma_settings_set(settings, sma_str_z(keys[i].name), fallback, "default", NULL, &err);
        if (st) { /* a default that its own table refuses is a mistake in the table */
            fprintf(stderr, "schemata: %s\n", err.message);
            abort();
        }
    }
}

void sma_settings_fini(struct sma_settings *settings)
{
    sma_arena_fini(&settings->arena);
}

static enum sma_status check_page(const char *what, int64_t fallback, int64_t max,
                                  struct sma_error *err)
{
    if (fallback <= max)
        return SMA_OK;
    return sma_fail(err, SMA_EINVAL, "%s.default.limit is larger than %s.max.limit", what, what);
}

enum sma_status sma_settings_check(const struct sma_settings *s, struct sma_error *err)
{
    enum sma_status st;
    if (!s->listener_count)
        return sma_fail(err, SMA_EINVAL, "listeners is empty: nothing to listen on");
    if (!s->is_ephemeral && !s->data_dir.len)
        return sma_fail(err, SMA_EINVAL,
                        "schemata.data.dir is empty; name a folder or use "
                        "schemata.ephemeral=true");
    if ((st = check_page("schema.search", s->schema_limit_default, s->schema_limit_max, err)) ||
        (st = check_page("subject.search", s->subject_limit_default, s->subject_limit_max, err)) ||
        (st = check_page("subject.version.search", s->version_limit_default, s->version_limit_max,
                         err)))
        return st;
    if ((st = check_page("context.search", s->context_limit_default, s->context_limit_max, err)) ||
        (st = check_page("kek.search", s->kek_limit_default, s->kek_limit_max, err)) ||
        (st = check_page("dek.subject.search", s->dek_subject_limit_default,
                         s->dek_subject_limit_max, err)))
        return st;
    return check_page("dek.version.search", s->dek_version_limit_default, s->dek_version_limit_max,
                      err);
}

enum sma_rule_sets sma_settings_rule_sets(const struct sma_settings *settings)
{
    if (sma_str_eqz(settings->rule_sets, "drop"))
        return SMA_RULE_SETS_DROP;
    return sma_str_eqz(settings->rule_sets, "refuse") ? SMA_RULE_SETS_REFUSE : SMA_RULE_SETS_STORE;
}

void sma_settings_describe(FILE *out)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].kind == IGNORED || keys[i].kind == REFUSED)
            continue;
        fprintf(out, "  %s=%s\n      %s\n", keys[i].name, keys[i].fallback, keys[i].meaning);
        if (keys[i].choices)
            fprintf(out, "      one of: %s\n", keys[i].choices);
    }
}

static void print_listeners(const struct sma_settings *s, FILE *out)
{
    for (size_t i = 0; i < s->listener_count; i++) {
        bool is_v6 = sma_str_chr(s->listeners[i].host, ':') >= 0;
        fprintf(out, "%shttp://%s%.*s%s:%u", i ? "," : "", is_v6 ? "[" : "",
                SMA_STR_ARG(s->listeners[i].host), is_v6 ? "]" : "", s->listeners[i].port);
    }
    fputc('\n', out);
}

void sma_settings_print(const struct sma_settings *settings, FILE *out)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct key *key = &keys[i];
        const void *at = (const char *)settings + key->offset;
        if (key->kind == IGNORED || key->kind == REFUSED)
            continue;
        if (key->kind == SECRET && ((const struct sma_str *)at)->len) {
            fprintf(out, "# %s is set and not shown\n", key->name);
            continue;
        }
        fprintf(out, "%s=", key->name);
        if (key->kind == LISTENERS)
            print_listeners(settings, out);
        else if (key->kind == BOOL)
            fprintf(out, "%s\n", *(const bool *)at ? "true" : "false");
        else if (key->kind == NUMBER)
            fprintf(out, "%" PRId64 "\n", *(const int64_t *)at);
        else
            fprintf(out, "%.*s\n", SMA_STR_ARG(*(const struct sma_str *)at));
    }
}
