#include "cli/remote_conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli/credentials.h"
#include "cli/source.h"

#define PASSWORD_BYTES_MAX 4096u
#define DURATION_MAX_MS 3600000

/* ---- small things ---- */

bool sma_parse_duration(const char *text, int64_t *out_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"", 1000}};
    struct sma_str all = sma_str_z(text);
    int64_t number;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct sma_str unit = sma_str_z(units[i].unit);
        if (!sma_str_ends(all, unit))
            continue;
        if (!sma_parse_i64(sma_str_head(all, all.len - unit.len), &number) || number < 1 ||
            number > DURATION_MAX_MS / units[i].ms)
            return false;
        *out_ms = number * units[i].ms;
        return true;
    }
    return false;
}

/* The error of the client's configuration as ours. */
static enum sma_status take(schemata_status_t st, schemata_error_t *e, struct sma_error *err)
{
    if (!st)
        return SMA_OK;
    const char *hint = schemata_error_hint(e);
    enum sma_status mine =
        st == SCHEMATA_ERR_NOMEM
            ? sma_fail_nomem(err)
            : sma_fail(err, SMA_EINVAL, "%s%s%s", schemata_error_message(e), hint ? "; " : "",
                       hint ? hint : "");
    schemata_error_free(e);
    return mine;
}

/* ---- layers ---- */

struct layers {
    struct sma_remote_conf *out;
    const struct sma_arguments *arguments;
    const struct sma_project *project;
    struct sma_error *err;
    struct sma_error unset; /* a ${NAME} that is not set: tolerated when something else wins */
};

/* Moves what a layer says into the result. Takes the layer. */
static enum sma_status lay(struct layers *l, schemata_conf_t *layer, struct sma_str origin)
{
    schemata_error_t *e = NULL;
    schemata_status_t st = SCHEMATA_OK;
    for (int i = 0; !st && i < SMA_P_COUNT; i++)
        if (layer->values[i]) {
            st = schemata_conf_set(l->out->conf, sma_client_props[i].key, layer->values[i], &e);
            l->out->origin[i] = origin;
        }
    for (size_t i = 0; !st && i < layer->header_count; i++) {
        struct sma_str name =
            sma_arena_printf(l->out->arena, "request.header.%s", layer->headers[i].name);
        st = name.ptr
                 ? schemata_conf_set(l->out->conf, name.ptr, layer->headers[i].value, &e)
                 : SCHEMATA_ERR_NOMEM;
    }
    schemata_conf_free(layer);
    return take(st, e, l->err);
}

/* One value. */
static enum sma_status lay_value(struct layers *l, enum sma_client_prop prop, const char *value,
                                 struct sma_str origin)
{
    schemata_error_t *e = NULL;
    schemata_status_t st =
        schemata_conf_set(l->out->conf, sma_client_props[prop].key, value, &e);
    l->out->origin[prop] = origin;
    return take(st, e, l->err);
}

static enum sma_status lay_file(struct layers *l, const char *path)
{
    schemata_conf_t *layer = schemata_conf_new();
    schemata_error_t *e = NULL;
    struct sma_str origin = sma_arena_copy(l->out->arena, sma_str_z(path));
    if (!layer || !origin.ptr) {
        schemata_conf_free(layer);
        return sma_fail_nomem(l->err);
    }
    schemata_status_t st = schemata_conf_load(layer, path, true, &e);
    if (!st)
        return lay(l, layer, origin);
    schemata_conf_free(layer);
    return take(st, e, l->err);
}

static enum sma_status lay_environment(struct layers *l)
{
    schemata_conf_t *layer = schemata_conf_new();
    schemata_error_t *e = NULL;
    if (!layer)
        return sma_fail_nomem(l->err);
    schemata_status_t st = schemata_conf_load_env(layer, &e);
    if (!st)
        return lay(l, layer, SMA_STR("the environment"));
    schemata_conf_free(layer);
    return take(st, e, l->err);
}

static enum sma_status lay_profile(struct layers *l, const char *name)
{
    struct sma_remote_conf *out = l->out;
    enum sma_status st = sma_profile_find(&out->profile, &out->user, name, l->err);
    if (st)
        return st;
    struct sma_str origin =
        sma_arena_printf(out->arena, "profile %s in %.*s", name, SMA_STR_ARG(out->user.path));
    if (out->profile->client_config.len) {
        struct sma_str path = sma_path_join(out->arena, sma_path_folder(out->user.path),
                                            out->profile->client_config);
        st = path.ptr ? lay_file(l, path.ptr) : sma_fail_nomem(l->err);
    }
    if (!st && out->profile->url.len)
        st = lay_value(l, SMA_P_URL, out->profile->url.ptr, origin);
    return st;
}

