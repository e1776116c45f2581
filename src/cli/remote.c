#include "cli/remote.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "libcurl/load.h"
#include "cli/interrupt.h"
#include "cli/remote_conf.h"
#include "clients/c/clock.h"
#include "clients/c/http_curl.h"
#include "clients/c/rest.h"

#define JOBS_DEFAULT 8
#define ANSWER_VALUES_MAX 20000000u
#define ANSWER_BYTES_MAX (1u << 30)
#define ANSWER_DEPTH_MAX 512
#define EXCERPT_MAX 60

struct sma_remote {
    struct sma_arena arena;
    struct sma_remote_conf conf;
    struct sma_client_curl *curl;
    struct sma_client_rest *rest;
    struct sma_client_counters counters;
    struct sma_str url, context;
    int64_t total_ms;
    size_t jobs;
    bool is_traced;
    pthread_mutex_t mutex; /* of the two below */
    bool knows_kind, is_ours;
};

/* ---- errors ---- */

enum sma_status sma_remote_fail(struct sma_error *err, enum sma_status st, enum sma_exit code,
                                const char *fmt, ...)
{
    va_list args;
    bool is_first = err && !err->status;
    va_start(args, fmt);
    sma_fail_v(err, st, SMA_NO_OFFSET, fmt, args);
    va_end(args);
    if (is_first)
        err->code = (int)code;
    return st;
}

enum sma_status sma_remote_fail_interrupted(struct sma_error *err)
{
    return sma_remote_fail(err, SMA_EBUSY, SMA_EXIT_INTERRUPTED, "interrupted");
}

/* Control characters of a peer would reach the terminal. */
static void make_plain(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = '?';
}

struct sma_str sma_remote_shown(struct sma_arena *arena, struct sma_str text)
{
    struct sma_str copy = sma_arena_copy(arena, text);
    if (copy.ptr)
        make_plain((char *)copy.ptr, copy.len);
    return copy;
}

struct sma_str sma_remote_reason(struct sma_arena *arena, const struct sma_remote_answer *answer)
{
    const struct sma_json *message = sma_json_getz(answer->body, "message");
    if (sma_json_is(message, SMA_JSON_STRING) && message->text.len)
        return sma_remote_shown(arena, message->text);
    return sma_arena_printf(arena, "refused without a reason (HTTP %d, code %d)", answer->status,
                            answer->code);
}

/* An error of the client without an answer that could be looked at. Frees it. */
static enum sma_status take(schemata_status_t st, schemata_error_t *e, struct sma_error *err)
{
    const char *hint = schemata_error_hint(e);
    char text[SMA_ERROR_MESSAGE_MAX];
    const char *url = schemata_error_url(e);
    snprintf(text, sizeof text, "%s", schemata_error_message(e));
    make_plain(text, strlen(text));
    bool has_url = url && strncmp(text, url, strlen(url));
    enum sma_exit code = SMA_EXIT_UNREACHABLE;
    enum sma_status mine = SMA_EIO;
    if (st == SCHEMATA_ERR_AUTH) {
        code = SMA_EXIT_DENIED;
        mine = SMA_ECONFLICT;
        hint = "give credentials with --user and --password-file, --token-file, --client-config, "
               "or SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD";
    } else if (st == SCHEMATA_ERR_CONF || st == SCHEMATA_ERR_ARG) {
        code = SMA_EXIT_USAGE;
        mine = SMA_EINVAL;
    } else if (st == SCHEMATA_ERR_NOMEM || st == SCHEMATA_ERR_INTERNAL) {
        code = SMA_EXIT_BUG;
        mine = st == SCHEMATA_ERR_NOMEM ? SMA_ENOMEM : SMA_EINTERNAL;
    }
    if (sma_interrupted())
        mine = sma_remote_fail_interrupted(err);
    else
        sma_remote_fail(err, mine, code, "%s%s%s%s%s", has_url ? url : "", has_url ? ": " : "",
                        text, hint ? "\n  " : "", hint ? hint : "");
    schemata_error_free(e);
    return mine;
}

