/* One loop: waits for its connections, for completed exchanges and (the first loop) for new
 * connections; lets the library work; looks at deadlines; drains at the end. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "http/clock.h"
#include "http/loop.h"

#define DRAIN_ROUND_MS 10u
#define LAST_WORD_MS 200u /* to send the answers of what was given up */
#define FIXED_FDS 2

void sma_http_loop_wake(struct sma_http_loop *loop)
{
    eventfd_write(loop->wake_fd, 1);
}

void sma_http_loop_hand_over(struct sma_http_loop *loop, struct sma_http_newcomer *newcomer)
{
    struct sma_http_newcomer *head = atomic_load(&loop->newcomers);
    do
        newcomer->next = head;
    while (!atomic_compare_exchange_weak(&loop->newcomers, &head, newcomer));
    if (!head)
        sma_http_loop_wake(loop);
}

void sma_http_conn_enter(struct sma_http_conn *conn, enum sma_http_phase phase)
{
    conn->phase = phase;
    conn->is_looked_at = false;
    conn->since_ms = conn->loop->now_ms;
}

static void read_clock(struct sma_http_loop *loop)
{
    loop->now_ns = sma_http_now_ns();
    loop->now_ms = loop->now_ns / 1000000u;
}

/* ---- one round
 * ------------------------------------------------------------------------------------ */

static void take_newcomers(struct sma_http_loop *loop)
{
    if (!atomic_load_explicit(&loop->newcomers, memory_order_relaxed))
        return;
    struct sma_http_newcomer *list = atomic_exchange(&loop->newcomers, NULL);
    while (list) {
        struct sma_http_newcomer *next = list->next;
        uint64_t before = atomic_load_explicit(&loop->counters.accepted, memory_order_relaxed);
        /* When the library got as far as announcing it, it announces the end as well. */
        if (!sma_http_wire_add(loop->wire, list) &&
            before == atomic_load_explicit(&loop->counters.accepted, memory_order_relaxed))
            sma_http_connection_ended(loop, &list->address);
        free(list);
        list = next;
    }
}

struct poll_set {
    struct pollfd fds[FIXED_FDS + SMA_HTTP_LISTENERS_MAX + SMA_HTTP_LINGERING_MAX];
    nfds_t count;
    size_t listeners;
};

static bool is_draining(const struct sma_http_loop *loop)
{
    return atomic_load_explicit(&loop->server->is_draining, memory_order_relaxed);
}

static void fill(struct poll_set *set, struct sma_http_loop *loop)
{
    struct sma_http_server *server = loop->server;
    bool accepts = loop->index == 0 && !is_draining(loop) && loop->now_ms >= loop->accept_again_ms;
    set->fds[0] = (struct pollfd){sma_http_wire_fd(loop->wire), POLLIN, 0};
    set->fds[1] = (struct pollfd){loop->wake_fd, POLLIN, 0};
    set->count = FIXED_FDS;
    set->listeners = accepts ? server->listen_count : 0;
    for (size_t i = 0; i < set->listeners; i++)
        set->fds[set->count++] = (struct pollfd){server->listen_fds[i], POLLIN, 0};
    for (size_t i = 0; i < loop->lingering_count; i++)
        set->fds[set->count++] = (struct pollfd){loop->lingering[i].fd, POLLIN, 0};
}

/* How long nothing may happen: until the next look at the deadlines, if there are any. */
static int wait_ms(const struct sma_http_loop *loop)
{
    if (sma_http_wire_is_busy(loop->wire))
        return 0;
    if (is_draining(loop))
        return DRAIN_ROUND_MS;
    bool has_deadlines =
        loop->conns || loop->lingering_count || loop->accept_again_ms > loop->now_ms;
    if (!has_deadlines)
        return -1;
    return loop->next_sweep_ms > loop->now_ms ? (int)(loop->next_sweep_ms - loop->now_ms) : 0;
}

static void sweep_when_due(struct sma_http_loop *loop)
{
    if (loop->now_ms < loop->next_sweep_ms)
        return;
    sma_http_sweep(loop);
    loop->next_sweep_ms = loop->now_ms + loop->server->sweep_every_ms;
}

static void round_once(struct sma_http_loop *loop)
{
    struct poll_set set;
    eventfd_t ignored;
    fill(&set, loop);
    if (poll(set.fds, set.count, wait_ms(loop)) < 0 && errno != EINTR)
        return;
    read_clock(loop);
    if (set.fds[1].revents)
        eventfd_read(loop->wake_fd, &ignored);
    for (size_t i = 0; i < set.listeners; i++)
        if (set.fds[FIXED_FDS + i].revents)
            sma_http_accept_all(loop, set.fds[FIXED_FDS + i].fd);
    take_newcomers(loop);
    sma_http_take_back(loop);
    sma_http_wire_run(loop->wire);
    if (loop->lingering_count)
        sma_http_linger_turn(loop);
    sweep_when_due(loop);
    if (loop->has_logged) {
        loop->has_logged = false;
        sma_http_access_log_nudge(loop->server->log);
    }
}

/* ---- drain
 * ---------------------------------------------------------------------------------------- */

static void give_up_all(struct sma_http_loop *loop)
{
    for (struct sma_http_conn *conn = loop->conns; conn; conn = conn->next)
        if (conn->exchange && atomic_load(&conn->exchange->place) == SMA_HTTP_OUT)
            sma_http_give_up(conn, SMA_HTTP_OVERLOADED, "the server is stopping");
}

static void kill_all(struct sma_http_loop *loop)
{
    for (struct sma_http_conn *conn = loop->conns; conn; conn = conn->next)
        sma_http_conn_kill(conn);
}

/* Goes on until no connection is left or the time is up. */
static void rounds_until(struct sma_http_loop *loop, uint64_t until_ms)
{
    while ((loop->conns || atomic_load(&loop->out)) && loop->now_ms < until_ms) {
        sma_http_close_idle(loop);
        round_once(loop);
    }
}

/* Clients that were already let in by the kernel are still served; then nobody is any more. */
static void stop_listening(struct sma_http_loop *loop)
{
    struct sma_http_server *server = loop->server;
    for (size_t i = 0; loop->index == 0 && i < server->listen_count; i++) {
        sma_http_accept_all(loop, server->listen_fds[i]);
        shutdown(server->listen_fds[i], SHUT_RDWR);
    }
}

/* What is in flight gets its time; then what is still out is given up and its clients are told;
 * then the rest is cut off. The library must not be stopped while a connection is suspended. */
static void drain(struct sma_http_loop *loop)
{
    read_clock(loop);
    stop_listening(loop);
    round_once(loop);
    rounds_until(loop, loop->now_ms + loop->server->options.drain_timeout_ms);
    do {
        give_up_all(loop);
        rounds_until(loop, loop->now_ms + LAST_WORD_MS);
        kill_all(loop);
        round_once(loop);
    } while (loop->conns || atomic_load(&loop->out) || atomic_load(&loop->back));
}

void *sma_http_loop_run(void *arg)
{
    struct sma_http_loop *loop = arg;
    read_clock(loop);
    loop->next_sweep_ms = loop->now_ms + loop->server->sweep_every_ms;
    while (!is_draining(loop))
        round_once(loop);
    drain(loop);
    return NULL;
}
