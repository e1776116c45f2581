#include "clients/c/auth.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "clients/c/rest.h"
#include "core/json/json.h"
#include "core/json/visitor.h"

#define TOKEN_BYTES_MAX (64u << 10)
#define TOKEN_FILE_MS 60000
#define TOKEN_DEFAULT_MS 3600000

enum source { NO_TOKEN, STATIC_TOKEN, TOKEN_FILE, CALLBACK, OAUTH };

struct sma_client_auth {
    schemata_conf_t *conf;
    enum source source;
    struct sma_client_auth_http http;
    pthread_mutex_t mutex; /* never held while a token is fetched */
    pthread_cond_t changed;
    bool is_fetching;
    uint64_t fetches;          /* how many have ended */
    schemata_error_t *failure; /* of the last one, for those who waited for it */
    char *token;
    int64_t renew_at_ms; /* 0 = at once */
};

/* ---- life -----------------------------------------------------------------------------------------
 */

static schemata_status_t choose(struct sma_client_auth *auth, schemata_error_t **err)
{
    const schemata_conf_t *c = auth->conf;
    const char *wish = sma_client_conf_text(c, SMA_P_BEARER_SOURCE);
    bool has_oauth = sma_client_conf_has(c, SMA_P_BEARER_ENDPOINT);
    if (c->token)
        auth->source = CALLBACK;
    else if (sma_client_conf_has(c, SMA_P_BEARER_TOKEN))
        auth->source = STATIC_TOKEN;
    else if (sma_client_conf_has(c, SMA_P_BEARER_TOKEN_FILE))
        auth->source = TOKEN_FILE;
    else if (has_oauth)
        auth->source = OAUTH;
    if (wish && !strcmp(wish, "OAUTHBEARER"))
        auth->source = OAUTH;
    if (wish && !strcmp(wish, "STATIC_TOKEN") && auth->source != STATIC_TOKEN)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "STATIC_TOKEN needs bearer.auth.token");
    if (wish && !strcmp(wish, "CUSTOM") && auth->source != CALLBACK)
        return sma_client_fail(err, SCHEMATA_ERR_CONF,
                               "CUSTOM needs schemata_conf_set_token_source");
    if (auth->source == OAUTH && (!has_oauth || !sma_client_conf_has(c, SMA_P_BEARER_CLIENT_ID) ||
                                  !sma_client_conf_has(c, SMA_P_BEARER_CLIENT_SECRET)))
        return sma_client_fail(err, SCHEMATA_ERR_CONF,
                               "OAUTHBEARER needs bearer.auth.issuer.endpoint.url, "
                               "bearer.auth.client.id and bearer.auth.client.secret");
    return SCHEMATA_OK;
}

schemata_status_t sma_client_auth_new(struct sma_client_auth **out, const schemata_conf_t *c,
                                      const struct sma_client_auth_http *http,
                                      schemata_error_t **err)
{
    struct sma_client_auth *auth = sma_client_alloc(sizeof *auth);
    if (!auth)
        return sma_client_no_memory(err);
    pthread_mutex_init(&auth->mutex, NULL);
    sma_client_cond_init(&auth->changed);
    auth->http = *http;
    auth->conf = schemata_conf_copy(c);
    schemata_status_t st = auth->conf ? choose(auth, err) : sma_client_no_memory(err);
    if (st)
        sma_client_auth_free(auth);
    else
        *out = auth;
    return st;
}

void sma_client_auth_free(struct sma_client_auth *auth)
{
    if (!auth)
        return;
    pthread_mutex_destroy(&auth->mutex);
    pthread_cond_destroy(&auth->changed);
    sma_client_free_secret(auth->token);
    schemata_error_free(auth->failure);
    schemata_conf_free(auth->conf);
    sma_client_free(auth);
}

/* ---- where tokens come from -----------------------------------------------------------------------
 */

static schemata_status_t from_file(struct sma_client_auth *auth, char **token, int64_t *life_ms,
                                   schemata_error_t **err)
{
    char text[8192];
    const char *path = sma_client_conf_text(auth->conf, SMA_P_BEARER_TOKEN_FILE);
    FILE *file = fopen(path, "re");
    if (!file)
        return sma_client_fail(err, SCHEMATA_ERR_AUTH, "bearer.auth.token.file: cannot open %s",
                               path);
    size_t got = fread(text, 1, sizeof text, file);
    fclose(file);
    struct sma_str trimmed = sma_str_trim(sma_str_make(text, got));
    if (got == sizeof text || !trimmed.len)
        return sma_client_fail(err, SCHEMATA_ERR_AUTH, "%s holds no token", path);
    *token = sma_client_copy_str(trimmed);
    *life_ms = TOKEN_FILE_MS;
    explicit_bzero(text, sizeof text);
    return *token ? SCHEMATA_OK : sma_client_no_memory(err);
}

