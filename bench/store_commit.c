/* What the store adds to a bare commit: registrations per second with 1 and with 32 waiting clients
 * against a loop of one row per FULL commit, in turns on the same disk.
 * store_commit [FOLDER [ROUNDS [SECONDS]]]: prints medians and ratios (goals S6 and S7 without
 * HTTP). */
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/record.h"
#include "store/store.h"

#define CLIENTS_MAX 32
#define TEXT_BYTES 1000
#define ROUNDS_MAX 100

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "store_commit: %s: %s\n", what, why);
    exit(1);
}

/* ---- the anchor ---------------------------------------------------------------------------- */

static void check(sqlite3 *db, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        give_up("bare loop", sqlite3_errmsg(db));
}

struct bare {
    sqlite3 *db;
    sqlite3_stmt *schema, *version;
};

static void bare_open(struct bare *bare, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/bare.db", folder);
    check(NULL, sqlite3_open(path, &bare->db));
    check(bare->db,
          sqlite3_exec(bare->db,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "CREATE TABLE schema(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, "
                       "text TEXT NOT NULL) STRICT;"
                       "CREATE TABLE version(subject TEXT NOT NULL, version INTEGER NOT NULL, "
                       "id INTEGER NOT NULL, PRIMARY KEY(subject, version)) STRICT, WITHOUT ROWID;",
                       NULL, NULL, NULL));
    check(bare->db,
          sqlite3_prepare_v2(bare->db, "INSERT INTO schema(hash, text) VALUES(randomblob(16), ?)",
                             -1, &bare->schema, NULL));
    check(bare->db,
          sqlite3_prepare_v2(bare->db, "INSERT INTO version VALUES(hex(randomblob(12)), 1, ?)", -1,
                             &bare->version, NULL));
}

