/* The life of a server: store, registry, facades, HTTP; ready; signal; drain. */
#include "server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/confluent/confluent.h"
#include "api/dek/dek.h"
#include "api/ops/ops.h"
#include "api/schemata/schemata.h"
#include "http/http.h"
#include "registry/registry.h"
#include "server/fixed_headers.h"
#include "server/keys.h"
#include "store/store.h"

struct server {
    const struct sma_settings *settings;
    struct sma_arena arena; /* strings that must outlive the HTTP server */
    struct sma_store *store;
    struct sma_keys *keys;
    struct sma_registry *registry;
    struct sma_confluent *confluent, *dek;
    struct sma_own *own;
    struct sma_ops ops;
    struct sma_http_server *http;
    struct sma_http_facade facades[4]; /* the HTTP server keeps looking at them */
    struct sma_http_header fixed[SMA_FIXED_HEADERS_MAX];
    size_t fixed_count;
    FILE *access_log; /* NULL = off */
    bool owns_access_log;
};

/* ---- opening
 * ------------------------------------------------------------------------------------------- */

static const char *text_z(struct server *server, struct sma_str s)
{
    return sma_arena_copy(&server->arena, s).ptr;
}

static enum sma_status open_state(struct server *server, struct sma_error *err)
{
    const struct sma_settings *s = server->settings;
    struct sma_store_options store = {.is_ephemeral = s->is_ephemeral,
                                      .encoder_secret = s->encoder_secret,
                                      .encoder_old_secret = s->encoder_old_secret};
    struct sma_registry_options registry;
    if (!s->is_ephemeral && !(store.data_dir = text_z(server, s->data_dir)))
        return sma_fail_nomem(err);
    enum sma_status st = sma_store_open(&server->store, &store, err);
    if (!st)
        st = sma_keys_new(&server->keys, s, err);
    if (st)
        return st;
    sma_registry_options_init(&registry);
    registry.store = server->store;
    sma_level_parse(s->compatibility_level, &registry.default_level);
    registry.validate_fields = s->validate_fields;
    registry.validate_new_schemas = s->validate_new_schemas;
    registry.reject_empty_subject = s->reject_empty_subject;
    registry.references_strict = s->strict_reference_versions;
    registry.mode_is_mutable = s->mode_mutability;
    registry.rule_sets = (enum sma_rule_set_policy)sma_settings_rule_sets(s);
    registry.kms = sma_keys_kms(server->keys);
    registry.keys_max = s->keys_max;
    registry.cache_bytes = (size_t)s->cache_bytes;
    registry.is_cache_off = s->cache_bytes == 0;
    return sma_registry_open(&server->registry, &registry, err);
}

static enum sma_status open_access_log(struct server *server, struct sma_error *err)
{
    struct sma_str where = server->settings->access_log;
    if (sma_str_eqz(where, "off") || !where.len)
        return SMA_OK;
    if (sma_str_eqz(where, "stdout") || sma_str_eqz(where, "stderr")) {
        server->access_log = sma_str_eqz(where, "stdout") ? stdout : stderr;
        return SMA_OK;
    }
    const char *path = text_z(server, where);
    if (!path)
        return sma_fail_nomem(err);
    server->access_log = fopen(path, "ae");
    server->owns_access_log = server->access_log != NULL;
    if (!server->access_log)
        return sma_fail(err, SMA_EIO, "cannot open the access log %s: %s", path, strerror(errno));
    return SMA_OK;
}

static enum sma_status open_facades(struct server *server, struct sma_error *err)
{
    const struct sma_settings *s = server->settings;
    const struct sma_confluent_options options = {
        .registry = server->registry,
        .cluster_id = s->group_id,
        .deployment_attributes = s->deployment_attributes,
        .no_associations = !s->has_associations,
        .schema_limits = {s->schema_limit_default, s->schema_limit_max},
        .subject_limits = {s->subject_limit_default, s->subject_limit_max},
        .version_limits = {s->version_limit_default, s->version_limit_max},
        .context_limits = {s->context_limit_default, s->context_limit_max},
        .kek_limits = {s->kek_limit_default, s->kek_limit_max},
        .dek_subject_limits = {s->dek_subject_limit_default, s->dek_subject_limit_max},
        .dek_version_limits = {s->dek_version_limit_default, s->dek_version_limit_max},
    };
    server->ops.store = server->store;
    server->ops.registry = server->registry;
    const struct sma_own_options own = {.registry = server->registry};
    enum sma_status st = sma_confluent_new(&server->confluent, &options, err);
    if (!st)
        st = sma_dek_new(&server->dek, &options, err);
    return st ? st : sma_own_new(&server->own, &own, err);
}

