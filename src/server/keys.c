#include "server/keys.h"

#include <stdlib.h>

#include "clients/c/http_curl.h"
#include "clients/c/kms_http.h"
#include "http/http.h"
#include "libcurl/load.h"

#define PROPS_MAX 5
#define PAUSE_MS 1000

struct sma_keys {
    struct sma_kms_prop items[PROPS_MAX];
    struct sma_kms_props props;
    struct sma_kms kms;
    struct sma_client_kms_http http;
    struct sma_client_curl *curl; /* NULL when no address is set */
};

static void add(struct sma_keys *keys, const char *name, struct sma_str setting,
                const char *variable)
{
    struct sma_str value = setting.len ? setting : sma_str_z(getenv(variable));
    if (value.len)
        keys->items[keys->props.count++] = (struct sma_kms_prop){sma_str_z(name), value};
}

/* The other floor's error in the form of ours. */
static enum sma_status fail_with(schemata_status_t st, schemata_error_t *cause,
                                 struct sma_error *err)
{
    enum sma_status ours =
        st == SCHEMATA_ERR_NOMEM
            ? sma_fail_nomem(err)
            : sma_fail(err, SMA_EINVAL, "schemata.kms.vault: %s", schemata_error_message(cause));
    schemata_error_free(cause);
    return ours;
}

/* A call holds one of the workers: half of them go on answering, if there is more than one. */
static int calls_max(const struct sma_settings *settings)
{
    int workers = settings->workers ? (int)settings->workers : SMA_HTTP_WORKERS_DEFAULT;
    return workers > 1 ? workers / 2 : 1;
}

static enum sma_status open_transport(struct sma_keys *keys, const struct sma_settings *settings,
                                      struct sma_error *err)
{
    struct sma_arena arena;
    enum sma_status loaded = sma_curl_load(err);
    if (loaded)
        return loaded;
    schemata_conf_t *conf = schemata_conf_new();
    schemata_error_t *cause = NULL;
    schemata_status_t st = conf ? SCHEMATA_OK : SCHEMATA_ERR_NOMEM;
    sma_arena_init(&arena, 0);
    if (!st && settings->vault_ca.len) {
        const char *ca = sma_arena_copy(&arena, settings->vault_ca).ptr;
        st = ca ? schemata_conf_set(conf, "ssl.ca.location", ca, &cause) : SCHEMATA_ERR_NOMEM;
    }
    if (!st)
        st = sma_client_curl_new(&keys->curl, conf, &cause);
    schemata_conf_free(conf);
    sma_arena_fini(&arena);
    if (st)
        return fail_with(st, cause, err);
    keys->http.run = sma_client_curl_run;
    keys->http.release = sma_client_curl_release;
    keys->http.ctx = keys->curl;
    keys->http.timeout_ms = settings->kms_timeout_ms;
    keys->http.calls_max = calls_max(settings);
    keys->http.pause_ms = PAUSE_MS;
    keys->kms.http = sma_client_kms_http;
    keys->kms.http_ctx = &keys->http;
    return SMA_OK;
}

/* Requests name keys by URL, so the address decides who may be called: never more than this one. */
static enum sma_status take_address(struct sma_keys *keys, struct sma_str address,
                                    struct sma_error *err)
{
    if (sma_str_ends(address, SMA_STR("/")))
        address.len--;
    size_t scheme = sma_str_starts(address, SMA_STR("https://"))  ? 8
                    : sma_str_starts(address, SMA_STR("http://")) ? 7
                                                                  : 0;
    struct sma_str host = sma_str_from(address, scheme);
    if (!scheme || !host.len || sma_str_chr(host, '/') >= 0 || sma_str_chr(host, '@') >= 0)
        return sma_fail(err, SMA_EINVAL,
                        "schemata.kms.vault.address: \"%.*s\" is no address; write "
                        "https://HOST:PORT",
                        SMA_STR_ARG(address));
    keys->http.origin = address;
    return SMA_OK;
}

enum sma_status sma_keys_new(struct sma_keys **out, const struct sma_settings *settings,
                             struct sma_error *err)
{
    struct sma_keys *keys = calloc(1, sizeof *keys);
    enum sma_status st = SMA_OK;
    if (!keys)
        return sma_fail_nomem(err);
    add(keys, SMA_KMS_LOCAL_SECRET, settings->local_secret, "LOCAL_SECRET");
    add(keys, SMA_KMS_VAULT_TOKEN, settings->vault_token, "VAULT_TOKEN");
    add(keys, SMA_KMS_VAULT_NAMESPACE, settings->vault_namespace, "VAULT_NAMESPACE");
    add(keys, SMA_KMS_VAULT_ROLE_ID, settings->vault_role_id, "VAULT_APPROLE_ROLE_ID");
    add(keys, SMA_KMS_VAULT_SECRET_ID, settings->vault_secret_id, "VAULT_APPROLE_SECRET_ID");
    keys->props.items = keys->items;
    keys->kms.props = &keys->props;
    if (settings->vault_address.len) {
        st = take_address(keys, settings->vault_address, err);
        if (!st)
            st = open_transport(keys, settings, err);
    }
    if (st)
        sma_keys_free(keys);
    else
        *out = keys;
    return st;
}

void sma_keys_stop(struct sma_keys *keys)
{
    if (keys)
        sma_client_curl_stop(keys->curl);
}

void sma_keys_free(struct sma_keys *keys)
{
    if (!keys)
        return;
    sma_client_curl_free(keys->curl);
    free(keys);
}

const struct sma_kms *sma_keys_kms(const struct sma_keys *keys)
{
    return &keys->kms;
}