/* The application's token belongs to it until it is copied; it is released with free(). */
static schemata_status_t from_callback(struct sma_client_auth *auth, char **token, int64_t *life_ms,
                                       schemata_error_t **err)
{
    char *given = NULL;
    *life_ms = TOKEN_DEFAULT_MS;
    schemata_status_t st = auth->conf->token(auth->conf->token_ctx, &given, life_ms);
    if (!st && given)
        *token = sma_client_copy(given);
    free(given);
    if (st || !given)
        return sma_client_fail(err, SCHEMATA_ERR_AUTH, "the source of tokens gave none");
    return *token ? SCHEMATA_OK : sma_client_no_memory(err);
}

static schemata_status_t read_grant(struct sma_client_auth *auth,
                                    const schemata_http_response_t *resp, char **token,
                                    int64_t *life_ms, schemata_error_t **err)
{
    const char *url = sma_client_conf_text(auth->conf, SMA_P_BEARER_ENDPOINT);
    struct sma_arena arena;
    const struct sma_json *root = NULL, *text;
    int64_t seconds = 0;
    schemata_status_t st = SCHEMATA_OK;
    if (!resp->status)
        return sma_client_fail(err, SCHEMATA_ERR_UNREACHABLE, "token endpoint %s: %s", url,
                               resp->transport_error ? resp->transport_error : "no answer");
    if (resp->status != 200)
        return sma_client_fail(err, SCHEMATA_ERR_AUTH, "token endpoint %s answered %d", url,
                               resp->status);
    sma_arena_init(&arena, 1u << 20);
    if (resp->body_len > TOKEN_BYTES_MAX ||
        sma_json_parse(&root, &arena, sma_str_make(resp->body, resp->body_len), NULL, NULL, NULL))
        root = NULL;
    text = sma_json_getz(root, "access_token");
    if (!sma_json_is(text, SMA_JSON_STRING) || !text->text.len ||
        memchr(text->text.ptr, '\n', text->text.len) || memchr(text->text.ptr, 0, text->text.len))
        st = sma_client_fail(err, SCHEMATA_ERR_AUTH, "token endpoint %s gave no access_token", url);
    else if (!(*token = sma_client_copy_str(text->text)))
        st = sma_client_no_memory(err);
    *life_ms = sma_json_i64(sma_json_getz(root, "expires_in"), &seconds) && seconds > 0 &&
                       seconds < INT32_MAX
                   ? seconds * 1000
                   : TOKEN_DEFAULT_MS;
    sma_arena_fini(&arena);
    return st;
}

static void put_basic(struct sma_buf *out, const char *user, const char *password)
{
    struct sma_buf plain;
    sma_buf_init(&plain, 0);
    sma_buf_putz(&plain, user);
    if (password) {
        sma_buf_putc(&plain, ':');
        sma_buf_putz(&plain, password);
    }
    sma_buf_putz(out, "Authorization: Basic ");
    sma_base64_put(out, sma_buf_str(&plain));
    if (plain.ptr)
        explicit_bzero(plain.ptr, plain.len);
    sma_buf_fini(&plain);
}

/* RFC 6749 section 4.4, the client authenticated as in 2.3.1 (HTTP Basic). */
static schemata_status_t from_issuer(struct sma_client_auth *auth, int64_t deadline_ms,
                                     char **token, int64_t *life_ms, schemata_error_t **err)
{
    const schemata_conf_t *c = auth->conf;
    const char *scope = sma_client_conf_text(c, SMA_P_BEARER_SCOPE);
    struct sma_buf form, basic;
    schemata_http_response_t resp = {.size = sizeof resp};
    schemata_status_t st;
    sma_buf_init(&form, 0);
    sma_buf_init(&basic, 0);
    sma_buf_putz(&form, "grant_type=client_credentials");
    if (scope) {
        sma_buf_putz(&form, "&scope=");
        sma_client_put_query(&form, sma_str_z(scope));
    }
    put_basic(&basic, sma_client_conf_text(c, SMA_P_BEARER_CLIENT_ID),
              sma_client_conf_text(c, SMA_P_BEARER_CLIENT_SECRET));
    const char *headers[] = {"Content-Type: application/x-www-form-urlencoded",
                             "Accept: application/json", basic.ptr, NULL};
    const schemata_http_request_t req = {.size = sizeof req,
                                         .method = "POST",
                                         .url = sma_client_conf_text(c, SMA_P_BEARER_ENDPOINT),
                                         .headers = headers,
                                         .body = form.ptr,
                                         .body_len = form.len,
                                         .deadline_ms = deadline_ms};
    if (sma_buf_failed(&form) || sma_buf_failed(&basic)) {
        st = sma_client_no_memory(err);
    } else {
        st = auth->http.run(auth->http.ctx, &req, &resp);
        st = st ? sma_client_fail(err, st, "token endpoint %s: %s", req.url,
                                  resp.transport_error ? resp.transport_error : "no answer")
                : read_grant(auth, &resp, token, life_ms, err);
        /* An issuer that is down for a moment is asked again in the next round. */
        bool is_moment = !resp.status || resp.status == 429 || resp.status >= 500;
        if (st && is_moment && err && *err && !(*err)->is_static)
            (*err)->is_retriable = true;
        if (auth->http.release)
            auth->http.release(auth->http.ctx, &resp);
    }
    if (basic.ptr)
        explicit_bzero(basic.ptr, basic.len);
    sma_buf_fini(&basic);
    sma_buf_fini(&form);
    return st;
}

