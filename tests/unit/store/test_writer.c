/* The writer: batches, isolation, limits, announcements, and what happens when the disk is full or
 * fails. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/store/helper.h"

/* ---- holding the writer -------------------------------------------------------------------- */

/* A write whose run() waits until it is let go, so that a test can fill the queue behind it. */
struct gate {
    struct sync_write sync;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_entered, is_open;
};

static enum sma_status gate_run(struct sma_write *write, struct sma_txn *txn, struct sma_error *err)
{
    struct gate *gate = (struct gate *)write;
    (void)txn;
    (void)err;
    pthread_mutex_lock(&gate->mutex);
    gate->is_entered = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->is_open)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    return SMA_OK;
}

static void gate_shut(struct gate *gate, struct fixture *f)
{
    struct sma_error err = SMA_ERROR_INIT;
    sync_init(&gate->sync, NULL, 0);
    gate->sync.write.run = gate_run;
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
    gate->is_entered = gate->is_open = false;
    if (sma_store_submit(f->store, &gate->sync.write, &err))
        fail_msg("%s", err.message);
    pthread_mutex_lock(&gate->mutex);
    while (!gate->is_entered)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
    assert_int_equal(sync_wait(&gate->sync), SMA_OK);
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->mutex);
    sync_fini(&gate->sync);
}

/* ---- batches ------------------------------------------------------------------------------- */

#define QUEUED 20

static void what_queued_is_one_commit(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct sync_write writes[QUEUED];
    struct sma_record records[QUEUED];
    struct sma_store_figures before, after;
    struct sma_error err = SMA_ERROR_INIT;
    char subjects[QUEUED][16], texts[QUEUED][16];

    sma_store_figures(f->store, &before);
    gate_shut(&gate, f);
    for (int i = 0; i < QUEUED; i++) {
        snprintf(subjects[i], sizeof subjects[i], "s%d", i);
        snprintf(texts[i], sizeof texts[i], "t%d", i);
        records[i] = put(f, subjects[i], 1, i + 1, texts[i]);
        sync_init(&writes[i], &records[i], 1);
        assert_int_equal(sma_store_submit(f->store, &writes[i].write, &err), SMA_OK);
    }
    sma_store_figures(f->store, &after);
    assert_int_equal(after.queue_length, QUEUED);
    gate_open(&gate);
    for (int i = 0; i < QUEUED; i++) {
        assert_int_equal(sync_wait(&writes[i]), SMA_OK);
        sync_fini(&writes[i]);
    }
    sma_store_figures(f->store, &after);
    assert_int_equal(after.commits - before.commits, 2); /* the gate's and one for all the others */
    assert_int_equal(after.operations - before.operations, QUEUED + 1);
    assert_int_equal(after.records - before.records, QUEUED);
    assert_int_equal(after.batch_max_seen, QUEUED);
    assert_int_equal(after.queue_length, 0);
}

static void full_queue_is_busy(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct sync_write writes[4];
    struct sma_record record = raw("{\"keytype\":\"NOOP\",\"magic\":0}", NULL);
    struct sma_error err = SMA_ERROR_INIT;
    fixture_close(f);
    f->options.queue_max = 3;
    f->options.batch_max = 2;
    fixture_open(f);
    gate_shut(&gate, f);
    for (int i = 0; i < 4; i++) {
        sync_init(&writes[i], &record, 1);
        assert_int_equal(sma_store_submit(f->store, &writes[i].write, &err),
                         i < 3 ? SMA_OK : SMA_EBUSY);
    }
    sma_test_same_text("message", sma_str_z(err.message),
                       SMA_STR("the write queue is full (3 operations)"));
    gate_open(&gate);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sync_wait(&writes[i]), SMA_OK);
    assert_false(writes[3].is_done); /* refused: never called back */
    for (int i = 0; i < 4; i++)
        sync_fini(&writes[i]);
    struct sma_store_figures figures;
    sma_store_figures(f->store, &figures);
    assert_int_equal(figures.batch_max_seen, 2);
}

