/* One connection to a server, step by step, with what each step shows: for diagnosis only. Proxies
 * are not used. */
#ifndef SMA_HTTP_PROBE_H
#define SMA_HTTP_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "base/str.h"

#define SMA_PROBE_HEAD_MAX 16384

struct sma_http_probe {
    char host[256], port[8], path[512];
    bool is_tls;
    /* Name lookup. */
    char addresses[256]; /* "127.0.0.1, ::1" */
    /* TCP. */
    int fd; /* -1 = not connected */
    int64_t connect_us;
    /* TLS. */
    void *session, *credentials;
    char protocol[32], issuer[256], trouble[512]; /* trouble: why the chain is not trusted, or "" */
    time_t expires;
    unsigned chain; /* certificates */
    /* The answer to GET path. */
    char head[SMA_PROBE_HEAD_MAX]; /* status line and headers */
};

/* Takes an http:// or https:// URL apart. SMA_EINVAL. */
enum sma_status sma_probe_init(struct sma_http_probe *probe, struct sma_str url,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The steps, in this order. SMA_EIO with what went wrong. */
enum sma_status sma_probe_lookup(struct sma_http_probe *probe, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_probe_connect(struct sma_http_probe *probe, int timeout_ms,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* The handshake; a chain that is not trusted is told in `trouble` and no failure here. ca_file: more
 * authorities, may be NULL. */
enum sma_status sma_probe_tls(struct sma_http_probe *probe, const char *ca_file,
                              struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_probe_ask(struct sma_http_probe *probe, struct sma_error *err) SMA_MUST_CHECK;
/* The value of a header of the answer; false without. A view of `head`. */
bool sma_probe_header(const struct sma_http_probe *probe, const char *name, struct sma_str *out);
void sma_probe_fini(struct sma_http_probe *probe);

#endif
