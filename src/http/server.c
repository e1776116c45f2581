/* Starting and stopping. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/processors.h"
#include "http/loop.h"
#include "http/target.h"

#define KIB 1024u
#define MIB (1024u * 1024u)
#define HEADER_BYTES_MAX (12u * KIB) /* the library's memory of 16 KiB has room for no more */
#define LOOPS_BY_DEFAULT_MAX 4
#define LOOPS_MAX 64u
#define WORKERS_MAX 256u

static void set_size(size_t *value, size_t standard)
{
    if (!*value)
        *value = standard;
}

static void set_unsigned(unsigned *value, unsigned standard)
{
    if (!*value)
        *value = standard;
}

static void fill_in(struct sma_http_options *options)
{
    unsigned processors = sma_processors();
    set_unsigned(&options->loops,
                 processors < LOOPS_BY_DEFAULT_MAX ? processors : LOOPS_BY_DEFAULT_MAX);
    set_unsigned(&options->workers, SMA_HTTP_WORKERS_DEFAULT);
    options->loops = options->loops < LOOPS_MAX ? options->loops : LOOPS_MAX;
    options->workers = options->workers < WORKERS_MAX ? options->workers : WORKERS_MAX;
    set_size(&options->worker_queue_max, 1024);
    set_size(&options->connections_max, 1000);
    set_size(&options->body_bytes_max, MIB);
    set_size(&options->bodies_bytes_max, 64u * MIB);
    set_size(&options->answer_bytes_max, 256u * MIB);
    set_size(&options->arena_bytes_max, 64u * MIB);
    set_size(&options->header_bytes_max, HEADER_BYTES_MAX);
    if (options->header_bytes_max > HEADER_BYTES_MAX)
        options->header_bytes_max = HEADER_BYTES_MAX;
    set_size(&options->target_bytes_max, 8u * KIB);
    set_unsigned(&options->idle_timeout_ms, 30000);
    set_unsigned(&options->header_timeout_ms, 10000);
    set_unsigned(&options->body_timeout_ms, 30000);
    set_unsigned(&options->answer_timeout_ms, 600000);
    set_unsigned(&options->send_timeout_ms, 300000);
    set_unsigned(&options->drain_timeout_ms, 5000);
    set_size(&options->gzip_bytes_min, 1400);
    set_size(&options->access_log_ring_bytes, MIB);
}

/* A quarter of the shortest deadline, so that none is missed by much, between 10 ms and 1 s. */
static uint64_t sweep_interval(const struct sma_http_options *options)
{
    unsigned all[] = {options->idle_timeout_ms, options->header_timeout_ms,
                      options->body_timeout_ms, options->answer_timeout_ms,
                      options->send_timeout_ms};
    unsigned shortest = all[0];
    for (size_t i = 1; i < sizeof all / sizeof all[0]; i++)
        shortest = all[i] < shortest ? all[i] : shortest;
    shortest /= 4;
    return shortest < 10 ? 10 : shortest > 1000 ? 1000 : shortest;
}

/* ---- parts
 * ---------------------------------------------------------------------------------------- */

static enum sma_status name_slots(struct sma_http_server *server, struct sma_error *err)
{
    const char *const *names = NULL;
    size_t count = sma_http_router_names(server->router, &names);
    server->names = calloc(count + 1, sizeof *server->names);
    if (!server->names)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < count; i++)
        server->names[i] = names[i];
    server->names[count] = "none";
    server->name_count = count + 1;
    return SMA_OK;
}

static enum sma_status copy_fixed(struct sma_http_server *server, struct sma_error *err)
{
    const struct sma_http_options *options = &server->options;
    server->fixed =
        sma_arena_calloc(&server->arena, options->fixed_header_count, sizeof *server->fixed);
    if (!server->fixed)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < options->fixed_header_count; i++) {
        struct sma_str name = options->fixed_headers[i].name,
                       value = options->fixed_headers[i].value;
        if (!sma_http_is_token(name) || !sma_http_is_header_value(value))
            return sma_fail(err, SMA_EINVAL, "\"%.*s\" cannot be a header of every answer",
                            SMA_STR_ARG(name));
        server->fixed[i].name = sma_arena_copy(&server->arena, name);
        server->fixed[i].value = sma_arena_copy(&server->arena, value);
        if (!server->fixed[i].name.ptr || !server->fixed[i].value.ptr)
            return sma_fail_nomem(err);
        server->fixed_bytes += name.len + value.len + 4;
    }
    server->fixed_count = options->fixed_header_count;
    return SMA_OK;
}

