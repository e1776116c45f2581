/* The walks for clients that page: the history behind a position, subjects behind a name. */
#include "tests/unit/store/helper.h"

enum { NAMES_MAX = 16 };

/* ---- history ------------------------------------------------------------------------------- */

struct seen {
    int64_t positions[NAMES_MAX];
    char values[NAMES_MAX][64];
    bool has_value[NAMES_MAX];
    uint8_t uuids[NAMES_MAX][16];
    int64_t ts[NAMES_MAX];
    size_t count, max;
};

static bool note_change(void *ctx, const struct sma_change *change)
{
    struct seen *seen = ctx;
    assert_true(seen->count < NAMES_MAX);
    seen->positions[seen->count] = change->position;
    seen->ts[seen->count] = change->ts_ms;
    seen->has_value[seen->count] = change->record.value.ptr != NULL;
    memcpy(seen->uuids[seen->count], change->uuid, 16);
    snprintf(seen->values[seen->count], sizeof seen->values[0], "%.*s",
             SMA_STR_ARG(change->record.value));
    return ++seen->count < seen->max;
}

static const char noop[] = "{\"keytype\":\"NOOP\",\"magic\":0}";

static void fill_history(struct fixture *f)
{
    f->now_ms = 100;
    write_one(f, put(f, "s", 1, 1, "\"int\""));
    f->now_ms = 200;
    write_one(f, raw(noop, NULL));
    f->now_ms = 300;
    write_one(f, drop(f, "s", 1));
    write_one(f, raw("{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}",
                     "{\"subject\":\"s\",\"mode\":\"READONLY\"}"));
}

static void history_behind_a_position(void **state)
{
    static const struct {
        int64_t after;
        size_t max;
        int64_t first;
        size_t count;
    } rows[] = {
        {0, NAMES_MAX, 1, 4},
        {1, NAMES_MAX, 2, 3},
        {3, NAMES_MAX, 4, 1},
        {4, NAMES_MAX, 0, 0},
        {-1, NAMES_MAX, 1, 4},
        {INT64_MAX, NAMES_MAX, 0, 0},
        {INT64_MIN, NAMES_MAX, 1, 4},
        /* stopped by the caller: at the limit, and one before it */
        {0, 4, 1, 4},
        {0, 3, 1, 3},
        {0, 1, 1, 1},
        {2, 1, 3, 1},
    };
    struct fixture *f = *state;
    fill_history(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct seen seen = {.max = rows[i].max};
        assert_int_equal(sma_view_changes(look(f), rows[i].after, note_change, &seen, NULL),
                         SMA_OK);
        assert_int_equal(seen.count, rows[i].count);
        for (size_t k = 0; k < seen.count; k++)
            assert_int_equal(seen.positions[k], rows[i].first + (int64_t)k);
    }
}

static void changes_are_what_was_written(void **state)
{
    static const int64_t times[] = {100, 200, 300, 300};
    struct fixture *f = *state;
    struct seen seen = {.max = NAMES_MAX};
    fill_history(f);
    assert_int_equal(sma_view_changes(look(f), 0, note_change, &seen, NULL), SMA_OK);
    for (size_t i = 0; i < seen.count; i++) {
        static const uint8_t none[16];
        assert_int_equal(seen.ts[i], times[i]);
        assert_memory_not_equal(seen.uuids[i], none, 16);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(seen.uuids[i], seen.uuids[k], 16);
    }
    assert_true(seen.has_value[0]);
    assert_false(seen.has_value[1]); /* no value and a tombstone are the same */
    assert_false(seen.has_value[2]);
    assert_string_equal(seen.values[3], "{\"subject\":\"s\",\"mode\":\"READONLY\"}");
}

static void an_empty_history(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.max = NAMES_MAX};
    assert_int_equal(sma_view_changes(look(f), 0, note_change, &seen, NULL), SMA_OK);
    assert_int_equal(seen.count, 0);
}

/* A walk ends where its snapshot ends, and one that was stopped leaves nothing behind. */
static void a_walk_is_of_one_snapshot(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.max = 1};
    fill_history(f);
    struct sma_view *view = look(f);
    assert_int_equal(sma_view_changes(view, 0, note_change, &seen, NULL), SMA_OK);
    write_one(f, raw(noop, NULL));
    seen = (struct seen){.max = NAMES_MAX};
    assert_int_equal(sma_view_changes(view, 0, note_change, &seen, NULL), SMA_OK);
    assert_int_equal(seen.count, 4);
    seen = (struct seen){.max = NAMES_MAX};
    assert_int_equal(sma_view_changes(look(f), 0, note_change, &seen, NULL), SMA_OK);
    assert_int_equal(seen.count, 5);
}

/* ---- subjects ------------------------------------------------------------------------------ */

struct listing {
    struct sma_view *view; /* for questions in between; NULL = none */
    struct sma_arena *arena;
    struct sma_buf names; /* subject=all/live@position */
    size_t count, max;
};

static bool note_subject(void *ctx, const struct sma_subject_row *row)
{
    struct listing *l = ctx;
    sma_buf_printf(&l->names, "%s%.*s=%d/%d@%d", l->count ? " " : "", SMA_STR_ARG(row->subject),
                   (int)row->all_versions, (int)row->live_versions, (int)row->position);
    if (l->view) {
        struct sma_version latest;
        enum sma_status st =
            sma_view_latest(l->view, l->arena, row->subject, SMA_WITH_DELETED, &latest, NULL);
        assert_int_equal(st, SMA_OK);
        assert_true(sma_str_eq(latest.subject, row->subject));
    }
    return ++l->count < l->max;
}

