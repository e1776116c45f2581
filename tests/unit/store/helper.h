/* What the store's tests share: a store in a folder of its own, synchronous writes, short ways to
 * say a record. Every helper fails the test itself. */
#ifndef SMA_TESTS_UNIT_STORE_HELPER_H
#define SMA_TESTS_UNIT_STORE_HELPER_H

#include <ftw.h>
#include <pthread.h>
#include <unistd.h>

#include "store/record.h"
#include "store/store.h"
#include "tests/support/test.h"

struct fixture {
    char dir[64];
    struct sma_store_options options;
    struct sma_store *store;
    struct sma_view *view; /* of the latest look() */
    struct sma_arena arena;
    int64_t now_ms;
};

static inline int64_t fixture_now(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static inline void fixture_open(struct fixture *f)
{
    struct sma_error err = SMA_ERROR_INIT;
    f->options.data_dir = f->dir;
    f->options.now_ms = fixture_now;
    f->options.now_ctx = f;
    if (sma_store_open(&f->store, &f->options, &err))
        fail_msg("open: %s", err.message);
}

static inline void fixture_close(struct fixture *f)
{
    sma_view_release(f->view);
    f->view = NULL;
    sma_store_close(f->store);
    f->store = NULL;
}

static inline void fixture_folder(struct fixture *f)
{
    *f = (struct fixture){.now_ms = 1000};
    strcpy(f->dir, "/tmp/schemata-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    sma_arena_init(&f->arena, 0);
}

static inline int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

static inline void fixture_remove(struct fixture *f)
{
    fixture_close(f);
    sma_arena_fini(&f->arena);
    nftw(f->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* setup and teardown for cmocka: *state is a fixture with an open store. */
static inline int fixture_setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    fixture_folder(f);
    fixture_open(f);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    fixture_remove(f);
    free(f);
    return 0;
}

/* A fresh snapshot; the one before ends. */
static inline struct sma_view *look(struct fixture *f)
{
    struct sma_error err = SMA_ERROR_INIT;
    sma_view_release(f->view);
    f->view = NULL;
    if (sma_store_view(&f->view, f->store, &err))
        fail_msg("view: %s", err.message);
    return f->view;
}

/* ---- records ------------------------------------------------------------------------------- */

static inline struct sma_str text_of(struct fixture *f, struct sma_buf *buf)
{
    struct sma_str text = sma_arena_copy(&f->arena, sma_buf_str(buf));
    assert_non_null(text.ptr);
    assert_false(sma_buf_failed(buf));
    sma_buf_fini(buf);
    return text;
}

static inline struct sma_record schema_record(struct fixture *f, const struct sma_version *row)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_schema_key(&key, row->subject, row->version);
    sma_record_schema_value(&value, row);
    struct sma_str k = text_of(f, &key);
    return (struct sma_record){k, text_of(f, &value)};
}

/* A live AVRO row whose text is `text`. */
static inline struct sma_record put(struct fixture *f, const char *subject, int version, int id,
                                    const char *text)
{
    struct sma_version row = {.subject = sma_str_z(subject),
                              .version = version,
                              .id = id,
                              .type = SMA_STR("AVRO"),
                              .content = {.text = sma_str_z(text)}};
    return schema_record(f, &row);
}

/* The same, soft-deleted. */
static inline struct sma_record put_deleted(struct fixture *f, const char *subject, int version,
                                            int id, const char *text)
{
    struct sma_version row = {.subject = sma_str_z(subject),
                              .version = version,
                              .id = id,
                              .type = SMA_STR("AVRO"),
                              .is_deleted = true,
                              .content = {.text = sma_str_z(text)}};
    return schema_record(f, &row);
}

/* With one reference named "r". */
static inline struct sma_record put_with_reference(struct fixture *f, const char *subject,
                                                   int version, int id, const char *text,
                                                   const char *target, int target_version)
{
    struct sma_reference reference = {SMA_STR("r"), sma_str_z(target), target_version};
    struct sma_version row = {
        .subject = sma_str_z(subject),
        .version = version,
        .id = id,
        .type = SMA_STR("AVRO"),
        .content = {.text = sma_str_z(text), .references = &reference, .reference_count = 1}};
    return schema_record(f, &row);
}

static inline struct sma_record drop(struct fixture *f, const char *subject, int version)
{
    struct sma_buf key;
    sma_buf_init(&key, 0);
    sma_record_schema_key(&key, sma_str_z(subject), version);
    return (struct sma_record){text_of(f, &key), {NULL, 0}};
}

/* Key and value as they stand; value NULL for a tombstone. */
static inline struct sma_record raw(const char *key, const char *value)
{
    return (struct sma_record){sma_str_z(key), sma_str_z(value)};
}

static inline struct sma_record delete_subject(struct fixture *f, const char *subject,
                                               int watermark)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_delete_subject_key(&key, sma_str_z(subject));
    sma_record_delete_subject_value(&value, sma_str_z(subject), watermark);
    struct sma_str k = text_of(f, &key);
    return (struct sma_record){k, text_of(f, &value)};
}

static inline struct sma_record clear_subject(struct fixture *f, const char *scope)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_clear_subject_key(&key, sma_str_z(scope));
    sma_record_clear_subject_value(&value, sma_str_z(scope));
    struct sma_str k = text_of(f, &key);
    return (struct sma_record){k, text_of(f, &value)};
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A write that appends records and can be waited for. */
struct sync_write {
    struct sma_write write;
    const struct sma_record *records;
    size_t count;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool is_done;
    enum sma_status st;
    struct sma_error err;
};

static inline enum sma_status sync_run(struct sma_write *write, struct sma_txn *txn,
                                       struct sma_error *err)
{
    struct sync_write *w = (struct sync_write *)write;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < w->count; i++)
        st = sma_txn_append(txn, &w->records[i], err);
    return st;
}