#define THREADS 8
#define PER_THREAD 40

struct client {
    struct fixture *f;
    int number;
    int failures;
};

static void *register_many(void *arg)
{
    struct client *client = arg;
    for (int i = 0; i < PER_THREAD; i++) {
        char key[128], value[128];
        int id = client->number * PER_THREAD + i + 1;
        struct sync_write w;
        struct sma_error err = SMA_ERROR_INIT;
        snprintf(key, sizeof key,
                 "{\"keytype\":\"SCHEMA\",\"subject\":\"s%d\",\"version\":%d,\"magic\":1}",
                 client->number, i + 1);
        snprintf(value, sizeof value, "{\"id\":%d,\"schema\":\"t%d\"}", id, id);
        struct sma_record record = raw(key, value);
        sync_init(&w, &record, 1);
        enum sma_status st = sma_store_submit(client->f->store, &w.write, &err);
        if (!st)
            st = sync_wait(&w);
        client->failures += st != SMA_OK;
        sync_fini(&w);
    }
    return NULL;
}

/* Readers beside them must see ids and versions move together. */
static void *read_along(void *arg)
{
    struct client *client = arg;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    for (int i = 0; i < 200; i++) {
        struct sma_view *view;
        struct sma_counts counts;
        struct sma_str *subjects;
        size_t count;
        struct sma_subject_filter all = {.deleted = SMA_LIVE};
        if (sma_store_view(&view, client->f->store, NULL)) {
            client->failures++;
            continue;
        }
        sma_arena_reset(&arena);
        if (sma_view_counts(view, &counts, NULL) || counts.versions != counts.position ||
            counts.schemas != counts.versions ||
            sma_view_subjects(view, &arena, &all, &subjects, &count, NULL) ||
            (int64_t)count != counts.subjects)
            client->failures++;
        sma_view_release(view);
    }
    sma_arena_fini(&arena);
    return NULL;
}

static void many_threads(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS + 3];
    struct client clients[THREADS + 3];
    struct sma_store_figures figures;
    struct sma_counts counts;
    fixture_close(f);
    f->options.readers = 2; /* fewer than readers: they wait for each other */
    fixture_open(f);
    for (int i = 0; i < THREADS + 3; i++) {
        clients[i] = (struct client){f, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, i < THREADS ? register_many : read_along,
                                        &clients[i]),
                         0);
    }
    for (int i = 0; i < THREADS + 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(clients[i].failures, 0);
    }
    sma_store_figures(f->store, &figures);
    assert_int_equal(figures.operations, THREADS * PER_THREAD);
    assert_true(figures.commits < figures.operations); /* they shared commits */
    assert_true(figures.batch_max_seen > 1);
    assert_int_equal(sma_view_counts(look(f), &counts, NULL), SMA_OK);
    assert_int_equal(counts.versions, THREADS * PER_THREAD);
    expect_clean(f);
}

/* ---- isolation ----------------------------------------------------------------------------- */

static void failing_operation_harms_nobody(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct sync_write writes[3];
    struct sma_error err = SMA_ERROR_INIT;
    /* The second appends a good record before the bad one: it must be undone as well. */
    struct sma_record first = put(f, "a", 1, 1, "x"), last = put(f, "c", 1, 2, "y");
    struct sma_record second[] = {put(f, "b", 1, 9, "z"), raw("broken", "{}")};
    gate_shut(&gate, f);
    sync_init(&writes[0], &first, 1);
    sync_init(&writes[1], second, 2);
    sync_init(&writes[2], &last, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sma_store_submit(f->store, &writes[i].write, &err), SMA_OK);
    gate_open(&gate);
    assert_int_equal(sync_wait(&writes[0]), SMA_OK);
    assert_int_equal(sync_wait(&writes[1]), SMA_ECONFLICT);
    assert_int_equal(sync_wait(&writes[2]), SMA_OK);
    for (int i = 0; i < 3; i++)
        sync_fini(&writes[i]);
    expect_rows(f, "a/1 id=1 x\nc/1 id=2 y\n");
    int32_t id;
    assert_int_equal(sma_view_max_id(look(f), SMA_STR("."), &id, NULL), SMA_OK);
    assert_int_equal(id, 2); /* an id that was never acknowledged was not handed out */
    expect_clean(f);
}

