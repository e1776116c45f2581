#include "http/access_log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"

#define TEXTS 5
#define TEXT_BYTES_MAX 2048u     /* of one text in a record; longer ones are cut */
#define BATCH_BYTES (64u * 1024) /* handed to the sink at once */

/* What stands in the ring: this, then the five texts one after the other. */
struct record {
    uint32_t size; /* of the whole record */
    uint32_t lens[TEXTS];
    int64_t at_ms;
    uint64_t duration_ns, bytes_in, bytes_out;
    const char *route;
    int status;
};

/* Positions only grow; the index is position & mask. */
struct ring {
    char *bytes;
    size_t mask;
    _Atomic size_t head; /* written by the loop */
    _Atomic size_t tail; /* written by the log's thread */
    _Atomic uint64_t dropped;
};

struct sma_http_access_log {
    struct ring *rings;
    size_t count;
    void (*sink)(void *ctx, const char *lines, size_t len);
    void *ctx;
    int wake_fd;
    atomic_bool is_asleep;
    atomic_bool is_stopping;
    pthread_t thread;
};

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- writing
 * -------------------------------------------------------------------------------------- */

static void copy_in(struct ring *ring, size_t at, const void *from, size_t len)
{
    size_t index = at & ring->mask, first = ring->mask + 1 - index;
    if (first > len)
        first = len;
    if (!len)
        return;
    memcpy(ring->bytes + index, from, first);
    memcpy(ring->bytes, (const char *)from + first, len - first);
}

/* Fits the texts to a record and describes them in it. */
static struct record describe(const struct sma_http_log_entry *entry, struct sma_str texts[TEXTS])
{
    struct sma_str all[TEXTS] = {entry->remote, entry->method, entry->target, entry->request_id,
                                 entry->user_agent};
    struct record record = {.size = sizeof record,
                            .at_ms = wall_ms(),
                            .duration_ns = entry->duration_ns,
                            .bytes_in = entry->bytes_in,
                            .bytes_out = entry->bytes_out,
                            .route = entry->route,
                            .status = entry->status};
    for (int i = 0; i < TEXTS; i++) {
        texts[i] = sma_str_head(all[i], TEXT_BYTES_MAX);
        record.lens[i] = (uint32_t)texts[i].len;
        record.size += record.lens[i];
    }
    return record;
}

void sma_http_access_log_put(struct sma_http_access_log *log, size_t ring_index,
                             const struct sma_http_log_entry *entry)
{
    struct ring *ring = &log->rings[ring_index];
    struct sma_str texts[TEXTS];
    struct record record = describe(entry, texts);
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    size_t used = head - atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (record.size > ring->mask + 1 - used) {
        atomic_fetch_add_explicit(&ring->dropped, 1, memory_order_relaxed);
        return;
    }
    copy_in(ring, head, &record, sizeof record);
    size_t at = head + sizeof record;
    for (int i = 0; i < TEXTS; i++) {
        copy_in(ring, at, texts[i].ptr, texts[i].len);
        at += texts[i].len;
    }
    /* Sequentially consistent, as is the look at is_asleep that follows: either the log's thread
     * sees this record before it sleeps, or nudge sees it asleep. */
    atomic_store(&ring->head, at);
}

void sma_http_access_log_nudge(struct sma_http_access_log *log)
{
    if (atomic_load(&log->is_asleep) && atomic_exchange(&log->is_asleep, false))
        eventfd_write(log->wake_fd, 1);
}

uint64_t sma_http_access_log_dropped(const struct sma_http_access_log *log)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < log->count; i++)
        sum += atomic_load_explicit(&log->rings[i].dropped, memory_order_relaxed);
    return sum;
}

/* ---- reading
 * -------------------------------------------------------------------------------------- */

static void copy_out(const struct ring *ring, size_t at, void *to, size_t len)
{
    size_t index = at & ring->mask, first = ring->mask + 1 - index;
    if (first > len)
        first = len;
    memcpy(to, ring->bytes + index, first);
    memcpy((char *)to + first, ring->bytes, len - first);
}

static void put_record(struct sma_buf *lines, const struct ring *ring, size_t at,
                       const struct record *record)
{
    char texts[TEXTS * TEXT_BYTES_MAX];
    struct sma_str views[TEXTS];
    size_t n = 0;
    copy_out(ring, at + sizeof *record, texts, record->size - sizeof *record);
    for (int i = 0; i < TEXTS; i++) {
        views[i] = sma_str_make(texts + n, record->lens[i]);
        n += record->lens[i];
    }
    struct sma_http_log_entry entry = {.duration_ns = record->duration_ns,
                                       .bytes_in = record->bytes_in,
                                       .bytes_out = record->bytes_out,
                                       .status = record->status,
                                       .route = record->route,
                                       .remote = views[0],
                                       .method = views[1],
                                       .target = views[2],
                                       .request_id = views[3],
                                       .user_agent = views[4]};
    sma_http_log_line(lines, &entry, record->at_ms);
}

