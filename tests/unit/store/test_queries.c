/* The contract of the questions that a view answers. */
#include "tests/unit/store/helper.h"

/* ---- versions of a subject ----------------------------------------------------------------- */

static void fill_versions(struct fixture *f)
{
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "s", 2, 2, "bb"));
    write_one(f, put_deleted(f, "s", 3, 3, "ccc"));
    write_one(f, put_deleted(f, "gone", 1, 1, "a"));
}

static void one_version(void **state)
{
    static const struct {
        const char *subject;
        int version;
        enum sma_deleted deleted;
        enum sma_status want;
    } rows[] = {
        {"s", 1, SMA_LIVE, SMA_OK},
        {"s", 1, SMA_WITH_DELETED, SMA_OK},
        {"s", 1, SMA_ONLY_DELETED, SMA_ENOTFOUND},
        {"s", 3, SMA_LIVE, SMA_ENOTFOUND},
        {"s", 3, SMA_WITH_DELETED, SMA_OK},
        {"s", 3, SMA_ONLY_DELETED, SMA_OK},
        {"s", 4, SMA_WITH_DELETED, SMA_ENOTFOUND},
        {"t", 1, SMA_WITH_DELETED, SMA_ENOTFOUND},
    };
    struct fixture *f = *state;
    struct sma_version row;
    fill_versions(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = sma_view_version(look(f), &f->arena, sma_str_z(rows[i].subject),
                                              rows[i].version, rows[i].deleted, &row, &err);
        if (st != rows[i].want || err.message[0])
            fail_msg("row %zu: %s %s", i, sma_status_name(st), err.message);
    }
}

static int latest(struct fixture *f, const char *subject, enum sma_deleted deleted)
{
    struct sma_version row = {0};
    enum sma_status st =
        sma_view_latest(look(f), &f->arena, sma_str_z(subject), deleted, &row, NULL);
    assert_true(st == SMA_OK || st == SMA_ENOTFOUND);
    return row.version;
}

static void latest_version(void **state)
{
    struct fixture *f = *state;
    fill_versions(f);
    assert_int_equal(latest(f, "s", SMA_LIVE), 2);
    assert_int_equal(latest(f, "s", SMA_WITH_DELETED), 3);
    assert_int_equal(latest(f, "s", SMA_ONLY_DELETED), 3);
    assert_int_equal(latest(f, "gone", SMA_LIVE), 0);
    assert_int_equal(latest(f, "gone", SMA_WITH_DELETED), 1);
    assert_int_equal(latest(f, "nobody", SMA_WITH_DELETED), 0);
}

static void version_numbers(void **state)
{
    struct fixture *f = *state;
    struct sma_version_number *list;
    size_t count;
    fill_versions(f);
    write_one(f, put_with_reference(f, "s", 4, 4, "dddd", "s", 1));
    assert_int_equal(
        sma_view_versions(look(f), &f->arena, SMA_STR("s"), SMA_WITH_DELETED, &list, &count, NULL),
        SMA_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].version, i + 1);
        assert_int_equal(list[i].id, i + 1);
        assert_int_equal(list[i].text_bytes, i + 1);
        assert_int_equal(list[i].reference_count, i == 3);
        assert_int_equal(list[i].is_deleted, i == 2);
    }
    assert_int_equal(
        sma_view_versions(look(f), &f->arena, SMA_STR("s"), SMA_LIVE, &list, &count, NULL), SMA_OK);
    assert_int_equal(count, 3);
    assert_int_equal(
        sma_view_versions(look(f), &f->arena, SMA_STR("x"), SMA_LIVE, &list, &count, NULL), SMA_OK);
    assert_int_equal(count, 0);
}

static struct sma_version any_version(struct fixture *f, const char *subject, int version)
{
    struct sma_version row;
    assert_int_equal(sma_view_version(look(f), &f->arena, sma_str_z(subject), version,
                                      SMA_WITH_DELETED, &row, NULL),
                     SMA_OK);
    return row;
}

