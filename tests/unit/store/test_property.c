/* Random operations against a model of confluent-rest 14.4 that is as plain as it can be: rows in
 * an array, no indexes, no counts. Afterwards the rows, the ids, the counts and the highest ids
 * must be the model's, and replaying the history must give the same state (I9). */
#include "tests/unit/store/helper.h"

#define RUNS 12
#define STEPS 250
#define MODEL_ROWS 400

static const char *const subjects[] = {"a", "b", "ab", ":.c:a", ":.c:b", ":.d:"};
static const char *const contexts[] = {".", ".c", ".d"};
static const char *const texts[] = {"1", "2", "3", "4", "5", "6"};

struct model_row {
    int subject, version, id, text;
    bool is_deleted;
    int64_t written;
};

struct model {
    struct model_row rows[MODEL_ROWS];
    size_t count;
    int max_id[3];
    int64_t clock;
};

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int pick(uint64_t *seed, size_t below)
{
    return (int)(next_random(seed) % below);
}

static int context_of(int subject)
{
    return subject < 3 ? 0 : subject < 5 ? 1 : 2;
}

static struct model_row *model_find(struct model *m, int subject, int version)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->rows[i].subject == subject && m->rows[i].version == version)
            return &m->rows[i];
    return NULL;
}

static void model_remove(struct model *m, size_t i)
{
    m->rows[i] = m->rows[--m->count];
}

/* False: the id stands for another text. */
static bool model_put(struct model *m, struct model_row row)
{
    for (size_t i = 0; i < m->count; i++)
        if (context_of(m->rows[i].subject) == context_of(row.subject) && m->rows[i].id == row.id &&
            m->rows[i].text != row.text)
            return false;
    struct model_row *old = model_find(m, row.subject, row.version);
    row.written = ++m->clock;
    if (!old)
        old = &m->rows[m->count++];
    *old = row;
    int *max = &m->max_id[context_of(row.subject)];
    *max = row.id > *max ? row.id : *max;
    return true;
}

static void model_drop(struct model *m, int subject, int version)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->rows[i].subject == subject && m->rows[i].version == version)
            model_remove(m, i--);
}

static void model_soft_delete(struct model *m, int subject, int watermark)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->rows[i].subject == subject && m->rows[i].version <= watermark)
            m->rows[i].is_deleted = true;
}

/* subject -1: the default context. */
static void model_clear(struct model *m, int subject)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->rows[i].is_deleted &&
            (subject < 0 ? context_of(m->rows[i].subject) == 0 : m->rows[i].subject == subject))
            model_remove(m, i--);
}

/* ---- comparing ----------------------------------------------------------------------------- */

static int by_subject_and_version(const void *a, const void *b)
{
    const struct model_row *x = a, *y = b;
    int order = strcmp(subjects[x->subject], subjects[y->subject]);
    return order ? order : x->version - y->version;
}

static void compare_rows(struct fixture *f, const struct model *m)
{
    struct model_row sorted[MODEL_ROWS];
    struct sma_buf want;
    sma_buf_init(&want, 0);
    memcpy(sorted, m->rows, m->count * sizeof *sorted);
    qsort(sorted, m->count, sizeof *sorted, by_subject_and_version);
    for (size_t i = 0; i < m->count; i++)
        sma_buf_printf(&want, "%s/%d id=%d %s%s\n", subjects[sorted[i].subject], sorted[i].version,
                       sorted[i].id, texts[sorted[i].text], sorted[i].is_deleted ? " -" : "");
    sma_buf_putz(&want, "");
    expect_rows(f, want.ptr ? want.ptr : "");
    sma_buf_fini(&want);
}

static void compare_ids(struct fixture *f, const struct model *m, int context)
{
    for (int id = 0; id <= m->max_id[context]; id++) {
        const struct model_row *live = NULL, *dead = NULL;
        struct sma_id_row row;
        for (size_t i = 0; i < m->count; i++) {
            const struct model_row **best = m->rows[i].is_deleted ? &dead : &live;
            if (context_of(m->rows[i].subject) == context && m->rows[i].id == id &&
                (!*best || m->rows[i].written > (*best)->written))
                *best = &m->rows[i];
        }
        const struct model_row *want = live ? live : dead;
        enum sma_status st =
            sma_view_id(f->view, &f->arena, sma_str_z(contexts[context]), id, &row, NULL);
        assert_int_equal(st, want ? SMA_OK : SMA_ENOTFOUND);
        if (!want)
            continue;
        sma_test_same_text("id", row.newest.subject, sma_str_z(subjects[want->subject]));
        assert_int_equal(row.newest.version, want->version);
        assert_int_equal(row.newest.is_deleted, want->is_deleted);
    }
}