/* run() may not turn a failed append into a success. */
static enum sma_status swallow(struct sma_write *write, struct sma_txn *txn, struct sma_error *err)
{
    struct sync_write *w = (struct sync_write *)write;
    (void)err;
    for (size_t i = 0; i < w->count; i++) {
        enum sma_status st = sma_txn_append(txn, &w->records[i], NULL);
        if (i > 0 && st != SMA_ECONFLICT) /* after the first failure every append fails */
            return SMA_EINTERNAL;
    }
    return SMA_OK;
}

static void failed_append_is_final(void **state)
{
    struct fixture *f = *state;
    struct sma_record records[] = {raw("broken", "{}"), put(f, "a", 1, 1, "x")};
    struct sync_write w;
    struct sma_error err = SMA_ERROR_INIT;
    sync_init(&w, records, 2);
    w.write.run = swallow;
    assert_int_equal(sma_store_submit(f->store, &w.write, &err), SMA_OK);
    assert_int_equal(sync_wait(&w), SMA_ECONFLICT);
    sync_fini(&w);
    expect_rows(f, "");
}

static enum sma_status say_stale(struct sma_write *write, struct sma_txn *txn,
                                 struct sma_error *err)
{
    struct sync_write *w = (struct sync_write *)write;
    enum sma_status st = sma_txn_append(txn, &w->records[0], err);
    return st ? st : sma_fail(err, SMA_ESTALE, "look again");
}

static void own_failure_undoes_and_is_passed_on(void **state)
{
    struct fixture *f = *state;
    struct sma_record record = put(f, "a", 1, 1, "x");
    struct sync_write w;
    struct sma_error err = SMA_ERROR_INIT;
    sync_init(&w, &record, 1);
    w.write.run = say_stale;
    assert_int_equal(sma_store_submit(f->store, &w.write, &err), SMA_OK);
    assert_int_equal(sync_wait(&w), SMA_ESTALE);
    sma_test_same_text("message", sma_str_z(w.err.message), SMA_STR("look again"));
    sync_fini(&w);
    expect_rows(f, "");
}

static void record_size_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf text;
    static const char head[] = "{\"id\":1,\"schema\":\"", tail[] = "\"}";
    static const char key[] =
        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}";
    size_t fill = SMA_RECORD_BYTES_MAX - strlen(key) - strlen(head) - strlen(tail);
    for (size_t over = 0; over <= 1; over++) {
        sma_buf_init(&text, 0);
        sma_buf_putz(&text, head);
        assert_true(sma_buf_reserve(&text, fill + over + 2));
        memset(text.ptr + text.len, 'a', fill + over);
        text.len += fill + over;
        sma_buf_putz(&text, tail);
        struct sma_record record = {sma_str_z(key), sma_buf_str(&text)};
        enum sma_status st = try_write(f, &record, 1, &err);
        if (st != (over ? SMA_ELIMIT : SMA_OK))
            fail_msg("%zu over: %s %s", over, sma_status_name(st), err.message);
        sma_buf_fini(&text);
    }
    sma_test_same_text("message", sma_str_z(err.message),
                       SMA_STR("record of 8388609 bytes exceeds the limit of 8388608 record "
                               "bytes"));
}

/* ---- announcements ------------------------------------------------------------------------- */

struct announced {
    struct sma_buf text;
    struct sma_store *store;
};

static void note_touching(void *ctx, struct sma_str key)
{
    sma_buf_printf(&((struct announced *)ctx)->text, "<%.*s", SMA_STR_ARG(key));
}

static void note_touched(void *ctx, struct sma_str key)
{
    sma_buf_printf(&((struct announced *)ctx)->text, ">%.*s", SMA_STR_ARG(key));
}

