/* The list of scopes, faults, request counts: schemata/test.h and the mock's transport. */
#include <pthread.h>
#include <string.h>

#include "clients/c/bundle.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "clients/c/mock.h"
#include "clients/c/mock_routes.h"
#include "schemata/test.h"

#define FAULTS_MAX 64

struct fault {
    char *prefix; /* NULL: every request */
    int http_status, error_code, latency_ms, times;
};

struct seen {
    char *path;
    uint64_t count;
};

struct sma_client_mock {
    struct sma_client_mock *next;
    char *name;
    size_t prefix_len; /* of the URLs, before the path */
    bool is_file;      /* of one client alone, and nothing can be registered */
    pthread_mutex_t mutex;
    struct sma_mock_store store;
    struct fault faults[FAULTS_MAX]; /* in order of their making */
    size_t fault_count;
    struct seen *seen; /* requests by path and query */
    size_t seen_count;
};

/* All clients of the process on one scope share its registry: that is what a scope is. */
static struct sma_client_mock *scopes;
static pthread_mutex_t scopes_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct sma_client_mock *find(const char *name)
{
    struct sma_client_mock *scope = scopes;
    while (scope && strcmp(scope->name, name) != 0)
        scope = scope->next;
    return scope;
}

/* The scope, made when there is none; NULL when out of memory. */
static struct sma_client_mock *scope_of(const char *name)
{
    pthread_mutex_lock(&scopes_mutex);
    struct sma_client_mock *scope = find(name ? name : "");
    if (!scope && (scope = sma_client_alloc(sizeof *scope))) {
        scope->name = sma_client_copy(name ? name : "");
        if (scope->name) {
            pthread_mutex_init(&scope->mutex, NULL);
            scope->prefix_len = strlen("mock://") + strlen(scope->name);
            scope->next = scopes;
            scopes = scope;
        } else {
            sma_client_free(scope);
            scope = NULL;
        }
    }
    pthread_mutex_unlock(&scopes_mutex);
    return scope;
}

schemata_status_t sma_client_mock_open(struct sma_client_mock **out, const char *scope,
                                       schemata_error_t **err)
{
    struct sma_client_mock *found = scope_of(scope);
    if (!found)
        return sma_client_no_memory(err);
    *out = found;
    return SCHEMATA_OK;
}

schemata_status_t sma_client_mock_open_file(struct sma_client_mock **out, const char *url,
                                            schemata_error_t **err)
{
    struct sma_client_mock *file = sma_client_alloc(sizeof *file);
    const char *path = url + strlen("file:");
    if (!file)
        return sma_client_no_memory(err);
    if (!strncmp(path, "///", 3)) /* file:///path is the long way to say file:/path */
        path += 2;
    pthread_mutex_init(&file->mutex, NULL);
    file->is_file = true;
    file->prefix_len = strlen(url);
    schemata_status_t st = sma_client_bundle_load(&file->store, path, err);
    if (st)
        sma_client_mock_close(file);
    else
        *out = file;
    return st;
}

/* Scopes stay: a test opens client after client on one. */
void sma_client_mock_close(struct sma_client_mock *mock)
{
    if (!mock || !mock->is_file)
        return;
    sma_mock_store_fini(&mock->store);
    for (size_t i = 0; i < mock->seen_count; i++)
        sma_client_free(mock->seen[i].path);
    sma_client_free(mock->seen);
    pthread_mutex_destroy(&mock->mutex);
    sma_client_free(mock);
}

/* ---- test.h ---------------------------------------------------------------------------------------
 */

static void remove_fault(struct sma_client_mock *scope, size_t i)
{
    sma_client_free(scope->faults[i].prefix);
    scope->fault_count--;
    memmove(&scope->faults[i], &scope->faults[i + 1],
            (scope->fault_count - i) * sizeof *scope->faults);
}

void schemata_mock_reset(const char *scope_name)
{
    struct sma_client_mock *scope = scope_of(scope_name);
    if (!scope)
        return;
    pthread_mutex_lock(&scope->mutex);
    while (scope->fault_count)
        remove_fault(scope, scope->fault_count - 1);
    for (size_t i = 0; i < scope->seen_count; i++)
        sma_client_free(scope->seen[i].path);
    sma_client_free(scope->seen);
    scope->seen = NULL;
    scope->seen_count = 0;
    sma_mock_store_fini(&scope->store);
    pthread_mutex_unlock(&scope->mutex);
}

void schemata_mock_fault(const char *scope_name, const schemata_fault_t *f)
{
    struct sma_client_mock *scope = scope_of(scope_name);
    char *prefix;
    if (!scope || !f || !f->times)
        return;
    prefix = sma_client_copy(f->path_prefix);
    pthread_mutex_lock(&scope->mutex);
    if (scope->fault_count < FAULTS_MAX && (prefix || !f->path_prefix))
        scope->faults[scope->fault_count++] =
            (struct fault){prefix, f->http_status, f->error_code, f->latency_ms, f->times};
    else
        sma_client_free(prefix);
    pthread_mutex_unlock(&scope->mutex);
}