static void compare_counts(struct fixture *f, const struct model *m)
{
    struct sma_counts counts;
    int64_t versions = 0, live_subjects = 0, ids = 0;
    bool is_live[SMA_COUNT(subjects)] = {false};
    for (size_t i = 0; i < m->count; i++) {
        bool is_first = true;
        versions += !m->rows[i].is_deleted;
        is_live[m->rows[i].subject] |= !m->rows[i].is_deleted;
        for (size_t k = 0; k < i; k++)
            if (m->rows[k].id == m->rows[i].id &&
                context_of(m->rows[k].subject) == context_of(m->rows[i].subject))
                is_first = false;
        ids += is_first;
    }
    for (size_t i = 0; i < SMA_COUNT(subjects); i++)
        live_subjects += is_live[i];
    assert_int_equal(sma_view_counts(f->view, &counts, NULL), SMA_OK);
    assert_int_equal(counts.versions, versions);
    assert_int_equal(counts.subjects, live_subjects);
    assert_int_equal(counts.schemas, ids);
}

static void compare_all(struct fixture *f, const struct model *m)
{
    compare_rows(f, m);
    compare_counts(f, m);
    for (int context = 0; context < 3; context++) {
        int32_t max = -1;
        assert_int_equal(sma_view_max_id(f->view, sma_str_z(contexts[context]), &max, NULL),
                         SMA_OK);
        assert_int_equal(max, m->max_id[context]);
        compare_ids(f, m, context);
    }
}

/* ---- running ------------------------------------------------------------------------------- */

static void put_step(struct fixture *f, struct model *m, uint64_t *seed)
{
    struct model_row row = {.subject = pick(seed, SMA_COUNT(subjects)),
                            .version = 1 + pick(seed, 5),
                            .id = 1 + pick(seed, 8),
                            .text = pick(seed, SMA_COUNT(texts)),
                            .is_deleted = pick(seed, 3) == 0};
    struct sma_record record = (row.is_deleted ? put_deleted : put)(
        f, subjects[row.subject], row.version, row.id, texts[row.text]);
    bool is_applied = model_put(m, row);
    struct sma_error err = SMA_ERROR_INIT;
    enum sma_status st = try_write(f, &record, 1, &err);
    if (st != (is_applied ? SMA_OK : SMA_ECONFLICT))
        fail_msg("%s/%d id=%d %s: %s %s", subjects[row.subject], row.version, row.id,
                 texts[row.text], sma_status_name(st), err.message);
}

static void step(struct fixture *f, struct model *m, uint64_t *seed)
{
    int subject = pick(seed, SMA_COUNT(subjects)), version = 1 + pick(seed, 5);
    switch (pick(seed, 10)) {
    case 0:
    case 1:
        model_drop(m, subject, version);
        write_one(f, drop(f, subjects[subject], version));
        break;
    case 2:
        model_soft_delete(m, subject, version);
        write_one(f, delete_subject(f, subjects[subject], version));
        break;
    case 3:
        /* ":.d:" names a context, whose only subject here is the one without a name. */
        subject = pick(seed, 4) ? subject : -1;
        model_clear(m, subject);
        write_one(f, clear_subject(f, subject < 0 ? "" : subjects[subject]));
        break;
    default:
        put_step(f, m, seed);
        break;
    }
}

static void random_operations(void **state)
{
    for (uint64_t run = 1; run <= RUNS; run++) {
        struct fixture f;
        struct model m = {0};
        uint64_t seed = run * 0x9e3779b97f4a7c15u;
        (void)state;
        fixture_folder(&f);
        fixture_open(&f);
        write_one(&f, raw("{\"keytype\":\"MODE\",\"subject\":\":.__GLOBAL:\",\"magic\":0}",
                          "{\"mode\":\"IMPORT\"}"));
        for (int i = 0; i < STEPS; i++) {
            step(&f, &m, &seed);
            if (i % 25 == 0)
                compare_all(&f, &m);
            if (i == STEPS / 2) { /* a cold start changes nothing */
                fixture_close(&f);
                fixture_open(&f);
            }
        }
        compare_all(&f, &m);
        expect_clean(&f);
        fixture_remove(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_operations)};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