static void expect_announced(struct announced *a, const char *want)
{
    sma_test_same_text("announced", sma_buf_str(&a->text), sma_str_z(want));
    sma_buf_clear(&a->text);
}

#define H "h:0cc175b9c0f1b6a831c399e269772661" /* MD5 of "a" */

static void keys_are_announced_around_the_commit(void **state)
{
    struct fixture *f = *state;
    struct announced a = {.store = f->store};
    struct sma_record twice[] = {put(f, "s", 1, 1, "a"), put_deleted(f, "s", 1, 1, "a")};
    sma_buf_init(&a.text, 0);
    sma_store_on_touching(f->store, note_touching, &a);
    sma_store_on_touched(f->store, note_touched, &a);
    write_all(f, twice, 2); /* each key once */
    expect_announced(&a, "<" H "<i:.:1<s:s<x:.>" H ">i:.:1>s:s>x:.");
    write_one(f, put(f, ":.c:s", 1, 12, "a"));
    expect_announced(&a, "<" H "<i:.c:12<k:<s::.c:s<x:.c>" H ">i:.c:12>k:>s::.c:s>x:.c");
    write_one(f, put(f, ":.c:s", 1, 12, "a")); /* the context is no news any more */
    expect_announced(&a, "<" H "<i:.c:12<s::.c:s<x:.c>" H ">i:.c:12>s::.c:s>x:.c");
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"magic\":0}", "{}"));
    expect_announced(&a, "<c:>c:");
    write_one(f, delete_subject(f, "s", 9)); /* nothing live: only the subject itself */
    expect_announced(&a, "<s:s<x:.>s:s>x:.");
    write_refused(f, raw("broken", NULL), "record key: ");
    expect_announced(&a, "");
    write_one(f, put_with_reference(f, "t", 1, 2, "a", "s", 1));
    sma_buf_clear(&a.text);
    write_one(f, drop(f, "t", 1));
    assert_non_null(strstr(a.text.ptr, "<r:s<"));
    sma_store_on_touching(f->store, NULL, NULL);
    sma_store_on_touched(f->store, NULL, NULL);
    sma_buf_fini(&a.text);
}

/* ---- closing ------------------------------------------------------------------------------- */

static void close_finishes_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct sync_write writes[10];
    struct sma_record record = raw("{\"keytype\":\"NOOP\",\"magic\":0}", NULL);
    struct sma_error err = SMA_ERROR_INIT;
    int64_t position;
    for (int i = 0; i < 10; i++) {
        sync_init(&writes[i], &record, 1);
        assert_int_equal(sma_store_submit(f->store, &writes[i].write, &err), SMA_OK);
    }
    fixture_close(f);
    for (int i = 0; i < 10; i++) {
        assert_true(writes[i].is_done);
        assert_int_equal(writes[i].st, SMA_OK);
        sync_fini(&writes[i]);
    }
    fixture_open(f);
    assert_int_equal(sma_view_position(look(f), &position, NULL), SMA_OK);
    assert_int_equal(position, 10);
}

/* ---- full disk and failing disk ------------------------------------------------------------ */

static char big_text[20000];

static enum sma_status put_big(struct fixture *f, int id, struct sma_error *err)
{
    char number[16];
    snprintf(number, sizeof number, "%d", id);
    memset(big_text, 'a' + id % 26, sizeof big_text - 1);
    memcpy(big_text, number, strlen(number));
    struct sma_record record = put(f, "big", id, id, big_text);
    return try_write(f, &record, 1, err);
}