/* What a refusal stands for, by the registry's own number, else by the HTTP status. */
static enum sma_exit meaning(int status, int code)
{
    static const struct {
        int code;
        enum sma_exit exit;
    } rows[] = {
        {40405, SMA_EXIT_REFUSED}, /* the subject is not soft-deleted yet */
        {40407, SMA_EXIT_REFUSED}, /* the version is not soft-deleted yet */
        {42201, SMA_EXIT_FINDINGS}, /* no valid schema */
        {42205, SMA_EXIT_REFUSED},  /* the mode forbids it */
        {42206, SMA_EXIT_REFUSED},  /* still referenced */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].code == code)
            return rows[i].exit;
    return status == 404   ? SMA_EXIT_NOT_FOUND
           : status == 405 ? SMA_EXIT_REFUSED
           : status == 409 ? SMA_EXIT_FINDINGS
                           : SMA_EXIT_USAGE;
}

enum sma_status sma_remote_refused(const struct sma_remote *remote,
                                   const struct sma_remote_answer *answer, struct sma_error *err)
{
    const struct sma_json *message = sma_json_getz(answer->body, "message");
    enum sma_exit code = meaning(answer->status, answer->code);
    enum sma_status st = code == SMA_EXIT_NOT_FOUND ? SMA_ENOTFOUND
                         : code == SMA_EXIT_USAGE   ? SMA_EINVAL
                                                    : SMA_ECONFLICT;
    struct sma_str text = sma_json_is(message, SMA_JSON_STRING)
                              ? message->text
                              : SMA_STR("refused without a reason");
    bool is_first = err && !err->status;
    sma_remote_fail(err, st, code, "%.*s: %.*s (HTTP %d, code %d)", SMA_STR_ARG(remote->url),
                    SMA_STR_ARG(text), answer->status, answer->code);
    if (is_first)
        make_plain(err->message, strlen(err->message));
    return st;
}

/* ---- transport ---- */

/* The C client's, with a trace in front. Credentials do not show: only the name of the header does.
 */
static void trace_request(const schemata_http_request_t *req)
{
    bool has_credentials = false;
    for (const char *const *h = req->headers; h && *h; h++)
        has_credentials |= !strncasecmp(*h, "authorization:", 14);
    fprintf(stderr, "> %s %s%s", req->method, req->url, has_credentials ? " (authorized)" : "");
    if (req->body_len)
        fprintf(stderr, " %zu bytes: %.*s%s", req->body_len,
                (int)(req->body_len > 200 ? 200 : req->body_len), (const char *)req->body,
                req->body_len > 200 ? "…" : "");
    fputc('\n', stderr);
}

static schemata_status_t run(void *ctx, const schemata_http_request_t *req,
                             schemata_http_response_t *resp)
{
    struct sma_remote *remote = ctx;
    int64_t start_ms = sma_client_now_ms();
    if (remote->is_traced)
        trace_request(req);
    schemata_status_t st = sma_client_curl_run(remote->curl, req, resp);
    if (remote->is_traced)
        fprintf(stderr, "< %d %s(%lld ms, %zu bytes)\n", resp->status,
                resp->transport_error ? resp->transport_error : "",
                (long long)(sma_client_now_ms() - start_ms), resp->body_len);
    return st;
}

static void release(void *ctx, schemata_http_response_t *resp)
{
    struct sma_remote *remote = ctx;
    sma_client_curl_release(remote->curl, resp);
}

/* ---- life ---- */