/* Fills in ${NAME}. A variable that is not set empties *out and leaves the reason in l->unset. */
static enum sma_status expand(struct layers *l, struct sma_str *out, struct sma_str text,
                              const char *key)
{
    struct sma_buf buf;
    enum sma_status st = SMA_OK;
    bool is_unset = false;
    sma_buf_init(&buf, 1u << 16);
    while (text.len && !is_unset) {
        ptrdiff_t close = sma_str_starts(text, SMA_STR("${")) ? sma_str_chr(text, '}') : -1;
        if (close < 0) {
            sma_buf_putc(&buf, text.ptr[0]);
            text = sma_str_from(text, 1);
            continue;
        }
        struct sma_str name =
            sma_arena_copy(l->out->arena, sma_str_make(text.ptr + 2, (size_t)close - 2));
        const char *value = name.ptr ? getenv(name.ptr) : NULL;
        is_unset = !value;
        if (is_unset)
            sma_error_set(&l->unset, SMA_EINVAL, SMA_NO_OFFSET,
                          "%.*s: registry.%s: the variable %.*s is not set",
                          SMA_STR_ARG(l->project->path), key, SMA_STR_ARG(name));
        else
            sma_buf_putz(&buf, value);
        text = sma_str_from(text, (size_t)close + 1);
    }
    *out = is_unset ? SMA_STR("") : sma_arena_copy(l->out->arena, sma_buf_str(&buf));
    if (sma_buf_failed(&buf) || !out->ptr)
        st = sma_fail_nomem(l->err);
    sma_buf_fini(&buf);
    return st;
}

static enum sma_status lay_project(struct layers *l)
{
    const struct sma_project *project = l->project;
    struct sma_str url, path;
    if (!project)
        return SMA_OK;
    enum sma_status st = expand(l, &path, project->registry_config, "client-config");
    if (!st)
        st = expand(l, &url, project->registry_url, "url");
    if (!st && path.len) {
        path = sma_path_join(l->out->arena, project->folder, path);
        st = path.ptr ? lay_file(l, path.ptr) : sma_fail_nomem(l->err);
    }
    return st || !url.len ? st : lay_value(l, SMA_P_URL, url.ptr, project->path);
}

/* ---- flags ---- */

/* The first line of a file, or of stdin. Any byte but the end of the line is part of it. */
static enum sma_status read_secret(struct sma_str *out, struct layers *l, const char *path)
{
    enum sma_status st;
    if (!strcmp(path, "-")) {
        char *line = sma_arena_alloc(l->out->arena, PASSWORD_BYTES_MAX);
        if (!line)
            return sma_fail_nomem(l->err);
        if (!fgets(line, PASSWORD_BYTES_MAX, stdin))
            return sma_fail(l->err, SMA_ENOTFOUND, "no password on stdin");
        *out = sma_str_z(line);
        st = SMA_OK;
    } else {
        st = sma_read_file(out, l->out->arena, path, l->err);
    }
    ptrdiff_t end = st ? -1 : sma_str_chr(*out, '\n');
    if (end >= 0)
        *out = sma_str_head(*out, (size_t)end);
    if (!st && out->len && out->ptr[out->len - 1] == '\r')
        out->len--;
    return st;
}

static enum sma_status lay_user(struct layers *l, const char *user, const char *file)
{
    struct sma_str password = SMA_STR(""), info;
    if (!user || !file)
        return sma_fail(l->err, SMA_EINVAL, "--user and --password-file go together");
    enum sma_status st = read_secret(&password, l, file);
    if (st)
        return st;
    info = sma_arena_printf(l->out->arena, "%s:%.*s", user, SMA_STR_ARG(password));
    return info.ptr ? lay_value(l, SMA_P_BASIC_USER_INFO, info.ptr, SMA_STR("--password-file"))
                    : sma_fail_nomem(l->err);
}

static enum sma_status lay_timeout(struct layers *l, const char *timeout)
{
    char number[24];
    int64_t ms;
    if (!sma_parse_duration(timeout, &ms))
        return sma_fail(l->err, SMA_EINVAL,
                        "--timeout wants a time like 500ms, 10s or 2m, not \"%s\"", timeout);
    snprintf(number, sizeof number, "%lld", (long long)ms);
    enum sma_status st = lay_value(l, SMA_P_READ_TIMEOUT_MS, number, SMA_STR("--timeout"));
    return st ? st : lay_value(l, SMA_P_TOTAL_TIMEOUT_MS, number, SMA_STR("--timeout"));
}