static void full_disk_is_clean(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = SMA_OK;
    struct sma_record batch[2];
    int64_t position;
    int id = 0;
    fixture_close(f);
    f->options.max_bytes = 600u << 10;
    fixture_open(f);
    while (!st && id < 100)
        st = put_big(f, ++id, &err);
    assert_int_equal(st, SMA_EFULL);
    assert_true(id > 3 && id < 40);
    /* Reading goes on, and nothing of the failed write is there. */
    assert_int_equal(sma_view_position(look(f), &position, NULL), SMA_OK);
    assert_int_equal(position, id - 1);
    /* So does deleting, and then there is room again: a stored content and its record. */
    batch[0] = drop(f, "big", 1);
    batch[1] = drop(f, "big", 2);
    write_all(f, batch, 2);
    if (put_big(f, id, &err))
        fail_msg("after making room: %s", err.message);
    fixture_close(f);
    f->options.max_bytes = 0;
    fixture_open(f);
    assert_int_equal(put_big(f, ++id, &err), SMA_OK);
}

/* A batch in which the disk fills up: nobody in it may be told that it worked, and the next one
 * must work. */
static void full_disk_takes_the_whole_batch(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct sync_write writes[2];
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = SMA_OK;
    int id = 0;
    fixture_close(f);
    f->options.max_bytes = 600u << 10;
    fixture_open(f);
    while (!st && id < 100)
        st = put_big(f, ++id, &err);
    assert_int_equal(st, SMA_EFULL);
    struct sma_record small = put(f, "small", 1, 500, "s");
    struct sma_record big = put(f, "big", id, id, big_text);
    gate_shut(&gate, f);
    sync_init(&writes[0], &small, 1);
    sync_init(&writes[1], &big, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(sma_store_submit(f->store, &writes[i].write, &err), SMA_OK);
    gate_open(&gate);
    assert_int_equal(sync_wait(&writes[1]), SMA_EFULL);
    assert_int_equal(sync_wait(&writes[0]), SMA_EFULL);
    for (int i = 0; i < 2; i++)
        sync_fini(&writes[i]);
    write_one(f, drop(f, "big", 1));
    write_one(f, small);
    f->options.max_bytes = 0;
    expect_clean(f);
}

static void exit_with_9(void *ctx, const char *message)
{
    (void)ctx;
    _exit(strstr(message, "commit") ? 9 : 8);
}

/* Writes until the log may not grow any more: the system call fails, and with it the commit. */
static void run_into_the_limit(const char *dir, bool has_handler)
{
    struct fixture f = {.now_ms = 1};
    struct rlimit limit;
    struct sma_error err = SMA_ERROR_INIT;
    signal(SIGXFSZ, SIG_IGN);
    snprintf(f.dir, sizeof f.dir, "%s", dir);
    sma_arena_init(&f.arena, 0);
    if (has_handler)
        f.options.on_fatal = exit_with_9;
    fixture_open(&f);
    limit.rlim_cur = limit.rlim_max = 1u << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int id = 1; id < 100; id++)
        if (put_big(&f, id, &err))
            _exit(3); /* a write failed and yet the process goes on */
    _exit(4);
}

static void note_fatal(void *ctx, const char *message)
{
    (void)message;
    ++*(int *)ctx;
}

/* With a handler that comes back nothing is written any more, everybody is told, reading goes on.
 */
static void live_on_as_a_reader(const char *dir, bool unused)
{
    struct fixture f = {.now_ms = 1};
    struct rlimit limit;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_record noop = raw("{\"keytype\":\"NOOP\",\"magic\":0}", NULL);
    enum sma_status st = SMA_OK;
    int fatal = 0;
    int64_t position = 0;
    (void)unused;
    signal(SIGXFSZ, SIG_IGN);
    snprintf(f.dir, sizeof f.dir, "%s", dir);
    sma_arena_init(&f.arena, 0);
    f.options.on_fatal = note_fatal;
    f.options.fatal_ctx = &fatal;
    fixture_open(&f);
    limit.rlim_cur = limit.rlim_max = 1u << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int id = 1; !st && id < 100; id++)
        st = put_big(&f, id, &err);
    if (st != SMA_EIO || fatal != 1)
        _exit(3);
    if (try_write(&f, &noop, 1, &err) != SMA_EIO || fatal != 1)
        _exit(4);
    if (sma_view_position(look(&f), &position, NULL) || position < 3)
        _exit(5);
    fixture_close(&f);
    sma_arena_fini(&f.arena);
    _exit(fatal == 1 ? 0 : 6);
}