/* The first of the URLs, without user:password@. */
static struct sma_str shown_url(struct sma_arena *arena, struct sma_str list)
{
    ptrdiff_t comma = sma_str_chr(list, ',');
    struct sma_str url = sma_str_trim(comma < 0 ? list : sma_str_head(list, (size_t)comma));
    ptrdiff_t slashes = sma_str_chr(url, '/');
    size_t start = slashes < 0 ? 0 : (size_t)slashes + 2;
    struct sma_str rest = sma_str_from(url, start);
    ptrdiff_t slash = sma_str_chr(rest, '/');
    ptrdiff_t at = sma_str_rchr(slash < 0 ? rest : sma_str_head(rest, (size_t)slash), '@');
    rest = sma_str_from(rest, (size_t)(at + 1));
    while (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    return sma_arena_printf(arena, "%.*s%.*s", SMA_STR_ARG(sma_str_head(url, start)),
                            SMA_STR_ARG(rest));
}

static enum sma_status read_context(struct sma_remote *remote, const char *context,
                                    struct sma_error *err)
{
    if (!context || !strcmp(context, "."))
        return SMA_OK;
    if (context[0] != '.' || strpbrk(context, ":/"))
        return sma_fail(err, SMA_EINVAL, "--context wants .NAME, not \"%s\"", context);
    remote->context = sma_str_z(context);
    return SMA_OK;
}

static enum sma_status read_jobs(struct sma_remote *remote, const char *jobs,
                                 struct sma_error *err)
{
    int64_t number = JOBS_DEFAULT;
    if (jobs && (!sma_parse_i64(sma_str_z(jobs), &number) || number < 1 ||
                 number > SMA_REMOTE_JOBS_MAX))
        return sma_fail(err, SMA_EINVAL, "--jobs wants a number from 1 to %d, not \"%s\"",
                        SMA_REMOTE_JOBS_MAX, jobs);
    remote->jobs = (size_t)number;
    return SMA_OK;
}

static enum sma_status connect_client(struct sma_remote *remote, struct sma_error *err)
{
    schemata_error_t *e = NULL;
    schemata_conf_t *conf = remote->conf.conf;
    remote->url = shown_url(&remote->arena, sma_str_z(sma_client_conf_text(conf, SMA_P_URL)));
    if (!remote->url.ptr)
        return sma_fail_nomem(err);
    remote->total_ms = sma_client_conf_int(conf, SMA_P_TOTAL_TIMEOUT_MS);
    enum sma_status mine = sma_curl_load(err);
    if (mine)
        return mine;
    schemata_status_t st = sma_client_curl_new(&remote->curl, conf, &e);
    schemata_conf_set_http(conf, run, release, remote);
    if (!st)
        st = sma_client_rest_new(&remote->rest, conf, &remote->counters, &e);
    return st ? take(st, e, err) : SMA_OK;
}

enum sma_status sma_remote_open_url(struct sma_remote **out, const struct sma_arguments *arguments,
                                    const struct sma_project *project, const char *url,
                                    struct sma_error *err)
{
    struct sma_remote *remote = calloc(1, sizeof *remote);
    if (!remote)
        return sma_fail_nomem(err);
    sma_arena_init(&remote->arena, 0);
    pthread_mutex_init(&remote->mutex, NULL);
    remote->context = SMA_STR("");
    remote->is_traced = sma_argument_has(arguments, "--trace");
    sma_interrupt_at_once();
    enum sma_status st =
        sma_remote_conf_load(&remote->conf, &remote->arena, arguments, project, url, true, err);
    if (!st)
        st = read_context(remote, sma_argument(arguments, "--context"), err);
    if (!st)
        st = read_jobs(remote, sma_argument(arguments, "--jobs"), err);
    if (!st)
        st = connect_client(remote, err);
    if (st)
        sma_remote_close(remote);
    else
        *out = remote;
    return st;
}

enum sma_status sma_remote_open(struct sma_remote **out, const struct sma_arguments *arguments,
                                const struct sma_project *project, struct sma_error *err)
{
    return sma_remote_open_url(out, arguments, project, NULL, err);
}

void sma_remote_close(struct sma_remote *remote)
{
    if (!remote)
        return;
    sma_client_rest_free(remote->rest);
    sma_client_curl_free(remote->curl);
    sma_remote_conf_fini(&remote->conf);
    pthread_mutex_destroy(&remote->mutex);
    sma_arena_fini(&remote->arena);
    free(remote);
}

const char *sma_remote_url(const struct sma_remote *remote)
{
    return remote->url.ptr;
}

const char *sma_remote_context(const struct sma_remote *remote)
{
    return remote->context.ptr;
}

size_t sma_remote_jobs(const struct sma_remote *remote)
{
    return remote->jobs;
}

const char *sma_remote_confirming_profile(const struct sma_remote *remote)
{
    const struct sma_profile *profile = remote->conf.profile;
    return profile && sma_str_eqz(profile->confirm, "true") ? profile->name.ptr : NULL;
}

/* ---- calls ---- */

struct sma_str sma_remote_path(struct sma_arena *arena, const char *format, ...)
{
    struct sma_buf out;
    struct sma_str path;
    va_list args;
    sma_buf_init(&out, 0);
    va_start(args, format);
    for (const char *c = format; *c; c++) {
        if (*c != '%' || !c[1])
            sma_buf_putc(&out, *c);
        else if (*++c == 's')
            sma_client_put_segment(&out, va_arg(args, struct sma_str));
        else if (*c == 'd')
            sma_buf_put_i64(&out, va_arg(args, int));
        else
            sma_buf_putz(&out, va_arg(args, const char *));
    }
    va_end(args);
    path = sma_buf_failed(&out) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return path;
}

/* /contexts and our own API name contexts themselves; "//" says so of any path. */
static bool stands_alone(struct sma_str path)
{
    return sma_str_starts(path, SMA_STR("//")) || sma_str_starts(path, SMA_STR("/contexts")) ||
           sma_str_starts(path, SMA_STR("/schemata/")) || sma_str_starts(path, SMA_STR("/v1/"));
}

/* The call itself; `reply` is to be released. */
static enum sma_status call(struct sma_remote *remote, struct sma_arena *arena, const char *method,
                            struct sma_str path, struct sma_str body,
                            struct sma_client_reply *reply, struct sma_error *err)
{
    schemata_error_t *e = NULL;
    if (!path.ptr)
        return sma_fail_nomem(err);
    if (remote->context.len && !stands_alone(path))
        path = sma_remote_path(arena, "/contexts/%s%z", remote->context, path.ptr);
    if (!path.ptr)
        return sma_fail_nomem(err);
    if (sma_str_starts(path, SMA_STR("//")))
        path = sma_str_from(path, 1);
    schemata_status_t st = sma_client_rest_call(remote->rest, method, path.ptr, body,
                                                sma_client_now_ms() + remote->total_ms, reply, &e);
    return st ? take(st, e, err) : SMA_OK;
}

/* Something that is no JSON comes from no registry: a proxy's page, another service. */
static enum sma_status no_registry(const struct sma_remote *remote, const struct sma_str text,
                                   int status, struct sma_error *err)
{
    char excerpt[EXCERPT_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < EXCERPT_MAX; i++)
        excerpt[n++] = (unsigned char)text.ptr[i] < ' ' || (unsigned char)text.ptr[i] > '~'
                           ? ' '
                           : text.ptr[i];
    excerpt[n] = 0;
    return sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                           "%.*s answered HTTP %d with something that is no JSON (\"%s\"): is it "
                           "the URL of a schema registry?",
                           SMA_STR_ARG(remote->url), status, excerpt);
}