/* ---- the cached token -----------------------------------------------------------------------------
 */

static schemata_status_t fetch(struct sma_client_auth *auth, int64_t deadline_ms, char **token,
                               int64_t *life_ms, schemata_error_t **err)
{
    switch (auth->source) {
    case TOKEN_FILE:
        return from_file(auth, token, life_ms, err);
    case CALLBACK:
        return from_callback(auth, token, life_ms, err);
    default:
        return from_issuer(auth, deadline_ms, token, life_ms, err);
    }
}

/* The buffer before the end, but never more than half the life. */
static int64_t renewal(const struct sma_client_auth *auth, int64_t life_ms)
{
    int64_t buffer = sma_client_conf_int(auth->conf, SMA_P_BEARER_BUFFER_SECONDS) * 1000;
    return life_ms - (buffer < life_ms / 2 ? buffer : life_ms / 2);
}

/* Called and left with the mutex held; lets go of it while fetching. */
static schemata_status_t refresh(struct sma_client_auth *auth, int64_t deadline_ms,
                                 schemata_error_t **err)
{
    char *token = NULL;
    int64_t life_ms = 0;
    auth->is_fetching = true;
    pthread_mutex_unlock(&auth->mutex);
    schemata_status_t st = fetch(auth, deadline_ms, &token, &life_ms, err);
    pthread_mutex_lock(&auth->mutex);
    auth->is_fetching = false;
    auth->fetches++;
    schemata_error_free(auth->failure);
    auth->failure = st ? sma_client_error_copy(*err) : NULL;
    if (!st) {
        sma_client_free_secret(auth->token);
        auth->token = token;
        auth->renew_at_ms = sma_client_now_ms() + renewal(auth, life_ms);
    }
    pthread_cond_broadcast(&auth->changed);
    return st;
}

/* The same with a token that somebody else is fetching: his success or his failure is ours. False when
 * the deadline came first. */
static bool wait_for_fetch(struct sma_client_auth *auth, int64_t deadline_ms)
{
    uint64_t before = auth->fetches;
    bool in_time = true;
    while (auth->fetches == before && in_time)
        in_time = sma_client_cond_wait(&auth->changed, &auth->mutex, deadline_ms);
    return auth->fetches != before;
}

/* With the mutex held: a token that may be sent, fetched when there is none or its time has come. One
 * that was just fetched is good for one use, however short its life. */
static schemata_status_t have_token(struct sma_client_auth *auth, int64_t deadline_ms,
                                    schemata_error_t **err)
{
    if (auth->token && auth->renew_at_ms > sma_client_now_ms())
        return SCHEMATA_OK;
    if (!auth->is_fetching)
        return refresh(auth, deadline_ms, err);
    if (!wait_for_fetch(auth, deadline_ms))
        return sma_client_fail(err, SCHEMATA_ERR_TIMEOUT, "waited too long for a token");
    return auth->failure ? sma_client_error_give(err, sma_client_error_copy(auth->failure))
                         : SCHEMATA_OK;
}

static schemata_status_t put_token(struct sma_client_auth *auth, struct sma_buf *out,
                                   int64_t deadline_ms, schemata_error_t **err)
{
    schemata_error_t *made = NULL;
    pthread_mutex_lock(&auth->mutex);
    schemata_status_t st = have_token(auth, deadline_ms, &made);
    if (!st) {
        sma_buf_putz(out, "Authorization: Bearer ");
        sma_buf_putz(out, auth->token);
    }
    pthread_mutex_unlock(&auth->mutex);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
}

schemata_status_t sma_client_auth_put(struct sma_client_auth *auth, struct sma_buf *out,
                                      const char *url_user_info, int64_t deadline_ms,
                                      schemata_error_t **err)
{
    const char *source = sma_client_conf_text(auth->conf, SMA_P_BASIC_SOURCE);
    const char *user_info = sma_client_conf_text(auth->conf, SMA_P_BASIC_USER_INFO);
    if (auth->source == STATIC_TOKEN) {
        sma_buf_putz(out, "Authorization: Bearer ");
        sma_buf_putz(out, sma_client_conf_text(auth->conf, SMA_P_BEARER_TOKEN));
        return SCHEMATA_OK;
    }
    if (auth->source != NO_TOKEN)
        return put_token(auth, out, deadline_ms, err);
    if (!user_info || (source && !strcmp(source, "URL")))
        user_info = url_user_info;
    if (user_info)
        put_basic(out, user_info, NULL);
    return SCHEMATA_OK;
}

bool sma_client_auth_renew(struct sma_client_auth *auth)
{
    if (auth->source == NO_TOKEN || auth->source == STATIC_TOKEN)
        return false;
    pthread_mutex_lock(&auth->mutex);
    auth->renew_at_ms = 0;
    pthread_mutex_unlock(&auth->mutex);
    return true;
}