static int status_of_child(void (*run)(const char *dir, bool flag), const char *dir, bool flag)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        run(dir, flag);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void failing_disk_stops_the_process(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    assert_int_equal(status_of_child(run_into_the_limit, f->dir, true), 9);
    assert_int_equal(status_of_child(run_into_the_limit, f->dir, false), 70);
    assert_int_equal(status_of_child(live_on_as_a_reader, f->dir, false), 0);
    /* Whatever became of the last commit, the folder is whole. */
    expect_clean(f);
}

/* ---- the write-ahead log ------------------------------------------------------------------- */

static uint64_t wal_file_bytes(struct fixture *f)
{
    struct stat info;
    char path[128];
    snprintf(path, sizeof path, "%s/schemata.db-wal", f->dir);
    return stat(path, &info) ? 0 : (uint64_t)info.st_size;
}

static void wal_is_bounded_under_constant_writing(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_store_figures figures;
    uint64_t most = 0;
    fixture_close(f);
    f->options.wal_max_bytes = 1u << 20;
    fixture_open(f);
    for (int id = 1; id <= 120; id++) {
        assert_int_equal(put_big(f, id, &err), SMA_OK);
        if (wal_file_bytes(f) > most)
            most = wal_file_bytes(f);
    }
    sma_store_figures(f->store, &figures);
    assert_true(figures.checkpoints >= 2);
    assert_true(most > 200u << 10);
    assert_true(most <= 1u << 20); /* it starts over early, and its blocks are used again */
}

static void wal_waits_for_a_reader_and_goes_on(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_view *old;
    struct sma_store_figures figures;
    int64_t position;
    fixture_close(f);
    f->options.wal_max_bytes = 1u << 20;
    fixture_open(f);
    assert_int_equal(put_big(f, 1, &err), SMA_OK);
    assert_int_equal(sma_store_view(&old, f->store, &err), SMA_OK);
    for (int id = 2; id <= 30; id++)
        assert_int_equal(put_big(f, id, &err), SMA_OK); /* a reader in the way is no failure */
    assert_int_equal(sma_view_position(old, &position, NULL), SMA_OK);
    assert_int_equal(position, 1);
    sma_view_release(old);
    for (int id = 31; id <= 60; id++)
        assert_int_equal(put_big(f, id, &err), SMA_OK);
    sma_store_figures(f->store, &figures);
    assert_true(figures.checkpoints >= 1);
    assert_true(figures.wal_bytes < 1u << 20); /* it was used again from the start */
}

static void quiet_time_puts_the_wal_away(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_store_figures figures;
    for (int id = 1; id <= 40; id++)
        assert_int_equal(put_big(f, id, &err), SMA_OK);
    for (int i = 0; i < 500; i++) { /* waits for a condition, 5 s at most */
        sma_store_figures(f->store, &figures);
        if (figures.checkpoints && !figures.wal_bytes)
            break;
        usleep(10000);
    }
    assert_true(figures.checkpoints >= 1);
    assert_int_equal(figures.wal_bytes, 0);
}

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, fixture_setup, fixture_teardown, NULL                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_queued_is_one_commit),
        TEST(full_queue_is_busy),
        TEST(many_threads),
        TEST(failing_operation_harms_nobody),
        TEST(failed_append_is_final),
        TEST(own_failure_undoes_and_is_passed_on),
        TEST(record_size_is_bounded),
        TEST(keys_are_announced_around_the_commit),
        TEST(close_finishes_what_is_queued),
        TEST(full_disk_is_clean),
        TEST(full_disk_takes_the_whole_batch),
        TEST(failing_disk_stops_the_process),
        TEST(wal_is_bounded_under_constant_writing),
        TEST(wal_waits_for_a_reader_and_goes_on),
        TEST(quiet_time_puts_the_wal_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
