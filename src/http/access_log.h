/* Access log. Loops put fixed records into a ring of their own (one writer, one reader, no lock);
 * the log's thread turns them into JSON lines and hands them to the sink. A full ring drops. */
#ifndef SMA_HTTP_ACCESS_LOG_H
#define SMA_HTTP_ACCESS_LOG_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct sma_http_access_log;

struct sma_http_log_entry {
    uint64_t duration_ns;
    uint64_t bytes_in, bytes_out; /* of the bodies */
    int status;                   /* 0: the client was gone before an answer was sent */
    const char *route;            /* outlives the log */
    struct sma_str remote, method, target, request_id, user_agent;
};

/* `rings` writers, each with a ring of ring_bytes (rounded up to a power of two). */
enum sma_status sma_http_access_log_start(struct sma_http_access_log **out, size_t rings,
                                          size_t ring_bytes,
                                          void (*sink)(void *ctx, const char *lines, size_t len),
                                          void *ctx, struct sma_error *err) SMA_MUST_CHECK;
/* Writes out what is there, then ends. No writer may be active any more. NULL is fine. */
void sma_http_access_log_stop(struct sma_http_access_log *log);

/* Never blocks. Only the thread that owns `ring` may call it. */
void sma_http_access_log_put(struct sma_http_access_log *log, size_t ring,
                             const struct sma_http_log_entry *entry);
/* Wakes the log's thread if it sleeps; once per round of a loop, not per entry. */
void sma_http_access_log_nudge(struct sma_http_access_log *log);
/* Entries that did not fit. Any thread. */
uint64_t sma_http_access_log_dropped(const struct sma_http_access_log *log);

/* Appends one entry as a JSON object and a newline. `at_ms`: milliseconds since the epoch. */
void sma_http_log_line(struct sma_buf *out, const struct sma_http_log_entry *entry, int64_t at_ms);

#endif