enum sma_status sma_remote_try(struct sma_remote *remote, struct sma_arena *arena,
                               const char *method, struct sma_str path, struct sma_str body,
                               struct sma_remote_answer *out, struct sma_error *err)
{
    static const struct sma_json_options options = {.max_values = ANSWER_VALUES_MAX,
                                                    .max_bytes = ANSWER_BYTES_MAX,
                                                    .max_depth = ANSWER_DEPTH_MAX,
                                                    .non_finite = true};
    struct sma_client_reply reply;
    const struct sma_json *root = NULL;
    int32_t code = 0;
    enum sma_status st = call(remote, arena, method, path, body, &reply, err);
    if (st)
        return st;
    struct sma_str text = sma_arena_copy(arena, sma_buf_str(&reply.body));
    int status = reply.status;
    sma_client_reply_fini(&reply);
    if (!text.ptr)
        return sma_fail_nomem(err);
    if (sma_str_trim(text).len &&
        sma_json_parse(&root, arena, text, &options, NULL, NULL) == SMA_ENOMEM)
        return sma_fail_nomem(err);
    sma_json_i32(sma_json_getz(root, "error_code"), &code);
    *out = (struct sma_remote_answer){status, code, text, root};
    return SMA_OK;
}

enum sma_status sma_remote_call(struct sma_remote *remote, struct sma_arena *arena,
                                const char *method, struct sma_str path, struct sma_str body,
                                struct sma_remote_answer *out, struct sma_error *err)
{
    struct sma_remote_answer answer;
    enum sma_status st = sma_remote_try(remote, arena, method, path, body, &answer, err);
    if (st)
        return st;
    bool is_no_json = !answer.body && sma_str_trim(answer.text).len;
    bool has_no_code = answer.status >= 400 && !sma_json_getz(answer.body, "error_code");
    if (is_no_json || has_no_code)
        return no_registry(remote, answer.text, answer.status, err);
    *out = answer;
    return SMA_OK;
}

enum sma_status sma_remote_ask(struct sma_remote *remote, struct sma_arena *arena,
                               const char *method, struct sma_str path, struct sma_str body,
                               struct sma_remote_answer *out, struct sma_error *err)
{
    enum sma_status st = sma_remote_call(remote, arena, method, path, body, out, err);
    return st || out->status < 400 ? st : sma_remote_refused(remote, out, err);
}

