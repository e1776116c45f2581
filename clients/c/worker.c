#include "clients/c/worker.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "clients/c/memory.h"

struct job {
    char *key;
    size_t key_len;
    struct sma_client_request *request;
    bool refreshes;
};

struct sma_client_worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_stopping;
    struct job jobs[SMA_CLIENT_WORKER_QUEUE_MAX]; /* a ring */
    size_t first, count;
};

static void job_fini(struct job *job)
{
    sma_client_free(job->key);
    sma_client_request_free(job->request);
}

static struct job *job_at(struct sma_client_worker *worker, size_t i)
{
    return &worker->jobs[(worker->first + i) % SMA_CLIENT_WORKER_QUEUE_MAX];
}

/* Nobody waits for the answer: the cache has it, or the next caller finds out. */
static void run_job(struct job *job)
{
    schemata_schema_t *schema = NULL;
    struct sma_client_request *r = job->request;
    r->flags &= ~(SCHEMATA_NOWAIT | SCHEMATA_REFRESH);
    if (job->refreshes)
        r->flags |= SCHEMATA_REFRESH;
    r->timeout_ms = 0;
    if (sma_client_request_run(r, &schema, NULL))
        return;
    schemata_schema_unref(schema);
}

static void *work(void *ctx)
{
    struct sma_client_worker *worker = ctx;
    pthread_mutex_lock(&worker->mutex);
    while (!worker->is_stopping) {
        if (!worker->count) {
            pthread_cond_wait(&worker->changed, &worker->mutex);
            continue;
        }
        struct job job = *job_at(worker, 0);
        worker->first = (worker->first + 1) % SMA_CLIENT_WORKER_QUEUE_MAX;
        worker->count--;
        pthread_mutex_unlock(&worker->mutex);
        run_job(&job);
        job_fini(&job);
        pthread_mutex_lock(&worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

schemata_status_t sma_client_worker_new(struct sma_client_worker **out, schemata_error_t **err)
{
    struct sma_client_worker *worker = sma_client_alloc(sizeof *worker);
    sigset_t all, old;
    if (!worker)
        return sma_client_no_memory(err);
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!failed) {
        *out = worker;
        return SCHEMATA_OK;
    }
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->mutex);
    sma_client_free(worker);
    return sma_client_fail(err, SCHEMATA_ERR_CONF, "worker.threads: no thread can be made");
}

void sma_client_worker_free(struct sma_client_worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->is_stopping = true;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    for (size_t i = 0; i < worker->count; i++)
        job_fini(job_at(worker, i));
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->mutex);
    sma_client_free(worker);
}

void sma_client_worker_add(struct sma_client_worker *worker, const struct sma_client_request *r,
                           struct sma_str key, bool refreshes)
{
    struct job job = {sma_client_copy_str(key), key.len, sma_client_request_copy(r), refreshes};
    bool is_wanted = job.key && job.request;
    pthread_mutex_lock(&worker->mutex);
    for (size_t i = 0; is_wanted && i < worker->count; i++)
        is_wanted = !sma_str_eq(sma_str_make(job_at(worker, i)->key, job_at(worker, i)->key_len),
                                key);
    if (is_wanted && worker->count < SMA_CLIENT_WORKER_QUEUE_MAX) {
        *job_at(worker, worker->count) = job;
        worker->count++;
        pthread_cond_signal(&worker->changed);
    } else {
        is_wanted = false;
    }
    pthread_mutex_unlock(&worker->mutex);
    if (!is_wanted)
        job_fini(&job);
}