static enum sma_status listen_all(struct sma_http_server *server, struct sma_error *err)
{
    const struct sma_http_options *options = &server->options;
    if (!options->listener_count || options->listener_count > SMA_HTTP_LISTENERS_MAX)
        return sma_fail(err, SMA_EINVAL, "between 1 and %d listeners are needed",
                        SMA_HTTP_LISTENERS_MAX);
    for (size_t i = 0; i < options->listener_count; i++) {
        enum sma_status st = sma_http_listen(server, &options->listeners[i], i, err);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status make_loop(struct sma_http_server *server, unsigned index,
                                 struct sma_error *err)
{
    struct sma_http_loop *loop = &server->loops[index];
    loop->server = server;
    loop->index = index;
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->loop_count = index + 1;
    if (loop->wake_fd < 0)
        return sma_fail(err, SMA_EIO, "eventfd: %s", strerror(errno));
    sma_http_random_init(&loop->random);
    loop->packer = sma_http_packer_new();
    if (!loop->packer || !sma_http_counters_init(&loop->counters, server->name_count))
        return sma_fail_nomem(err);
    return sma_http_wire_new(&loop->wire, loop, err);
}

static enum sma_status make_loops(struct sma_http_server *server, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    server->loops = calloc(server->options.loops, sizeof *server->loops);
    if (!server->loops)
        return sma_fail_nomem(err);
    for (unsigned i = 0; !st && i < server->options.loops; i++)
        st = make_loop(server, i, err);
    return st;
}

static enum sma_status make_peers(struct sma_http_server *server, struct sma_error *err)
{
    if (!server->options.per_address_max)
        return SMA_OK;
    server->peers = sma_http_peers_new(server->options.per_address_max);
    return server->peers ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status make_log(struct sma_http_server *server, struct sma_error *err)
{
    const struct sma_http_options *options = &server->options;
    if (!options->access_log)
        return SMA_OK;
    return sma_http_access_log_start(&server->log, options->loops, options->access_log_ring_bytes,
                                     options->access_log, options->access_log_ctx, err);
}

static enum sma_status run_loops(struct sma_http_server *server, struct sma_error *err)
{
    for (unsigned i = 0; i < server->loop_count; i++) {
        if (pthread_create(&server->loops[i].thread, NULL, sma_http_loop_run, &server->loops[i]))
            return sma_fail(err, SMA_ENOMEM, "cannot start a thread");
        server->loops[i].has_thread = true;
    }
    return SMA_OK;
}

static void fini_loop(struct sma_http_loop *loop)
{
    /* Sockets that were dealt to the loop after its last round. */
    for (struct sma_http_newcomer *at = atomic_load(&loop->newcomers), *next; at; at = next) {
        next = at->next;
        close(at->fd);
        free(at);
    }
    sma_http_wire_free(loop->wire);
    sma_http_linger_fini(loop);
    sma_http_exchange_pool_fini(&loop->pool);
    sma_http_packer_free(loop->packer);
    sma_http_counters_fini(&loop->counters);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
}

/* ---- life
 * ----------------------------------------------------------------------------------------- */

enum sma_status sma_http_server_start(struct sma_http_server **out,
                                      const struct sma_http_options *options, struct sma_error *err)
{
    struct sma_http_server *server = calloc(1, sizeof *server);
    if (!server)
        return sma_fail_nomem(err);
    server->options = *options;
    sma_arena_init(&server->arena, 0);
    fill_in(&server->options);
    server->sweep_every_ms = sweep_interval(&server->options);
    server->checks_layout = sma_http_wire_layout_is_known();
    enum sma_status st =
        options->facade_count
            ? sma_http_router_new(&server->router, options->facades, options->facade_count, err)
            : sma_fail(err, SMA_EINVAL, "at least one facade is needed");
    if (!st)
        st = name_slots(server, err);
    if (!st)
        st = copy_fixed(server, err);
    if (!st)
        st = make_peers(server, err);
    if (!st)
        st = make_loops(server, err);
    if (!st)
        st = make_log(server, err);
    if (!st)
        st = sma_http_workers_start(&server->workers, server->options.workers,
                                    server->options.worker_queue_max, err);
    if (!st)
        st = listen_all(server, err);
    if (!st)
        st = run_loops(server, err);
    if (st)
        sma_http_server_stop(server);
    else
        *out = server;
    return st;
}

uint16_t sma_http_server_port(const struct sma_http_server *server, size_t index)
{
    return index < server->options.listener_count ? server->ports[index] : 0;
}

static void join_loops(struct sma_http_server *server)
{
    atomic_store(&server->is_draining, true);
    for (unsigned i = 0; i < server->loop_count; i++)
        if (server->loops[i].has_thread)
            sma_http_loop_wake(&server->loops[i]);
    for (unsigned i = 0; i < server->loop_count; i++)
        if (server->loops[i].has_thread)
            pthread_join(server->loops[i].thread, NULL);
}

void sma_http_server_stop(struct sma_http_server *server)
{
    if (!server)
        return;
    join_loops(server);
    sma_http_workers_stop(server->workers);
    for (size_t i = 0; i < server->listen_count; i++)
        close(server->listen_fds[i]);
    for (unsigned i = 0; i < server->loop_count; i++)
        fini_loop(&server->loops[i]);
    sma_http_access_log_stop(server->log);
    sma_http_peers_free(server->peers);
    sma_http_router_free(server->router);
    sma_arena_fini(&server->arena);
    free(server->loops);
    free(server->names);
    free(server);
}

void sma_http_metrics(const struct sma_http_server *server, struct sma_buf *out)
{
    const struct sma_http_counters *counters[LOOPS_MAX];
    for (unsigned i = 0; i < server->loop_count; i++)
        counters[i] = &server->loops[i].counters;
    struct sma_http_gauges gauges = {
        .worker_queue = sma_http_workers_queued(server->workers),
        .log_dropped = server->log ? sma_http_access_log_dropped(server->log) : 0,
        .body_bytes_held = atomic_load(&server->body_bytes),
    };
    sma_http_metrics_render(counters, server->loop_count, server->names, &gauges, out);
}