static inline void sync_done(struct sma_write *write, enum sma_status st,
                             const struct sma_error *err)
{
    struct sync_write *w = (struct sync_write *)write;
    pthread_mutex_lock(&w->mutex);
    w->st = st;
    w->err = *err;
    w->is_done = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

static inline void sync_init(struct sync_write *w, const struct sma_record *records, size_t count)
{
    *w = (struct sync_write){
        .write = {.run = sync_run, .done = sync_done}, .records = records, .count = count};
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
}

static inline enum sma_status sync_wait(struct sync_write *w)
{
    pthread_mutex_lock(&w->mutex);
    while (!w->is_done)
        pthread_cond_wait(&w->changed, &w->mutex);
    pthread_mutex_unlock(&w->mutex);
    return w->st;
}

static inline void sync_fini(struct sync_write *w)
{
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
}

/* One operation of `count` records; err may be NULL. */
static inline enum sma_status try_write(struct fixture *f, const struct sma_record *records,
                                        size_t count, struct sma_error *err)
{
    struct sync_write w;
    struct sma_error mine = SMA_ERROR_INIT;
    sync_init(&w, records, count);
    enum sma_status st = sma_store_submit(f->store, &w.write, &mine);
    if (!st) {
        st = sync_wait(&w);
        mine = w.err;
    }
    sync_fini(&w);
    if (err)
        *err = mine;
    return st;
}

static inline void write_all(struct fixture *f, const struct sma_record *records, size_t count)
{
    struct sma_error err = SMA_ERROR_INIT;
    if (try_write(f, records, count, &err))
        fail_msg("write: %s", err.message);
}

static inline void write_one(struct fixture *f, struct sma_record record)
{
    write_all(f, &record, 1);
}

/* The record must be ignored with this reason (a prefix of it). */
static inline void write_refused(struct fixture *f, struct sma_record record, const char *reason)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str prefix = SMA_STR("record was not applied: ");
    enum sma_status st = try_write(f, &record, 1, &err);
    if (st != SMA_ECONFLICT || !sma_str_starts(sma_str_z(err.message), prefix) ||
        !sma_str_starts(sma_str_from(sma_str_z(err.message), prefix.len), sma_str_z(reason)))
        fail_msg("want \"%s\", got %s \"%s\"", reason, sma_status_name(st), err.message);
}

/* ---- looking ------------------------------------------------------------------------------- */

/* All rows as one line each: subject, version, id, text, '-' when soft-deleted. A text, so that a
 * failing comparison shows both sides. */
static inline bool describe_row(void *ctx, const struct sma_version *row)
{
    sma_buf_printf(ctx, "%.*s/%d id=%d %.*s%s\n", SMA_STR_ARG(row->subject), (int)row->version,
                   (int)row->id, SMA_STR_ARG(row->content.text), row->is_deleted ? " -" : "");
    return true;
}

static inline void expect_rows(struct fixture *f, const char *want)
{
    struct sma_schema_filter all = {.deleted = SMA_WITH_DELETED};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    if (sma_view_schemas(look(f), &all, describe_row, &got, &err))
        fail_msg("schemas: %s", err.message);
    sma_test_same_text("rows", sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

/* fsck on the closed folder must find nothing. */
static inline void expect_clean(struct fixture *f)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf report;
    bool is_clean = false;
    fixture_close(f);
    sma_buf_init(&report, 0);
    if (sma_store_fsck(f->dir, &report, &is_clean, &err))
        fail_msg("fsck: %s", err.message);
    if (!is_clean || report.len)
        fail_msg("fsck found:\n%s", report.ptr);
    sma_buf_fini(&report);
}

#endif
