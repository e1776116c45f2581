#include "http/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "http/gzip.h"
#include "http/loop.h"

struct sma_http_workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct sma_http_exchange *first, *last;
    size_t queued, queue_max;
    bool is_stopping;
    pthread_t *threads;
    unsigned thread_count;
};

static struct sma_http_exchange *next_job(struct sma_http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    while (!workers->first && !workers->is_stopping)
        pthread_cond_wait(&workers->wake, &workers->lock);
    struct sma_http_exchange *exchange = workers->first;
    if (exchange) {
        workers->first = exchange->next;
        if (!workers->first)
            workers->last = NULL;
        workers->queued--;
    }
    pthread_mutex_unlock(&workers->lock);
    return exchange;
}

static void make_piece(struct sma_http_exchange *exchange)
{
    struct sma_http_answer *answer = &exchange->answer;
    bool is_made = answer->stream->next(answer->stream_state, &answer->own, &answer->is_last);
    answer->is_broken = !is_made || sma_buf_failed(&answer->own);
    if (!answer->is_broken && answer->zip)
        sma_http_zip_piece(exchange);
}

/* Parts of a request or an answer: there is no answer to finish yet. */
static void do_part(struct sma_http_exchange *exchange)
{
    const struct sma_http_row *row = exchange->row;
    if (exchange->job == SMA_HTTP_JOB_STREAM)
        make_piece(exchange);
    else if (row->route->piece(exchange, &exchange->request, row->facade->ctx) == SMA_HTTP_LATER)
        return; /* somebody else's by now */
    sma_http_complete(exchange);
}

static void compress(struct sma_http_packer *packer, struct sma_http_exchange *exchange)
{
    const struct sma_http_answer *answer = &exchange->answer;
    bool is_wanted = packer && sma_http_is_wanted(exchange);
    if (answer->stream) {
        if (!exchange->loop->server->options.no_gzip && !sma_buf_failed(&answer->own) &&
            sma_http_wants_zip(exchange))
            sma_http_zip_piece(exchange);
    } else if (is_wanted && (exchange->job == SMA_HTTP_JOB_COMPRESS ||
                             sma_http_loop_wants_packing(exchange))) {
        sma_http_pack(packer, exchange);
    }
}

static void do_job(struct sma_http_packer *packer, struct sma_http_exchange *exchange)
{
    if (exchange->job >= SMA_HTTP_JOB_PIECE && sma_http_is_wanted(exchange)) {
        do_part(exchange);
        return;
    }
    if (exchange->job == SMA_HTTP_JOB_HANDLE && sma_http_is_wanted(exchange)) {
        const struct sma_http_row *row = exchange->row;
        enum sma_http_outcome outcome =
            row->route->handler(exchange, &exchange->request, row->facade->ctx);
        if (outcome == SMA_HTTP_LATER)
            return; /* somebody else's by now */
        if (outcome == SMA_HTTP_DECLINED)
            sma_http_answer_fail(exchange);
    }
    compress(packer, exchange);
    sma_http_complete(exchange);
}

static void *run(void *arg)
{
    struct sma_http_workers *workers = arg;
    struct sma_http_packer *packer = sma_http_packer_new();
    for (struct sma_http_exchange *exchange; (exchange = next_job(workers));)
        do_job(packer, exchange);
    sma_http_packer_free(packer);
    return NULL;
}

bool sma_http_workers_push(struct sma_http_workers *workers, struct sma_http_exchange *exchange)
{
    pthread_mutex_lock(&workers->lock);
    bool has_room = workers->queued < workers->queue_max && !workers->is_stopping;
    if (has_room) {
        exchange->next = NULL;
        if (workers->last)
            workers->last->next = exchange;
        else
            workers->first = exchange;
        workers->last = exchange;
        workers->queued++;
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->lock);
    return has_room;
}

size_t sma_http_workers_queued(struct sma_http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    size_t queued = workers->queued;
    pthread_mutex_unlock(&workers->lock);
    return queued;
}

enum sma_status sma_http_workers_start(struct sma_http_workers **out, unsigned threads,
                                       size_t queue_max, struct sma_error *err)
{
    struct sma_http_workers *workers = calloc(1, sizeof *workers);
    if (!workers)
        return sma_fail_nomem(err);
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    workers->queue_max = queue_max;
    workers->threads = calloc(threads, sizeof *workers->threads);
    while (workers->threads && workers->thread_count < threads &&
           !pthread_create(&workers->threads[workers->thread_count], NULL, run, workers))
        workers->thread_count++;
    if (workers->thread_count < threads) {
        sma_http_workers_stop(workers);
        return sma_fail_nomem(err);
    }
    *out = workers;
    return SMA_OK;
}

void sma_http_workers_stop(struct sma_http_workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->is_stopping = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_mutex_destroy(&workers->lock);
    pthread_cond_destroy(&workers->wake);
    free(workers->threads);
    free(workers);
}