static void flush(struct sma_http_access_log *log, struct sma_buf *lines)
{
    if (lines->len && !sma_buf_failed(lines))
        log->sink(log->ctx, lines->ptr, lines->len);
    sma_buf_clear(lines);
}

/* Empties a ring. True when there was something. */
static bool drain(struct sma_http_access_log *log, struct ring *ring, struct sma_buf *lines)
{
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    size_t head = atomic_load(&ring->head);
    bool any = tail != head;
    while (tail != head) {
        struct record record;
        copy_out(ring, tail, &record, sizeof record);
        put_record(lines, ring, tail, &record);
        tail += record.size;
        atomic_store_explicit(&ring->tail, tail, memory_order_release);
        if (lines->len >= BATCH_BYTES)
            flush(log, lines);
    }
    return any;
}

static bool drain_all(struct sma_http_access_log *log, struct sma_buf *lines)
{
    bool any = false;
    for (size_t i = 0; i < log->count; i++)
        any = drain(log, &log->rings[i], lines) || any;
    flush(log, lines);
    return any;
}

static void sleep_until_nudged(struct sma_http_access_log *log)
{
    struct pollfd fd = {log->wake_fd, POLLIN, 0};
    eventfd_t ignored;
    if (poll(&fd, 1, -1) > 0)
        eventfd_read(log->wake_fd, &ignored);
}

static void *run(void *arg)
{
    struct sma_http_access_log *log = arg;
    struct sma_buf lines;
    sma_buf_init(&lines, 0);
    for (;;) {
        bool is_stopping = atomic_load(&log->is_stopping);
        if (drain_all(log, &lines))
            continue;
        if (is_stopping)
            break;
        atomic_store(&log->is_asleep, true);
        if (!drain_all(log, &lines) && !atomic_load(&log->is_stopping))
            sleep_until_nudged(log);
        atomic_store(&log->is_asleep, false);
    }
    sma_buf_fini(&lines);
    return NULL;
}

/* ---- life
 * ----------------------------------------------------------------------------------------- */

static void free_log(struct sma_http_access_log *log)
{
    for (size_t i = 0; log->rings && i < log->count; i++)
        free(log->rings[i].bytes);
    free(log->rings);
    if (log->wake_fd >= 0)
        close(log->wake_fd);
    free(log);
}

static bool make_rings(struct sma_http_access_log *log, size_t count, size_t ring_bytes)
{
    size_t size = 16384; /* holds the largest record */
    while (size < ring_bytes && size < (size_t)1 << 30)
        size *= 2;
    log->rings = calloc(count, sizeof *log->rings);
    if (!log->rings)
        return false;
    log->count = count;
    for (size_t i = 0; i < count; i++) {
        log->rings[i].bytes = malloc(size);
        log->rings[i].mask = size - 1;
        if (!log->rings[i].bytes)
            return false;
    }
    return true;
}

enum sma_status sma_http_access_log_start(struct sma_http_access_log **out, size_t rings,
                                          size_t ring_bytes,
                                          void (*sink)(void *ctx, const char *lines, size_t len),
                                          void *ctx, struct sma_error *err)
{
    struct sma_http_access_log *log = calloc(1, sizeof *log);
    if (!log)
        return sma_fail_nomem(err);
    log->sink = sink;
    log->ctx = ctx;
    log->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum sma_status st = SMA_OK;
    if (log->wake_fd < 0)
        st = sma_fail(err, SMA_EIO, "access log: %s", strerror(errno));
    else if (!make_rings(log, rings, ring_bytes) || pthread_create(&log->thread, NULL, run, log))
        st = sma_fail_nomem(err);
    if (st)
        free_log(log);
    else
        *out = log;
    return st;
}

void sma_http_access_log_stop(struct sma_http_access_log *log)
{
    if (!log)
        return;
    atomic_store(&log->is_stopping, true);
    eventfd_write(log->wake_fd, 1);
    pthread_join(log->thread, NULL);
    free_log(log);
}

void sma_http_log_to_file(void *file, const char *lines, size_t len)
{
    /* A full disk must not stop the server; the lines are lost, as they would be in the ring. */
    if (fwrite(lines, 1, len, file) == len)
        fflush(file);
}