static void fill_subjects(struct fixture *f)
{
    write_one(f, put(f, "b", 1, 1, "1"));
    write_one(f, put(f, "b", 2, 2, "2"));
    write_one(f, put_deleted(f, "a", 1, 1, "1"));
    write_one(f, put(f, "b.c", 1, 1, "1"));
    write_one(f, put(f, ":.x:a", 1, 1, "1"));
    write_one(f, put(f, ":.x:b", 1, 2, "2"));
    write_one(f, put(f, ":.xy:a", 1, 1, "1"));
    write_one(f, put(f, "\xc3\xa4", 1, 1, "1")); /* behind ASCII in byte order */
    write_one(f, delete_subject(f, "b.c", 1));
    write_one(f, put(f, "gone", 1, 1, "1"));
    write_one(f, drop(f, "gone", 1));
}

static void expect_subjects(struct fixture *f, const char *what, struct sma_str context,
                            const char *after, size_t max, const char *want)
{
    struct listing l = {.max = max};
    sma_buf_init(&l.names, 0);
    l.view = look(f);
    l.arena = &f->arena;
    assert_int_equal(sma_view_subject_rows(l.view, context,
                                           after ? sma_str_z(after) : (struct sma_str){NULL, 0},
                                           note_subject, &l, NULL),
                     SMA_OK);
    sma_test_same_text(what, sma_buf_str(&l.names), sma_str_z(want));
    sma_buf_fini(&l.names);
}

static void subjects_behind_a_name(void **state)
{
    static const struct {
        const char *name, *context, *after;
        size_t max;
        const char *want;
    } rows[] = {
        {"all", NULL, NULL, NAMES_MAX,
         ":.x:a=1/1@5 :.x:b=1/1@6 :.xy:a=1/1@7 a=1/0@3 b=2/2@2 b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"of the default context", ".", NULL, NAMES_MAX,
         "a=1/0@3 b=2/2@2 b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"of a context whose name begins another", ".x", NULL, NAMES_MAX,
         ":.x:a=1/1@5 :.x:b=1/1@6"},
        {"of a context that is not there", ".z", NULL, NAMES_MAX, ""},
        {"behind a subject", ".", "b", NAMES_MAX, "b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"behind a name that is none", ".", "aa", NAMES_MAX, "b=2/2@2 b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"behind the empty name", ".", "", NAMES_MAX, "a=1/0@3 b=2/2@2 b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"behind the last", ".", "\xc3\xa4", NAMES_MAX, ""},
        {"behind a subject, over contexts", NULL, ":.x:b", NAMES_MAX,
         ":.xy:a=1/1@7 a=1/0@3 b=2/2@2 b.c=1/0@9 \xc3\xa4=1/1@8"},
        {"behind a name before the context", ".x", ":", NAMES_MAX, ":.x:a=1/1@5 :.x:b=1/1@6"},
        {"behind a name after the context", ".x", "a", NAMES_MAX, ""},
        {"one", ".", NULL, 1, "a=1/0@3"},
        {"at the limit", ".x", NULL, 2, ":.x:a=1/1@5 :.x:b=1/1@6"},
        {"stopped at the border of a range", NULL, ":.x:b", 1, ":.xy:a=1/1@7"},
        {"stopped behind it", NULL, ":.x:b", 2, ":.xy:a=1/1@7 a=1/0@3"},
    };
    struct fixture *f = *state;
    fill_subjects(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        expect_subjects(f, rows[i].name,
                        rows[i].context ? sma_str_z(rows[i].context) : (struct sma_str){NULL, 0},
                        rows[i].after, rows[i].max, rows[i].want);
}

/* From page to page, whatever the size: every subject once, in order. */
static void pages_add_up(void **state)
{
    struct fixture *f = *state;
    fill_subjects(f);
    for (size_t max = 1; max <= 8; max++) {
        struct sma_buf all, after;
        size_t count = 0;
        sma_buf_init(&all, 0);
        sma_buf_init(&after, 0);
        for (;;) {
            struct listing l = {.max = max};
            sma_buf_init(&l.names, 0);
            struct sma_str behind = count ? sma_buf_str(&after) : (struct sma_str){NULL, 0};
            assert_int_equal(sma_view_subject_rows(look(f), (struct sma_str){NULL, 0}, behind,
                                                   note_subject, &l, NULL),
                             SMA_OK);
            if (l.count) {
                const char *text = l.names.ptr, *last = text;
                for (const char *at = text; at < text + l.names.len; at++)
                    last = *at == ' ' ? at + 1 : last;
                size_t len =
                    (size_t)((const char *)memchr(last, '=', l.names.len - (size_t)(last - text)) -
                             last);
                sma_buf_clear(&after);
                sma_buf_append(&after, last, len);
                if (count)
                    sma_buf_putc(&all, ' ');
                sma_buf_puts(&all, sma_buf_str(&l.names));
            }
            count += l.count;
            bool is_last = l.count < max;
            sma_buf_fini(&l.names);
            if (is_last)
                break;
        }
        assert_int_equal(count, 7);
        sma_test_same_text("pages", sma_buf_str(&all),
                           SMA_STR(":.x:a=1/1@5 :.x:b=1/1@6 :.xy:a=1/1@7 a=1/0@3 b=2/2@2 "
                                   "b.c=1/0@9 \xc3\xa4=1/1@8"));
        sma_buf_fini(&all);
        sma_buf_fini(&after);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(history_behind_a_position), TEST(changes_are_what_was_written), TEST(an_empty_history),
        TEST(a_walk_is_of_one_snapshot), TEST(subjects_behind_a_name),       TEST(pages_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
