/* kill -9 in the middle of writing, again and again: what was acknowledged is there, what was not
 * is wholly there or wholly absent, and the history still explains the state. */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/store/helper.h"

#define ROUNDS 15
#define CLIENTS 4
#define TARGETS 2 /* versions per operation: an operation with two records must be atomic */

/* One acknowledged operation: the version pair (2 * n - 1, 2 * n) of a client's subject. */
struct ack {
    int client, pair;
};

struct client {
    struct fixture *f;
    int number, first_pair, out;
};

static void pair_records(struct fixture *f, int client, int pair,
                         struct sma_record records[TARGETS])
{
    char subject[16], text[32];
    snprintf(subject, sizeof subject, "s%d", client);
    for (int k = 0; k < TARGETS; k++) {
        int version = pair * TARGETS + k + 1, id = client * 1000000 + version;
        snprintf(text, sizeof text, "t%d", id);
        records[k] = put(f, subject, version, id, text);
    }
}

static void *write_for_ever(void *arg)
{
    struct client *client = arg;
    struct fixture mine = {.store = client->f->store};
    sma_arena_init(&mine.arena, 0);
    for (int pair = client->first_pair;; pair++) {
        struct sma_record records[TARGETS];
        struct ack ack = {client->number, pair};
        sma_arena_reset(&mine.arena);
        pair_records(&mine, client->number, pair, records);
        if (try_write(&mine, records, TARGETS, NULL))
            _exit(2);
        if (write(client->out, &ack, sizeof ack) != sizeof ack)
            _exit(3);
    }
    return NULL;
}

/* The process that will be killed. */
static void be_the_server(struct fixture *f, const int acked[CLIENTS], int out)
{
    pthread_t threads[CLIENTS];
    struct client clients[CLIENTS];
    f->options.wal_max_bytes = 256u << 10; /* so that it also dies in checkpoints */
    fixture_open(f);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){f, i, acked[i], out};
        if (pthread_create(&threads[i], NULL, write_for_ever, &clients[i]))
            _exit(4);
    }
    for (;;)
        pause();
}

static void wait_for_ack(int in)
{
    struct pollfd fd = {.fd = in, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 20000), 1);
}

/* Reads acknowledgements until the pipe is closed by the writer's death. */
static void drain(int in, int acked[CLIENTS])
{
    struct ack ack;
    while (read(in, &ack, sizeof ack) == sizeof ack)
        if (ack.pair >= acked[ack.client])
            acked[ack.client] = ack.pair + 1;
}

/* acked[i]: pairs of client i known to be there. Counts what is there now, which may be one more.
 */
static void check_after_crash(struct fixture *f, int acked[CLIENTS])
{
    fixture_open(f);
    for (int i = 0; i < CLIENTS; i++) {
        char subject[16];
        struct sma_version_number *list;
        size_t count;
        snprintf(subject, sizeof subject, "s%d", i);
        assert_int_equal(sma_view_versions(look(f), &f->arena, sma_str_z(subject), SMA_LIVE, &list,
                                           &count, NULL),
                         SMA_OK);
        size_t pairs = count / TARGETS;
        if (count % TARGETS || pairs < (size_t)acked[i] || pairs > (size_t)acked[i] + 1)
            fail_msg("client %d: %zu versions, %d pairs acknowledged", i, count, acked[i]);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(list[k].version, k + 1);
        acked[i] = (int)pairs;
    }
    expect_clean(f);
}

static void acknowledged_writes_survive(void **state)
{
    struct fixture *f = *state;
    int acked[CLIENTS] = {0}, total = 0;
    fixture_close(f);
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2], status;
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (!pid) {
            close(ends[0]);
            be_the_server(f, acked, ends[1]);
        }
        close(ends[1]);
        wait_for_ack(ends[0]);
        usleep((useconds_t)(round * 7919 % 40) * 1000); /* a moment of its own each time */
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFSIGNALED(status))
            fail_msg("the writing process ended by itself: %d", WEXITSTATUS(status));
        drain(ends[0], acked);
        close(ends[0]);
        check_after_crash(f, acked);
    }
    for (int i = 0; i < CLIENTS; i++)
        total += acked[i];
    assert_true(total >= ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acknowledged_writes_survive, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