enum sma_status sma_remote_get(struct sma_remote *remote, struct sma_arena *arena,
                               struct sma_str path, const struct sma_json **out,
                               struct sma_error *err)
{
    struct sma_remote_answer answer;
    enum sma_status st = sma_remote_ask(remote, arena, "GET", path, SMA_STR(""), &answer, err);
    if (!st && !answer.body)
        st = no_registry(remote, answer.text, answer.status, err);
    if (!st)
        *out = answer.body;
    return st;
}

enum sma_status sma_remote_text(struct sma_remote *remote, struct sma_arena *arena,
                                struct sma_str path, struct sma_str *out, struct sma_error *err)
{
    struct sma_client_reply reply;
    enum sma_status st = call(remote, arena, "GET", path, SMA_STR(""), &reply, err);
    if (st)
        return st;
    *out = sma_arena_copy(arena, sma_buf_str(&reply.body));
    if (!out->ptr)
        st = sma_fail_nomem(err);
    else if (reply.status != 200)
        st = sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE, "%.*s answered HTTP %d: %.*s",
                             SMA_STR_ARG(remote->url), reply.status,
                             SMA_STR_ARG(sma_str_head(*out, 200)));
    sma_client_reply_fini(&reply);
    return st;
}

enum sma_status sma_remote_is_ours(struct sma_remote *remote, bool *out, struct sma_error *err)
{
    struct sma_arena arena;
    struct sma_client_reply reply;
    const struct sma_json *root = NULL;
    enum sma_status st = SMA_OK;
    pthread_mutex_lock(&remote->mutex);
    sma_arena_init(&arena, 0);
    if (!remote->knows_kind) {
        st = call(remote, &arena, "GET", SMA_STR("/schemata/v1/capabilities"), SMA_STR(""), &reply,
                  err);
        if (!st) {
            remote->knows_kind = true;
            remote->is_ours = reply.status == 200 &&
                              !sma_json_parse(&root, &arena, sma_buf_str(&reply.body), NULL, NULL,
                                              NULL) &&
                              sma_json_is(root, SMA_JSON_OBJECT);
            sma_client_reply_fini(&reply);
        }
    }
    *out = remote->is_ours;
    sma_arena_fini(&arena);
    pthread_mutex_unlock(&remote->mutex);
    return st;
}

/* ---- many at a time ---- */

struct each {
    size_t count;
    enum sma_status (*work)(void *ctx, size_t i, struct sma_error *err);
    void (*after)(void *ctx, size_t done, size_t count);
    void *ctx;
    atomic_size_t next;
    pthread_mutex_t mutex; /* of what follows, and around `after` */
    size_t done;
    enum sma_status st;
    struct sma_error *err;
};

static void *each_thread(void *arg)
{
    struct each *e = arg;
    size_t i;
    while ((i = atomic_fetch_add(&e->next, 1)) < e->count) {
        struct sma_error why = SMA_ERROR_INIT;
        enum sma_status st = e->work(e->ctx, i, &why);
        if (!st && sma_interrupted())
            st = sma_remote_fail_interrupted(&why);
        pthread_mutex_lock(&e->mutex);
        e->done++;
        if (st && !e->st) {
            e->st = st;
            if (e->err && !e->err->status)
                *e->err = why;
            atomic_store(&e->next, e->count);
        }
        if (e->after)
            e->after(e->ctx, e->done, e->count);
        pthread_mutex_unlock(&e->mutex);
    }
    return NULL;
}

enum sma_status sma_remote_each(struct sma_remote *remote, size_t count,
                                enum sma_status (*work)(void *ctx, size_t i,
                                                        struct sma_error *err),
                                void (*after)(void *ctx, size_t done, size_t count), void *ctx,
                                struct sma_error *err)
{
    struct each e = {.count = count, .work = work, .after = after, .ctx = ctx, .err = err};
    pthread_t threads[SMA_REMOTE_JOBS_MAX];
    size_t started = 0, wanted = count < remote->jobs ? count : remote->jobs;
    pthread_mutex_init(&e.mutex, NULL);
    /* This thread works too, so a thread that cannot be made costs only speed. */
    while (started + 1 < wanted && !pthread_create(&threads[started], NULL, each_thread, &e))
        started++;
    each_thread(&e);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&e.mutex);
    return e.st;
}