static enum sma_status open_http(struct server *server, struct sma_error *err)
{
    const struct sma_settings *s = server->settings;
    struct sma_http_listener listeners[SMA_LISTENERS_MAX];
    struct sma_http_options options = {
        .listeners = listeners,
        .listener_count = s->listener_count,
        .facades = server->facades,
        .facade_count = 4,
        .fixed_headers = server->fixed,
        .fixed_header_count = server->fixed_count,
        .loops = (unsigned)s->loops,
        .workers = (unsigned)s->workers,
        .connections_max = (size_t)s->connections_max,
        .body_bytes_max = (size_t)s->body_bytes_max,
        .idle_timeout_ms = (unsigned)s->idle_timeout_ms,
        .header_timeout_ms = (unsigned)s->request_timeout_ms,
        .body_timeout_ms = (unsigned)s->request_timeout_ms,
        .drain_timeout_ms = (unsigned)s->drain_timeout_ms,
        .no_gzip = !s->gzip,
        .access_log = server->access_log ? sma_http_log_to_file : NULL,
        .access_log_ctx = server->access_log,
    };
    server->facades[0] = sma_confluent_facade(server->confluent);
    server->facades[1] = sma_ops_facade(&server->ops);
    server->facades[2] = sma_own_facade(server->own);
    server->facades[3] = sma_dek_facade(server->dek);
    for (size_t i = 0; i < s->listener_count; i++) {
        listeners[i].host = text_z(server, s->listeners[i].host);
        listeners[i].port = s->listeners[i].port;
        if (!listeners[i].host)
            return sma_fail_nomem(err);
    }
    return sma_http_server_start(&server->http, &options, err);
}

/* ---- ready
 * -----------------------------------------------------------------------------------------------
 */

/* Written beside and renamed, so that who waits for the file never reads half of it. */
static enum sma_status write_port_file(struct server *server, struct sma_error *err)
{
    const char *path = text_z(server, server->settings->port_file);
    if (!path)
        return sma_fail_nomem(err);
    if (!*path)
        return SMA_OK;
    struct sma_str draft = sma_arena_printf(&server->arena, "%s.%ld", path, (long)getpid());
    FILE *file = draft.ptr ? fopen(draft.ptr, "we") : NULL;
    bool ok = file && fprintf(file, "%u\n", sma_http_server_port(server->http, 0)) > 0;
    if (file && fclose(file))
        ok = false;
    if (!ok || rename(draft.ptr, path))
        return sma_fail(err, SMA_EIO, "cannot write the port file %s: %s", path, strerror(errno));
    return SMA_OK;
}

static void say_ready(const struct server *server)
{
    const struct sma_settings *s = server->settings;
    printf("schemata %s listens on", SMA_VERSION);
    for (size_t i = 0; i < s->listener_count; i++) {
        bool is_v6 = sma_str_chr(s->listeners[i].host, ':') >= 0;
        struct sma_str host = s->listeners[i].host.len ? s->listeners[i].host : SMA_STR("0.0.0.0");
        printf(" http://%s%.*s%s:%u", is_v6 ? "[" : "", SMA_STR_ARG(host), is_v6 ? "]" : "",
               sma_http_server_port(server->http, i));
    }
    printf(", data in %s%s\n", sma_store_dir(server->store),
           s->is_ephemeral ? " (removed at the end)" : "");
    fflush(stdout);
}

/* ---- whole
 * -----------------------------------------------------------------------------------------------
 */

static enum sma_status start(struct server *server, struct sma_error *err)
{
    enum sma_status st;
    if ((st = sma_fixed_headers_parse(server->fixed, &server->fixed_count, &server->arena,
                                      server->settings->response_headers, err)) ||
        (st = open_access_log(server, err)) || (st = open_state(server, err)) ||
        (st = open_facades(server, err)) || (st = open_http(server, err)) ||
        (st = write_port_file(server, err)))
        return st;
    atomic_store(&server->ops.server, server->http);
    atomic_store(&server->ops.is_ready, true);
    return SMA_OK;
}

/* Draining first: requests in flight still need everything below. The registry waits for its writes, whose
 * ends still find their facade. */
static void stop(struct server *server)
{
    atomic_store(&server->ops.is_ready, false);
    sma_own_stop_waiting(server->own);
    sma_keys_stop(server->keys);
    sma_http_server_stop(server->http);
    sma_registry_close(server->registry);
    sma_own_free(server->own);
    sma_confluent_free(server->dek);
    sma_confluent_free(server->confluent);
    sma_keys_free(server->keys);
    sma_store_close(server->store);
    if (server->owns_access_log)
        fclose(server->access_log);
    sma_arena_fini(&server->arena);
}

/* Room for the connections asked for, beside what the state and the log need. As far as the hard limit
 * allows; beyond that accept() fails and the toolkit says so. */
static void allow_connections(const struct sma_settings *settings)
{
    enum { OTHERS = 256 };
    struct rlimit limit;
    rlim_t want = (rlim_t)settings->connections_max + OTHERS;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
        return;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    setrlimit(RLIMIT_NOFILE, &limit);
}

enum sma_status sma_server_run(const struct sma_settings *settings, struct sma_error *err)
{
    struct server server = {.settings = settings};
    sigset_t signals, before;
    int signal_number;
    /* Large blocks (bodies, parsed schemas) go back to the system when freed. Left to itself, the
     * allocator raises this limit with the first of them and each thread's heap then keeps its largest
     * ones for ever: 200 schemas of 300 KB left 168 MB behind instead of 42. */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    /* Blocked before any thread starts, so that all inherit it and only sigwait sees them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a failed write, not the end */
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    allow_connections(settings);
    sma_arena_init(&server.arena, 0);
    enum sma_status st = start(&server, err);
    if (!st) {
        say_ready(&server);
        sigwait(&signals, &signal_number);
        fprintf(stderr, "schemata: %s: finishing what is in flight\n", strsignal(signal_number));
    }
    stop(&server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return st;
}