static enum sma_status lay_flags(struct layers *l, const char *url)
{
    const struct sma_arguments *a = l->arguments;
    const char *file = sma_argument(a, "--client-config");
    const char *user = sma_argument(a, "--user"), *password = sma_argument(a, "--password-file");
    const char *token = sma_argument(a, "--token-file"), *timeout = sma_argument(a, "--timeout");
    enum sma_status st = file ? lay_file(l, file) : SMA_OK;
    if (!st && url)
        st = lay_value(l, SMA_P_URL, url, SMA_STR("--url"));
    if (!st && (user || password))
        st = lay_user(l, user, password);
    if (!st && token)
        st = lay_value(l, SMA_P_BEARER_TOKEN_FILE, token, SMA_STR("--token-file"));
    return st || !timeout ? st : lay_timeout(l, timeout);
}

/* ---- credentials from elsewhere ---- */

static enum sma_status lay_credentials(struct layers *l, const struct sma_credentials *c,
                                       struct sma_str origin)
{
    struct sma_str info;
    if (c->token.ptr) {
        info = sma_arena_copy(l->out->arena, c->token);
        return info.ptr ? lay_value(l, SMA_P_BEARER_TOKEN, info.ptr, origin)
                        : sma_fail_nomem(l->err);
    }
    if (!c->user.ptr || !c->password.ptr)
        return SMA_OK;
    info = sma_arena_printf(l->out->arena, "%.*s:%.*s", SMA_STR_ARG(c->user),
                            SMA_STR_ARG(c->password));
    return info.ptr ? lay_value(l, SMA_P_BASIC_USER_INFO, info.ptr, origin)
                    : sma_fail_nomem(l->err);
}

/* A netrc file and a helper are asked last, and only when nothing else has given credentials. */
static enum sma_status lay_elsewhere(struct layers *l)
{
    struct sma_remote_conf *out = l->out;
    const struct sma_profile *profile = out->profile;
    const char *url = sma_client_conf_text(out->conf, SMA_P_URL);
    const char *netrc = sma_argument(l->arguments, "--netrc-file");
    struct sma_credentials credentials;
    struct sma_str origin;
    enum sma_status st;
    if (sma_client_conf_has(out->conf, SMA_P_BASIC_USER_INFO) ||
        sma_client_conf_has(out->conf, SMA_P_BEARER_TOKEN) ||
        sma_client_conf_has(out->conf, SMA_P_BEARER_TOKEN_FILE))
        return SMA_OK;
    if (!netrc && profile && profile->netrc.len) {
        struct sma_str path =
            sma_path_join(out->arena, sma_path_folder(out->user.path), profile->netrc);
        if (!path.ptr)
            return sma_fail_nomem(l->err);
        netrc = path.ptr;
    }
    if (netrc) {
        origin = sma_arena_copy(out->arena, sma_str_z(netrc));
        st = sma_credentials_netrc(&credentials, out->arena, netrc, sma_url_host(sma_str_z(url)),
                                   l->err);
    } else if (profile && profile->credential_helper.len) {
        origin = SMA_STR("credential-helper");
        st = sma_credentials_helper(&credentials, out->arena, profile->credential_helper.ptr, url,
                                    l->err);
    } else {
        return SMA_OK;
    }
    return st ? st : lay_credentials(l, &credentials, origin);
}

/* ---- all of them ---- */

static enum sma_status must_have_url(const struct layers *l)
{
    if (sma_client_conf_has(l->out->conf, SMA_P_URL))
        return SMA_OK;
    if (l->unset.status)
        return sma_fail(l->err, SMA_EINVAL, "%s", l->unset.message);
    return sma_fail(l->err, SMA_EINVAL,
                    "no registry is named: use --url http://localhost:8081, the variable "
                    "SCHEMA_REGISTRY_URL, or registry.url in schemata.yaml");
}

enum sma_status sma_remote_conf_load(struct sma_remote_conf *out, struct sma_arena *arena,
                                     const struct sma_arguments *arguments,
                                     const struct sma_project *project, const char *url,
                                     bool is_needed, struct sma_error *err)
{
    struct layers l = {out, arguments, project, err, SMA_ERROR_INIT};
    const char *named = sma_argument(arguments, "--profile");
    *out = (struct sma_remote_conf){.arena = arena, .conf = schemata_conf_new()};
    if (!out->conf)
        return sma_fail_nomem(err);
    enum sma_status st = sma_user_config_load(&out->user, arena, err);
    if (!st && !named && out->user.profile.len)
        st = lay_profile(&l, out->user.profile.ptr);
    if (!st)
        st = lay_project(&l);
    if (!st)
        st = lay_environment(&l);
    if (!st && named)
        st = lay_profile(&l, named);
    if (!st)
        st = lay_flags(&l, url ? url : sma_argument(arguments, "--url"));
    if (!st && is_needed)
        st = must_have_url(&l);
    return st || !is_needed ? st : lay_elsewhere(&l);
}

void sma_remote_conf_fini(struct sma_remote_conf *conf)
{
    schemata_conf_free(conf->conf);
    conf->conf = NULL;
}