static void versions_by_hash(void **state)
{
    struct fixture *f = *state;
    struct sma_version *rows, model;
    size_t count;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put_deleted(f, "s", 2, 1, "a"));
    write_one(f, put(f, "s", 3, 2, "b"));
    write_one(f, put(f, "s", 4, 9, "a")); /* a second id for one content: an import */
    write_one(f, put(f, "t", 1, 1, "a"));
    write_one(f, put(f, ":.c:s", 7, 1, "a"));
    model = any_version(f, "s", 1);
    assert_int_equal(sma_view_versions_by_hash(look(f), &f->arena, SMA_STR("s"), model.content.hash,
                                               SMA_WITH_DELETED, &rows, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].version, 4); /* newest first */
    assert_int_equal(rows[1].version, 2);
    assert_int_equal(rows[2].version, 1);
    sma_test_same_text("text", rows[2].content.text, SMA_STR("a"));
    assert_int_equal(sma_view_versions_by_hash(look(f), &f->arena, SMA_STR("s"), model.content.hash,
                                               SMA_LIVE, &rows, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 2);
    memset(model.content.hash, 7, sizeof model.content.hash);
    assert_int_equal(sma_view_versions_by_hash(look(f), &f->arena, SMA_STR("s"), model.content.hash,
                                               SMA_LIVE, &rows, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 0);
}

/* ---- ids ----------------------------------------------------------------------------------- */

static void id_names_its_newest_live_row(void **state)
{
    struct fixture *f = *state;
    struct sma_id_row row;
    write_one(f, put(f, "b", 1, 1, "x"));
    write_one(f, put(f, "a", 1, 1, "x"));
    assert_int_equal(sma_view_id(look(f), &f->arena, SMA_STR("."), 1, &row, NULL), SMA_OK);
    sma_test_same_text("written last", row.newest.subject, SMA_STR("a"));
    write_one(f, put_deleted(f, "a", 1, 1, "x"));
    assert_int_equal(sma_view_id(look(f), &f->arena, SMA_STR("."), 1, &row, NULL), SMA_OK);
    sma_test_same_text("live", row.newest.subject, SMA_STR("b"));
    assert_false(row.newest.is_deleted);
    write_one(f, delete_subject(f, "b", 1));
    assert_int_equal(sma_view_id(look(f), &f->arena, SMA_STR("."), 1, &row, NULL), SMA_OK);
    assert_true(row.newest.is_deleted);
    sma_test_same_text("rewritten last", row.newest.subject, SMA_STR("a"));
}

static void id_versions_name_each_subject_once(void **state)
{
    struct fixture *f = *state;
    struct sma_version *rows, row;
    size_t count;
    write_one(f, put(f, "b", 2, 1, "x"));
    write_one(f, put(f, "b", 1, 1, "x")); /* written later: this one counts */
    write_one(f, put_deleted(f, "a", 1, 1, "x"));
    write_one(f, put(f, ":.c:z", 1, 1, "y"));
    assert_int_equal(sma_view_id_versions(look(f), &f->arena, SMA_STR("."), 1, SMA_WITH_DELETED,
                                          &rows, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 2);
    sma_test_same_text("first", rows[0].subject, SMA_STR("a"));
    assert_true(rows[0].is_deleted);
    sma_test_same_text("second", rows[1].subject, SMA_STR("b"));
    assert_int_equal(rows[1].version, 1);
    sma_test_same_text("content", rows[1].content.text, SMA_STR("x"));
    assert_int_equal(
        sma_view_id_versions(look(f), &f->arena, SMA_STR("."), 1, SMA_LIVE, &rows, &count, NULL),
        SMA_OK);
    assert_int_equal(count, 1);
    assert_int_equal(
        sma_view_id_versions(look(f), &f->arena, SMA_STR("."), 8, SMA_LIVE, &rows, &count, NULL),
        SMA_OK);
    assert_int_equal(count, 0);

    assert_int_equal(
        sma_view_id_subject(look(f), &f->arena, SMA_STR("."), 1, SMA_STR("b"), &row, NULL), SMA_OK);
    assert_int_equal(row.version, 1);
    assert_int_equal(
        sma_view_id_subject(look(f), &f->arena, SMA_STR("."), 1, SMA_STR("a"), &row, NULL), SMA_OK);
    assert_int_equal(
        sma_view_id_subject(look(f), &f->arena, SMA_STR("."), 1, SMA_STR("q"), &row, NULL),
        SMA_ENOTFOUND);
    assert_int_equal(
        sma_view_id_subject(look(f), &f->arena, SMA_STR("."), 2, SMA_STR("b"), &row, NULL),
        SMA_ENOTFOUND);
}

static void id_by_hash_takes_the_last_written(void **state)
{
    struct fixture *f = *state;
    struct sma_version row;
    int32_t id;
    write_one(f, put(f, "s", 1, 5, "x"));
    row = any_version(f, "s", 1);
    assert_int_equal(sma_view_id_by_hash(look(f), SMA_STR("."), row.content.hash, &id, NULL),
                     SMA_OK);
    assert_int_equal(id, 5);
    assert_int_equal(sma_view_id_by_hash(look(f), SMA_STR(".c"), row.content.hash, &id, NULL),
                     SMA_ENOTFOUND);
    write_one(f, put(f, "s", 2, 3, "x"));
    assert_int_equal(sma_view_id_by_hash(look(f), SMA_STR("."), row.content.hash, &id, NULL),
                     SMA_OK);
    assert_int_equal(id, 3);
    write_one(f, put_deleted(f, "s", 1, 5, "x"));
    assert_int_equal(sma_view_id_by_hash(look(f), SMA_STR("."), row.content.hash, &id, NULL),
                     SMA_OK);
    assert_int_equal(id, 5);
}

static void guid_finds_any_row(void **state)
{
    struct fixture *f = *state;
    struct sma_version row, found;
    write_one(f, put(f, ":.c:s", 1, 5, "x"));
    write_one(f, put(f, "t", 1, 1, "x"));
    row = any_version(f, "t", 1);
    assert_int_equal(sma_view_guid(look(f), &f->arena, row.content.hash, &found, NULL), SMA_OK);
    sma_test_same_text("written last", found.subject, SMA_STR("t"));
    write_one(f, put(f, ":.c:s", 1, 5, "x"));
    assert_int_equal(sma_view_guid(look(f), &f->arena, row.content.hash, &found, NULL), SMA_OK);
    sma_test_same_text("written last", found.subject, SMA_STR(":.c:s"));
    memset(row.content.hash, 1, sizeof row.content.hash);
    assert_int_equal(sma_view_guid(look(f), &f->arena, row.content.hash, &found, NULL),
                     SMA_ENOTFOUND);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void fill_subjects(struct fixture *f)
{
    static const char *const subjects[] = {"a",    "b",        "b%x",   "b_x",     "ba",
                                           "c",    ":.c:a",    ":.c:b", ":.c-d:b", ":.cc:bz",
                                           ":odd", "\xc3\xa9", "B",     "",        ":.c:"};
    for (size_t i = 0; i < SMA_COUNT(subjects); i++)
        write_one(f, put(f, subjects[i], 1, 1, "x"));
    write_one(f, delete_subject(f, "ba", 1));
    write_one(f, delete_subject(f, ":.c:b", 1));
    write_one(f, put(f, "c", 2, 2, "y"));
    write_one(f, delete_subject(f, "c", 1)); /* the second version stays live */
}

static void subject_lists(void **state)
{
    static const struct {
        const char *context, *prefix;
        enum sma_deleted deleted;
        unsigned offset, limit;
        const char *want;
    } rows[] = {
        {NULL, "", SMA_LIVE, 0, 0, "|:.c-d:b|:.c:|:.c:a|:.cc:bz|:odd|B|a|b|b%x|b_x|c|\xc3\xa9"},
        {NULL, "", SMA_ONLY_DELETED, 0, 0, ":.c:b|ba"},
        {NULL, "", SMA_WITH_DELETED, 3, 3, ":.c:a|:.c:b|:.cc:bz"},
        {".", "", SMA_LIVE, 0, 0, "|:odd|B|a|b|b%x|b_x|c|\xc3\xa9"},
        {".", "", SMA_WITH_DELETED, 1, 2, ":odd|B"},
        {".", "b", SMA_WITH_DELETED, 0, 0, "b|b%x|b_x|ba"},
        {".", "b_", SMA_LIVE, 0, 0, "b_x"},
        {".", "b%", SMA_LIVE, 0, 0, "b%x"},
        {".", ":", SMA_LIVE, 0, 0, ":odd"},
        {".", "\xc3", SMA_LIVE, 0, 0, "\xc3\xa9"},
        {".c", "", SMA_LIVE, 0, 0, ":.c:|:.c:a"},
        {".c", "b", SMA_ONLY_DELETED, 0, 0, ":.c:b"},
        {".c", "", SMA_WITH_DELETED, 2, 0, ":.c:b"},
        {".x", "", SMA_WITH_DELETED, 0, 0, ""},
        {NULL, "b", SMA_WITH_DELETED, 0, 0, ":.c-d:b|:.c:b|:.cc:bz|b|b%x|b_x|ba"},
        {NULL, "b", SMA_LIVE, 1, 3, ":.cc:bz|b|b%x"},
        {NULL, "zz", SMA_LIVE, 0, 0, ""},
        {NULL, "", SMA_LIVE, 99, 0, ""},
    };
    struct fixture *f = *state;
    fill_subjects(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_subject_filter filter = {.context = sma_str_z(rows[i].context),
                                            .prefix = sma_str_z(rows[i].prefix),
                                            .deleted = rows[i].deleted,
                                            .offset = rows[i].offset,
                                            .limit = rows[i].limit};
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_str *list;
        size_t count;
        struct sma_buf got;
        char name[32];
        sma_buf_init(&got, 0);
        if (sma_view_subjects(look(f), &f->arena, &filter, &list, &count, &err))
            fail_msg("row %zu: %s", i, err.message);
        for (size_t k = 0; k < count; k++)
            sma_buf_printf(&got, "%s%.*s", k ? "|" : "", SMA_STR_ARG(list[k]));
        snprintf(name, sizeof name, "row %zu", i);
        sma_test_same_text(name, sma_buf_str(&got), sma_str_z(rows[i].want));
        sma_buf_fini(&got);
    }
}

/* Walks that go on behind where they ended, in snapshots of their own, see what one walk sees. */
static void walks_that_go_on(void **state)
{
    static const struct {
        const char *context, *prefix;
    } rows[] = {{NULL, ""}, {NULL, "b"}, {".", ""}, {".", "b"}, {".c", ""}, {".c", "a"}};
    struct fixture *f = *state;
    fill_subjects(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        for (enum sma_deleted deleted = SMA_LIVE; deleted <= SMA_ONLY_DELETED; deleted++) {
            struct sma_subject_filter filter = {.context = sma_str_z(rows[i].context),
                                                .prefix = sma_str_z(rows[i].prefix),
                                                .deleted = deleted};
            struct sma_str *all, *one;
            size_t count, got, seen = 0;
            assert_int_equal(sma_view_subjects(look(f), &f->arena, &filter, &all, &count, NULL),
                             SMA_OK);
            filter.limit = 1;
            for (;; seen++) {
                assert_int_equal(sma_view_subjects(look(f), &f->arena, &filter, &one, &got, NULL),
                                 SMA_OK);
                if (!got)
                    break;
                assert_true(seen < count);
                sma_test_same_text("subject", one[0], all[seen]);
                filter.after = one[0];
            }
            assert_int_equal(seen, count);
        }
    }
}

struct row_seen {
    struct fixture *f;
    struct sma_str subject;
    int32_t version;
    size_t count;
    struct sma_buf *out;
};

static bool note_row(void *ctx, const struct sma_version *row)
{
    struct row_seen *seen = ctx;
    seen->subject = sma_arena_copy(&seen->f->arena, row->subject);
    seen->version = row->version;
    seen->count++;
    sma_buf_printf(seen->out, "%.*s/%d ", SMA_STR_ARG(row->subject), (int)row->version);
    return true;
}

static void schema_walks_that_go_on(void **state)
{
    static const struct {
        const char *context, *prefix;
    } rows[] = {{NULL, ""}, {NULL, "a"}, {".", ""}, {".c", ""}};
    struct fixture *f = *state;
    write_one(f, put(f, "a", 1, 1, "x"));
    write_one(f, put_deleted(f, "a", 2, 2, "y"));
    write_one(f, put(f, "a", 3, 3, "z"));
    write_one(f, put_deleted(f, "b", 1, 1, "x"));
    write_one(f, put(f, "ab", 1, 1, "x"));
    write_one(f, put(f, ":.c:a", 1, 1, "x"));
    for (size_t i = 0; i < SMA_COUNT(rows) * 6; i++) {
        struct sma_schema_filter filter = {.context = sma_str_z(rows[i / 6].context),
                                           .prefix = sma_str_z(rows[i / 6].prefix),
                                           .deleted = (enum sma_deleted)(i % 3),
                                           .is_latest_only = i / 3 % 2};
        struct sma_buf all, parts;
        sma_buf_init(&all, 0);
        sma_buf_init(&parts, 0);
        struct row_seen seen = {.f = f, .out = &all};
        assert_int_equal(sma_view_schemas(look(f), &filter, note_row, &seen, NULL), SMA_OK);
        seen = (struct row_seen){.f = f, .out = &parts};
        filter.limit = 1;
        for (size_t before = (size_t)-1; seen.count != before;) {
            before = seen.count;
            assert_int_equal(sma_view_schemas(look(f), &filter, note_row, &seen, NULL), SMA_OK);
            filter.after = seen.subject;
            filter.after_version = seen.version;
        }
        sma_test_same_text("rows", sma_buf_str(&parts), sma_buf_str(&all));
        sma_buf_fini(&all);
        sma_buf_fini(&parts);
    }
}

static void subject_presence(void **state)
{
    static const struct {
        const char *subject;
        bool live, any, only;
    } rows[] = {{"a", true, true, false},
                {"ba", false, true, true},
                {"c", true, true, true}, /* it has a soft-deleted row */
                {"none", false, false, false}};
    struct fixture *f = *state;
    fill_subjects(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        bool live, any, only;
        struct sma_str subject = sma_str_z(rows[i].subject);
        struct sma_view *view = look(f);
        assert_int_equal(sma_view_has_subject(view, subject, SMA_LIVE, &live, NULL), SMA_OK);
        assert_int_equal(sma_view_has_subject(view, subject, SMA_WITH_DELETED, &any, NULL), SMA_OK);
        assert_int_equal(sma_view_has_subject(view, subject, SMA_ONLY_DELETED, &only, NULL),
                         SMA_OK);
        if (live != rows[i].live || any != rows[i].any || only != rows[i].only)
            fail_msg("%s: %d %d %d", rows[i].subject, live, any, only);
    }
}

static void schema_walks(void **state)
{
    static const struct {
        const char *context, *prefix;
        enum sma_deleted deleted;
        bool is_latest_only;
        unsigned offset, limit;
        const char *want;
    } rows[] = {
        {NULL, "", SMA_WITH_DELETED, false, 0, 0, "/.c:a/1 a/1 a/2- a/3 b/1- b/2- c/1"},
        {NULL, "", SMA_LIVE, false, 0, 0, "/.c:a/1 a/1 a/3 c/1"},
        {NULL, "", SMA_ONLY_DELETED, false, 0, 0, "a/2- b/1- b/2-"},
        {NULL, "", SMA_LIVE, true, 0, 0, "/.c:a/1 a/3 c/1"},
        {NULL, "", SMA_WITH_DELETED, true, 0, 0, "/.c:a/1 a/3 b/2- c/1"},
        {NULL, "", SMA_WITH_DELETED, false, 3, 3, "a/3 b/1- b/2-"},
        {NULL, "", SMA_LIVE, false, 2, 1, "a/3"},
        {NULL, "", SMA_WITH_DELETED, true, 1, 2, "a/3 b/2-"},
        {".", "", SMA_LIVE, false, 0, 0, "a/1 a/3 c/1"},
        {".", "a", SMA_LIVE, false, 1, 0, "a/3"},
        {".c", "", SMA_LIVE, false, 0, 0, "/.c:a/1"},
        {NULL, "a", SMA_LIVE, false, 0, 0, "/.c:a/1 a/1 a/3"},
        {NULL, "", SMA_WITH_DELETED, false, 7, 0, ""},
    };
    struct fixture *f = *state;
    write_one(f, put(f, "a", 1, 1, "x"));
    write_one(f, put_deleted(f, "a", 2, 2, "y"));
    write_one(f, put(f, "a", 3, 3, "z"));
    write_one(f, put(f, "b", 1, 1, "x"));
    write_one(f, put(f, "b", 2, 2, "y"));
    write_one(f, delete_subject(f, "b", 2));
    write_one(f, put(f, "c", 1, 1, "x"));
    write_one(f, put(f, ":.c:a", 1, 1, "x"));
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_schema_filter filter = {.context = sma_str_z(rows[i].context),
                                           .prefix = sma_str_z(rows[i].prefix),
                                           .deleted = rows[i].deleted,
                                           .is_latest_only = rows[i].is_latest_only,
                                           .offset = rows[i].offset,
                                           .limit = rows[i].limit};
        struct sma_buf got, shown;
        char name[32];
        sma_buf_init(&got, 0);
        sma_buf_init(&shown, 0);
        assert_int_equal(sma_view_schemas(look(f), &filter, describe_row, &got, NULL), SMA_OK);
        sma_buf_putz(&got, ""); /* so that there is a text also without rows */
        /* "a/2 id=2 y -" becomes "a/2-"; ":.c:a" becomes "/.c:a" */
        for (char *line = strtok(got.ptr, "\n"); line; line = strtok(NULL, "\n")) {
            char *space = strchr(line, ' ');
            bool is_deleted = line[strlen(line) - 1] == '-';
            *space = '\0';
            sma_buf_printf(&shown, "%s%s%s%s", shown.len ? " " : "", *line == ':' ? "/" : "",
                           *line == ':' ? line + 1 : line, is_deleted ? "-" : "");
        }
        snprintf(name, sizeof name, "row %zu", i);
        sma_test_same_text(name, sma_buf_str(&shown), sma_str_z(rows[i].want));
        sma_buf_fini(&shown);
        sma_buf_fini(&got);
    }
}

static bool stop_at_two(void *ctx, const struct sma_version *row)
{
    (void)row;
    return ++*(int *)ctx < 2;
}

static void schema_walk_stops_when_told(void **state)
{
    struct fixture *f = *state;
    struct sma_schema_filter all = {.deleted = SMA_LIVE};
    int seen = 0;
    for (int i = 1; i <= 5; i++)
        write_one(f, put(f, "a", i, i,
                         i == 1   ? "1"
                         : i == 2 ? "2"
                         : i == 3 ? "3"
                         : i == 4 ? "4"
                                  : "5"));
    assert_int_equal(sma_view_schemas(look(f), &all, stop_at_two, &seen, NULL), SMA_OK);
    assert_int_equal(seen, 2);
}

/* ---- references ---------------------------------------------------------------------------- */

static void expect_referenced(struct fixture *f, enum sma_deleted targets,
                              enum sma_deleted referrers, const char *want)
{
    int32_t *list;
    size_t count;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    assert_int_equal(sma_view_referenced_versions(look(f), &f->arena, SMA_STR("t"), targets,
                                                  referrers, &list, &count, NULL),
                     SMA_OK);
    for (size_t i = 0; i < count; i++)
        sma_buf_printf(&got, "%d ", (int)list[i]);
    sma_test_same_text("referenced", sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

static void referenced_versions(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "t", 1, 1, "t1"));
    write_one(f, put(f, "t", 2, 2, "t2"));
    write_one(f, put_deleted(f, "t", 3, 3, "t3"));
    write_one(f, put_with_reference(f, "t", 4, 4, "t4", "t", 1)); /* itself: does not count */
    write_one(f, put_with_reference(f, "u", 1, 5, "u", "t", 2));
    write_one(f, put_with_reference(f, "v", 1, 6, "v", "t", 2));
    write_one(f, put_with_reference(f, "w", 1, 7, "w", "t", 3));
    write_one(f, put_with_reference(f, "x", 1, 8, "x", "t", 1));
    write_one(f, delete_subject(f, "x", 1));
    expect_referenced(f, SMA_LIVE, SMA_LIVE, "2 ");
    expect_referenced(f, SMA_WITH_DELETED, SMA_LIVE, "2 3 ");
    expect_referenced(f, SMA_WITH_DELETED, SMA_WITH_DELETED, "1 2 3 ");
    expect_referenced(f, SMA_LIVE, SMA_ONLY_DELETED, "1 ");
}

/* ---- snapshots, stamps, counts ------------------------------------------------------------- */

static void view_is_a_snapshot(void **state)
{
    struct fixture *f = *state;
    struct sma_view *old;
    int64_t position;
    int32_t id;
    struct sma_error err = SMA_ERROR_INIT;
    write_one(f, put(f, "s", 1, 1, "a"));
    assert_int_equal(sma_store_view(&old, f->store, &err), SMA_OK);
    write_one(f, put(f, "s", 2, 2, "b"));
    assert_int_equal(sma_view_max_id(old, SMA_STR("."), &id, NULL), SMA_OK);
    assert_int_equal(id, 1);
    assert_int_equal(sma_view_position(old, &position, NULL), SMA_OK);
    assert_int_equal(position, 1);
    assert_int_equal(sma_view_max_id(look(f), SMA_STR("."), &id, NULL), SMA_OK);
    assert_int_equal(id, 2);
    sma_view_release(old);
}

static int64_t stamp(struct fixture *f, const char *key)
{
    int64_t position = -1;
    assert_int_equal(sma_view_stamp(look(f), sma_str_z(key), &position, NULL), SMA_OK);
    return position;
}

static void stamps_are_positions(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(stamp(f, "s:s"), 0);
    write_one(f, put(f, "s", 1, 1, "a"));                                              /* 1 */
    write_one(f, put(f, ":.c:s", 1, 1, "a"));                                          /* 2 */
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", "{}")); /* 3 */
    write_one(f, raw("{\"keytype\":\"MODE\",\"magic\":0}", "{\"mode\":\"IMPORT\"}"));  /* 4 */
    write_one(f, put_with_reference(f, "u", 1, 2, "u", "s", 1));                       /* 5 */
    assert_int_equal(stamp(f, "s:s"), 1);
    assert_int_equal(stamp(f, "s::.c:s"), 2);
    assert_int_equal(stamp(f, "x:.c"), 2);
    assert_int_equal(stamp(f, "c:s"), 3);
    assert_int_equal(stamp(f, "c:"), 0);
    assert_int_equal(stamp(f, "m:"), 4);
    assert_int_equal(stamp(f, "r:s"), 5);
    assert_int_equal(stamp(f, "x:."), 5);
    write_one(f, delete_subject(f, "u", 1)); /* 6: its target has one live referrer less */
    assert_int_equal(stamp(f, "s:u"), 6);
    assert_int_equal(stamp(f, "r:s"), 6);
    assert_int_equal(stamp(f, "s:s"), 1);
    write_one(f, drop(f, "s", 1)); /* 7: a stamp outlives what it is about */
    assert_int_equal(stamp(f, "s:s"), 7);
}

static void counts_follow(void **state)
{
    struct fixture *f = *state;
    struct sma_counts counts;
    write_one(f, put(f, "a", 1, 1, "x"));
    write_one(f, put(f, "a", 2, 2, "y"));
    write_one(f, put(f, "b", 1, 1, "x"));
    write_one(f, put(f, ":.c:b", 1, 1, "x"));
    assert_int_equal(sma_view_counts(look(f), &counts, NULL), SMA_OK);
    assert_int_equal(counts.subjects, 3);
    assert_int_equal(counts.versions, 4);
    assert_int_equal(counts.schemas, 3);
    assert_int_equal(counts.contexts, 2);
    assert_int_equal(counts.position, 4);
    write_one(f, delete_subject(f, "a", 2));
    write_one(f, drop(f, "b", 1));
    assert_int_equal(sma_view_counts(look(f), &counts, NULL), SMA_OK);
    assert_int_equal(counts.subjects, 1);
    assert_int_equal(counts.versions, 1);
    assert_int_equal(counts.schemas, 3); /* a soft-deleted row keeps its id */
    write_one(f, drop(f, "a", 1));
    assert_int_equal(sma_view_counts(look(f), &counts, NULL), SMA_OK);
    assert_int_equal(counts.schemas, 2);
}

/* A transaction sees its own effects before they are committed. */
static enum sma_status look_inside(struct sma_write *write, struct sma_txn *txn,
                                   struct sma_error *err)
{
    struct sync_write *w = (struct sync_write *)write;
    struct sma_view *view = sma_txn_view(txn);
    int64_t before, after;
    int32_t id;
    enum sma_status st = sma_view_position(view, &before, err);
    if (!st)
        st = sma_txn_append(txn, &w->records[0], err);
    if (!st)
        st = sma_view_position(view, &after, err);
    if (!st)
        st = sma_view_max_id(view, SMA_STR("."), &id, err);
    if (!st && (after != before + 1 || id != 77 || sma_txn_now_ms(txn) != 1000))
        st = sma_fail(err, SMA_EINTERNAL, "position %lld after %lld, id %d", (long long)after,
                      (long long)before, (int)id);
    return st;
}

static void transaction_sees_itself(void **state)
{
    struct fixture *f = *state;
    struct sma_record record = put(f, "s", 1, 77, "a");
    struct sync_write w;
    struct sma_error err = SMA_ERROR_INIT;
    sync_init(&w, &record, 1);
    w.write.run = look_inside;
    assert_int_equal(sma_store_submit(f->store, &w.write, &err), SMA_OK);
    if (sync_wait(&w))
        fail_msg("%s", w.err.message);
    sync_fini(&w);
}

static void awkward_text_survives(void **state)
{
    struct fixture *f = *state;
    struct sma_version row = {
        .subject = SMA_STR("s'\"%_\\\xf0\x9f\x98\x80"),
        .version = 2147483647,
        .id = 2147483647,
        .type = SMA_STR("JSON"),
        .content = {.text = SMA_STR("a\0b'\"\xf0\x9f\x98\x80\n"),
                    .metadata = SMA_STR("{\"properties\":{\"k\":\"\\u0000\"}}"),
                    .rule_set = SMA_STR("{}")}};
    struct sma_version got;
    write_one(f, schema_record(f, &row));
    assert_int_equal(
        sma_view_version(look(f), &f->arena, row.subject, row.version, SMA_LIVE, &got, NULL),
        SMA_OK);
    sma_test_same_text("subject", got.subject, row.subject);
    sma_test_same_text("text", got.content.text, row.content.text);
    sma_test_same_text("metadata", got.content.metadata, row.content.metadata);
    sma_test_same_text("rules", got.content.rule_set, row.content.rule_set);
    assert_int_equal(got.id, row.id);
}

static int teardown(void **state)
{
    expect_clean(*state);
    return fixture_teardown(state);
}

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, fixture_setup, teardown, NULL                                                 \
    }
/* Fills in rows that no registry would write, so fsck has something to say. */
#define TEST_IMPORT(name)                                                                          \
    {                                                                                              \
#name, name, fixture_setup, fixture_teardown, NULL                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_version),
        TEST(latest_version),
        TEST(version_numbers),
        TEST_IMPORT(versions_by_hash),
        TEST(id_names_its_newest_live_row),
        TEST_IMPORT(id_versions_name_each_subject_once),
        TEST(id_by_hash_takes_the_last_written),
        TEST(guid_finds_any_row),
        TEST(subject_lists),
        TEST(subject_presence),
        TEST(walks_that_go_on),
        TEST(schema_walks_that_go_on),
        TEST(schema_walks),
        TEST(schema_walk_stops_when_told),
        TEST(referenced_versions),
        TEST(view_is_a_snapshot),
        TEST_IMPORT(stamps_are_positions),
        TEST(counts_follow),
        TEST(transaction_sees_itself),
        TEST_IMPORT(awkward_text_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