static double bare_round(struct bare *bare, double seconds)
{
    char text[TEXT_BYTES];
    double start = now(), end = start + seconds;
    long commits = 0;
    memset(text, 'x', sizeof text);
    for (; now() < end; commits++) {
        check(bare->db, sqlite3_exec(bare->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        sqlite3_bind_text(bare->schema, 1, text, sizeof text, SQLITE_STATIC);
        check(bare->db, sqlite3_step(bare->schema));
        sqlite3_reset(bare->schema);
        sqlite3_bind_int64(bare->version, 1, sqlite3_last_insert_rowid(bare->db));
        check(bare->db, sqlite3_step(bare->version));
        sqlite3_reset(bare->version);
        check(bare->db, sqlite3_exec(bare->db, "COMMIT", NULL, NULL, NULL));
    }
    return (double)commits / (now() - start);
}

static void bare_close(struct bare *bare)
{
    sqlite3_finalize(bare->schema);
    sqlite3_finalize(bare->version);
    sqlite3_close(bare->db);
}

/* ---- the store ----------------------------------------------------------------------------- */

struct client {
    struct sma_write write; /* first */
    struct sma_store *store;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_done;
    struct sma_record record;
    double end;
    long count;
};

static _Atomic int32_t last_id;

static enum sma_status run(struct sma_write *write, struct sma_txn *txn, struct sma_error *err)
{
    return sma_txn_append(txn, &((struct client *)write)->record, err);
}

static void done(struct sma_write *write, enum sma_status st, const struct sma_error *err)
{
    struct client *client = (struct client *)write;
    if (st)
        give_up("write", err->message);
    pthread_mutex_lock(&client->mutex);
    client->is_done = true;
    pthread_cond_signal(&client->changed);
    pthread_mutex_unlock(&client->mutex);
}

/* A schema nobody has seen, under a subject nobody has seen. */
static void make_record(struct sma_buf *key, struct sma_buf *value)
{
    char subject[64], text[TEXT_BYTES + 1];
    int32_t id = ++last_id;
    snprintf(subject, sizeof subject, "orders-%08x-value", (uint32_t)id * 2654435761u);
    memset(text, 'x', TEXT_BYTES);
    text[TEXT_BYTES] = '\0';
    memcpy(text, subject, strlen(subject));
    struct sma_version row = {.subject = sma_str_z(subject),
                              .version = 1,
                              .id = id,
                              .type = SMA_STR("AVRO"),
                              .content = {.text = sma_str_z(text)}};
    sma_buf_clear(key);
    sma_buf_clear(value);
    sma_record_schema_key(key, row.subject, 1);
    sma_record_schema_value(value, &row);
}

static void *register_new(void *arg)
{
    struct client *client = arg;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    for (; now() < client->end; client->count++) {
        make_record(&key, &value);
        client->record = (struct sma_record){sma_buf_str(&key), sma_buf_str(&value)};
        client->write = (struct sma_write){.run = run, .done = done};
        client->is_done = false;
        if (sma_store_submit(client->store, &client->write, &err))
            give_up("submit", err.message);
        pthread_mutex_lock(&client->mutex);
        while (!client->is_done)
            pthread_cond_wait(&client->changed, &client->mutex);
        pthread_mutex_unlock(&client->mutex);
    }
    sma_buf_fini(&key);
    sma_buf_fini(&value);
    return NULL;
}

static double store_round(struct sma_store *store, int clients, double seconds)
{
    static struct client all[CLIENTS_MAX];
    double start = now();
    long count = 0;
    for (int i = 0; i < clients; i++) {
        all[i] = (struct client){.store = store, .end = start + seconds};
        pthread_mutex_init(&all[i].mutex, NULL);
        pthread_cond_init(&all[i].changed, NULL);
        if (pthread_create(&all[i].thread, NULL, register_new, &all[i]))
            give_up("thread", "cannot start");
    }
    for (int i = 0; i < clients; i++) {
        pthread_join(all[i].thread, NULL);
        count += all[i].count;
        pthread_cond_destroy(&all[i].changed);
        pthread_mutex_destroy(&all[i].mutex);
    }
    return (double)count / (now() - start);
}

/* ---- the table ----------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

int main(int argc, char **argv)
{
    static double anchor[ROUNDS_MAX], one[ROUNDS_MAX], many[ROUNDS_MAX];
    static double ratio_one[ROUNDS_MAX], ratio_many[ROUNDS_MAX];
    char folder[256], data[300];
    int rounds = argc > 2 ? atoi(argv[2]) : 7;
    double seconds = argc > 3 ? atof(argv[3]) : 0.5;
    struct sma_store_options options = {.data_dir = data};
    struct sma_store_figures figures;
    struct sma_store *store;
    struct sma_error err = SMA_ERROR_INIT;
    struct bare bare;

    snprintf(folder, sizeof folder, "%s/store-commit-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    if (!mkdtemp(folder) || rounds < 1 || rounds > ROUNDS_MAX)
        give_up(folder, "cannot use");
    snprintf(data, sizeof data, "%s/data", folder);
    if (sma_store_open(&store, &options, &err))
        give_up("open", err.message);
    bare_open(&bare, folder);
    for (int i = -1; i < rounds; i++) { /* the first round warms up */
        int at = i < 0 ? 0 : i;
        anchor[at] = bare_round(&bare, seconds);
        one[at] = store_round(store, 1, seconds);
        many[at] = store_round(store, CLIENTS_MAX, seconds);
        ratio_one[at] = one[at] / anchor[at];
        ratio_many[at] = many[at] / anchor[at];
    }
    sma_store_figures(store, &figures);
    printf("bare loop, one row per FULL commit   %8.0f /s   1.00\n", median(anchor, rounds));
    printf("store, 1 client                      %8.0f /s   %.2f\n", median(one, rounds),
           median(ratio_one, rounds));
    printf("store, 32 clients                    %8.0f /s   %.2f\n", median(many, rounds),
           median(ratio_many, rounds));
    printf("commits %llu, operations per commit %.1f (most %llu), checkpoints %llu\n",
           (unsigned long long)figures.commits,
           (double)figures.operations / (double)figures.commits,
           (unsigned long long)figures.batch_max_seen, (unsigned long long)figures.checkpoints);
    bare_close(&bare);
    sma_store_close(store);
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0;
}
