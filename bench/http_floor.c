/* The smallest server on our HTTP toolkit: one inline GET that answers 575 bytes of JSON. It
 * measures what the toolkit itself costs, next to nginx `return 200` with the same bytes:
 *
 *     http_floor [LOOPS]      prints its port, runs until SIGTERM or SIGINT
 *
 * bench/http_floor.py runs the comparison. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/http.h"

#define BODY_BYTES 575

static enum sma_http_outcome get_id(struct sma_http_exchange *exchange,
                                    const struct sma_http_request *request, void *ctx)
{
    (void)request;
    sma_http_body_static(exchange, *(const struct sma_str *)ctx);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome post_id(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    (void)ctx;
    (void)request;
    sma_buf_putz(sma_http_body(exchange), "{\"id\":1}");
    return SMA_HTTP_DONE;
}

static const struct sma_http_media types[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 900},
    {SMA_STR_INIT("application/json"), 500},
};

static const struct sma_http_route routes[] = {
    {"GET", "/schemas/ids/{id}", "ids", get_id, NULL, SMA_HTTP_INLINE, NULL, NULL},
    {"POST", "/subjects/{subject}/versions", "inline", post_id, NULL, SMA_HTTP_INLINE, NULL, NULL},
    {"POST", "/worker", "worker", post_id, NULL, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
    char bytes[BODY_BYTES];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "{\"schema\":\"", 11);
    memcpy(bytes + sizeof bytes - 2, "\"}", 2);
    struct sma_str body = {bytes, sizeof bytes};
    struct sma_http_facade facade = {.routes = routes,
                                     .route_count = sizeof routes / sizeof routes[0],
                                     .produces = {types, 3},
                                     .ctx = &body};
    struct sma_http_listener listener = {"127.0.0.1", 0};
    struct sma_http_options options = {.listeners = &listener,
                                       .listener_count = 1,
                                       .facades = &facade,
                                       .facade_count = 1,
                                       .connections_max = 4096,
                                       .loops = argc > 1 ? (unsigned)atoi(argv[1]) : 1,
                                       .access_log =
                                           getenv("ACCESS_LOG") ? sma_http_log_to_file : NULL,
                                       .access_log_ctx = stderr};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_http_server *server = NULL;
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (sma_http_server_start(&server, &options, &err)) {
        fprintf(stderr, "http_floor: %s\n", err.message);
        return 1;
    }
    printf("%u\n", (unsigned)sma_http_server_port(server, 0));
    fflush(stdout);
    sigwait(&set, &got);
    sma_http_server_stop(server);
    return 0;
}