uint64_t schemata_mock_requests(const char *scope_name, const char *path_prefix)
{
    struct sma_client_mock *scope = scope_of(scope_name);
    uint64_t count = 0;
    struct sma_str prefix = sma_str_z(path_prefix);
    if (!scope)
        return 0;
    pthread_mutex_lock(&scope->mutex);
    for (size_t i = 0; i < scope->seen_count; i++)
        if (sma_str_starts(sma_str_z(scope->seen[i].path), prefix))
            count += scope->seen[i].count;
    pthread_mutex_unlock(&scope->mutex);
    return count;
}

schemata_status_t schemata_mock_load(const char *scope_name, const char *bundle_path,
                                     schemata_error_t **err)
{
    struct sma_client_mock *scope = scope_of(scope_name);
    if (!bundle_path)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_mock_load: no file");
    if (!scope)
        return sma_client_no_memory(err);
    pthread_mutex_lock(&scope->mutex);
    schemata_status_t st = sma_client_bundle_load(&scope->store, bundle_path, err);
    pthread_mutex_unlock(&scope->mutex);
    return st;
}

/* ---- the transport --------------------------------------------------------------------------------
 */

static void count(struct sma_client_mock *scope, struct sma_str path)
{
    struct seen *grown;
    for (size_t i = 0; i < scope->seen_count; i++)
        if (sma_str_eqz(path, scope->seen[i].path)) {
            scope->seen[i].count++;
            return;
        }
    grown = sma_client_resize(scope->seen, (scope->seen_count + 1) * sizeof *grown);
    if (!grown)
        return;
    scope->seen = grown;
    grown[scope->seen_count] = (struct seen){sma_client_copy_str(path), 1};
    if (grown[scope->seen_count].path)
        scope->seen_count++;
}

/* The first fault that is meant for this path; used up by one. */
static bool take_fault(struct sma_client_mock *scope, struct sma_str path, struct fault *out)
{
    for (size_t i = 0; i < scope->fault_count; i++) {
        struct fault *f = &scope->faults[i];
        if (!sma_str_starts(path, sma_str_z(f->prefix)))
            continue;
        *out = *f;
        if (f->times > 0 && --f->times == 0)
            remove_fault(scope, i);
        return true;
    }
    return false;
}

/* Latency comes first, within the caller's deadline. False: the deadline came before the answer. */
static bool wait_for(int latency_ms, int64_t deadline_ms)
{
    int64_t left = deadline_ms - sma_client_now_ms();
    bool is_late = latency_ms >= left;
    sma_client_sleep_ms(is_late ? left : latency_ms);
    return !is_late;
}

static const char *play(const struct fault *f, int64_t deadline_ms, int *status,
                        struct sma_buf *body)
{
    if (f->latency_ms > 0 && !wait_for(f->latency_ms, deadline_ms))
        return "timed out";
    if (!f->http_status && !f->latency_ms)
        return "connection dropped";
    if (f->http_status) {
        *status = f->http_status;
        sma_mock_put_error(body, f->error_code ? f->error_code : f->http_status,
                           SMA_STR("a fault of the mock registry"));
    }
    return NULL;
}

schemata_status_t sma_client_mock_run(void *ctx, const schemata_http_request_t *req,
                                      schemata_http_response_t *resp)
{
    struct sma_client_mock *scope = ctx;
    struct sma_buf *body = sma_client_alloc(sizeof *body);
    struct fault fault;
    struct sma_mock_request request = {
        .method = req->method,
        .path = sma_str_z(req->url + scope->prefix_len),
        .is_read_only = scope->is_file,
        .body = sma_str_make(req->body, req->body_len)};
    *resp = (schemata_http_response_t){.size = sizeof *resp};
    if (!body)
        return SCHEMATA_ERR_NOMEM;
    sma_buf_init(body, 0);
    resp->owner = body;
    pthread_mutex_lock(&scope->mutex);
    count(scope, request.path);
    bool has_fault = take_fault(scope, request.path, &fault);
    pthread_mutex_unlock(&scope->mutex);
    if (has_fault)
        resp->transport_error = play(&fault, req->deadline_ms, &resp->status, body);
    if (!resp->status && !resp->transport_error) {
        pthread_mutex_lock(&scope->mutex);
        resp->status = sma_mock_answer(&scope->store, &request, body);
        pthread_mutex_unlock(&scope->mutex);
    }
    if (sma_buf_failed(body) || (!resp->status && !resp->transport_error))
        return SCHEMATA_ERR_NOMEM;
    resp->body = sma_buf_str(body).ptr;
    resp->body_len = body->len;
    return SCHEMATA_OK;
}

void sma_client_mock_release(void *ctx, schemata_http_response_t *resp)
{
    struct sma_buf *body = resp->owner;
    (void)ctx;
    if (body)
        sma_buf_fini(body);
    sma_client_free(body);
    *resp = (schemata_http_response_t){.size = sizeof *resp};
}
