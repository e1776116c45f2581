/* Restoring soft-deleted versions: which, when not, and that a version comes back as it was. */
#include "tests/unit/registry/fixture.h"

#include "registry/restore.h"

static void do_restore(struct fixture *f, struct answer *a, const char *subject, int32_t version)
{
    struct sma_arena arena;
    struct sma_subject parsed;
    sma_arena_init(&arena, 0);
    answer_init(a);
    assert_int_equal(sma_subject_parse(&parsed, &arena, sma_str_z(subject), NULL), SMA_OK);
    sma_restore(f->registry, &parsed, version, on_deleted, a);
    answer_wait(a);
    sma_arena_fini(&arena);
}

static void put(struct fixture *f, const char *subject, const char *text)
{
    struct answer a;
    do_register_text(f, &a, subject, text);
    assert_registered(&a);
}

static void put_referring(struct fixture *f, const char *subject, const char *text,
                          const char *target, int32_t version)
{
    struct answer a;
    const struct sma_reference reference = {SMA_STR("F"), sma_str_z(target), version};
    do_register(
        f, &a, subject,
        &(struct sma_schema_request){
            .id = -1, .text = sma_str_z(text), .references = &reference, .reference_count = 1});
    assert_registered(&a);
}

static void drop(struct fixture *f, const char *subject, int32_t version, bool permanent)
{
    struct answer a;
    do_delete(f, &a, subject, version, permanent);
    assert_registered(&a);
}

/* Restored versions as "1 3", or the code and message of the refusal. */
static void expect(struct fixture *f, const char *subject, int32_t version, const char *want)
{
    struct answer a;
    struct sma_buf got;
    sma_buf_init(&got, 0);
    do_restore(f, &a, subject, version);
    if (a.st)
        sma_buf_printf(&got, "%d %s", a.code, a.message);
    for (size_t i = 0; !a.st && i < a.count; i++)
        sma_buf_printf(&got, "%s%d", i ? " " : "", (int)a.versions[i]);
    sma_test_same_text(subject, sma_buf_str(&got), sma_str_z(want));
    sma_buf_fini(&got);
}

static size_t live_count(struct fixture *f, const char *subject)
{
    struct reading r;
    struct sma_version_number *numbers;
    size_t count = 0;
    reading_open(&r, f);
    assert_int_equal(
        sma_view_versions(r.view, &f->arena, sma_str_z(subject), SMA_LIVE, &numbers, &count, NULL),
        SMA_OK);
    reading_close(&r);
    return count;
}

static void one_version_or_all(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    put(&f, "s", "\"int\"");
    put(&f, "s", "\"long\"");
    put(&f, "s", "\"string\"");
    drop(&f, "s", 1, false);
    drop(&f, "s", 3, false);
    expect(&f, "s", 3, "3");
    assert_int_equal(live_count(&f, "s"), 2);
    expect(&f, "s", 0, "1");
    assert_int_equal(live_count(&f, "s"), 3);
    drop(&f, "s", 0, false); /* by one record with a watermark */
    assert_int_equal(live_count(&f, "s"), 0);
    expect(&f, "s", 0, "1 2 3");
    assert_int_equal(live_count(&f, "s"), 3);
    fixture_close(&f);
}

static void refusals(void **state)
{
    struct fixture f;
    struct answer a;
    (void)state;
    fixture_open(&f);
    put(&f, "s", "\"int\"");
    put(&f, "s", "\"long\"");
    expect(&f, "none", 0, "40401 Subject 'none' not found.");
    expect(&f, "none", 1, "40401 Subject 'none' not found.");
    expect(&f, "s", 0, "40405 Subject 's' has no soft-deleted version");
    expect(&f, "s", 1, "40407 Subject 's' Version 1 is not soft-deleted");
    expect(&f, "s", 3, "40402 Version 3 not found.");
    drop(&f, "s", 1, false);
    drop(&f, "s", 1, true);
    expect(&f, "s", 1, "40402 Version 1 not found.");
    drop(&f, "s", 2, false);
    do_mode(&f, &a, "s", SMA_MODE_READONLY, false);
    assert_registered(&a);
    expect(&f, "s", 2, "42205 Subject s in context  is in read-only mode");
    expect(&f, "s", 0, "42205 Subject s in context  is in read-only mode");
    assert_int_equal(live_count(&f, "s"), 0);
    fixture_close(&f);
}

/* Nobody asks again whether it is compatible: it was, when it was registered. */
static void compatibility_is_not_asked_again(void **state)
{
    struct fixture f;
    struct answer a;
    (void)state;
    fixture_open(&f);
    put(&f, "s", "\"int\"");
    put(&f, "s", "\"string\"");
    drop(&f, "s", 1, false);
    do_config(&f, &a, "s", "{\"compatibility\":\"FULL_TRANSITIVE\"}");
    assert_registered(&a);
    expect(&f, "s", 1, "1");
    fixture_close(&f);
}

/* Id, content, metadata and the version's own identity are those from before. */
static void it_comes_back_as_it_was(void **state)
{
    struct fixture f;
    struct answer a;
    struct reading r;
    struct sma_version before, after;
    const struct sma_property pair = {SMA_STR("owner"), SMA_STR("me")};
    const struct sma_metadata metadata = {
        .properties = {.items = (struct sma_property *)&pair, .count = 1}};
    (void)state;
    fixture_open(&f);
    do_register(
        &f, &a, ":.c:s",
        &(struct sma_schema_request){.id = -1, .text = SMA_STR("\"int\""), .metadata = &metadata});
    assert_registered(&a);
    reading_open(&r, &f);
    assert_int_equal(
        sma_view_version(r.view, &f.arena, SMA_STR(":.c:s"), 1, SMA_LIVE, &before, NULL), SMA_OK);
    reading_close(&r);
    drop(&f, ":.c:s", 0, false);
    expect(&f, ":.c:s", 1, "1");
    reading_open(&r, &f);
    assert_int_equal(
        sma_view_version(r.view, &f.arena, SMA_STR(":.c:s"), 1, SMA_LIVE, &after, NULL), SMA_OK);
    reading_close(&r);
    assert_int_equal(after.id, before.id);
    assert_memory_equal(after.content.hash, before.content.hash, SMA_HASH_LEN);
    assert_memory_equal(after.uuid, before.uuid, sizeof after.uuid);
    sma_test_same_text("metadata", after.content.metadata, before.content.metadata);
    sma_test_same_text("text", after.content.text, SMA_STR("\"int\""));
    do_register(
        &f, &a, ":.c:s",
        &(struct sma_schema_request){.id = -1, .text = SMA_STR("\"int\""), .metadata = &metadata});
    assert_registered(&a);
    assert_false(a.is_new);
    fixture_close(&f);
}

/* What a version refers to must be live: another subject's, or an older version of its own. */
static void references_come_first(void **state)
{
    static const char fixed[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4}";
    struct fixture f;
    (void)state;
    fixture_open(&f);
    put(&f, "target", fixed);
    put_referring(&f, "user", "[\"null\",\"F\"]", "target", 1);
    put(&f, "user", "\"int\"");
    drop(&f, "user", 0, false);
    drop(&f, "target", 0, false);
    expect(&f, "user", 1,
           "409 Version 1 refers to subject 'target' version 1, which is deleted: restore that "
           "first");
    expect(&f, "user", 0,
           "409 Version 1 refers to subject 'target' version 1, which is deleted: restore that "
           "first");
    assert_int_equal(live_count(&f, "user"), 0); /* not version 2 either: all or nothing */
    expect(&f, "user", 2, "2");
    expect(&f, "target", 0, "1");
    expect(&f, "user", 0, "1");

    put(&f, "own", fixed);
    put_referring(&f, "own", "[\"null\",\"F\"]", "own", 1);
    drop(&f, "own", 0, false);
    expect(&f, "own", 2,
           "409 Version 2 refers to subject 'own' version 1, which is deleted: restore that "
           "first");
    expect(&f, "own", 0, "1 2"); /* in this order, each sees the one before */
    fixture_close(&f);
}

/* An unqualified reference means the context of the one who refers. */
static void references_within_a_context(void **state)
{
    static const char fixed[] = "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4}";
    struct fixture f;
    (void)state;
    fixture_open(&f);
    put(&f, "target", fixed);
    put(&f, ":.c:target", fixed);
    put_referring(&f, ":.c:user", "[\"null\",\"F\"]", "target", 1);
    drop(&f, ":.c:user", 0, false);
    drop(&f, ":.c:target", 0, false);
    expect(&f, ":.c:user", 0,
           "409 Version 1 refers to subject ':.c:target' version 1, which is deleted: restore "
           "that first");
    expect(&f, ":.c:target", 0, "1");
    expect(&f, ":.c:user", 0, "1");
    fixture_close(&f);
}

enum { THREADS = 4, ROUNDS = 20 };

struct job {
    struct fixture *f;
    bool is_restore;
    struct answer a;
};

static void *work(void *arg)
{
    struct job *job = arg;
    if (job->is_restore)
        do_restore(job->f, &job->a, "s", 1);
    else
        do_delete(job->f, &job->a, "s", 1, false);
    return NULL;
}

/* Deleting and restoring at once: each succeeds as often as the other lets it. */
static void races_have_an_order(void **state)
{
    struct fixture f;
    struct job *jobs = calloc(THREADS, sizeof *jobs);
    pthread_t threads[THREADS];
    int deleted = 0, restored = 0;
    (void)state;
    assert_non_null(jobs);
    fixture_open(&f);
    put(&f, "s", "\"int\"");
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < THREADS; i++) {
            jobs[i].f = &f;
            jobs[i].is_restore = i % 2;
            assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
        }
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++) {
            deleted += !jobs[i].is_restore && !jobs[i].a.st;
            restored += jobs[i].is_restore && !jobs[i].a.st;
            if (jobs[i].a.st)
                assert_true(jobs[i].a.code == (jobs[i].is_restore ? 40407 : 40406));
        }
    }
    assert_int_equal(deleted - restored, live_count(&f, "s") ? 0 : 1);
    free(jobs);
    fixture_close(&f);
}

/* Whatever allocation fails, all versions are back or none. */
static void memory_runs_out(void **state)
{
    struct fixture f;
    struct answer a;
    (void)state;
    fixture_open(&f);
    put(&f, "s", "\"int\"");
    put(&f, "s", "\"long\"");
    drop(&f, "s", 0, false);
    for (long n = 0;; n++) {
        sma_test_fail_alloc(n);
        do_restore(&f, &a, "s", 0);
        bool is_failed = sma_test_alloc_failed();
        if (!a.st)
            break;
        assert_true(is_failed);
        assert_int_equal(live_count(&f, "s"), 0);
    }
    assert_int_equal(live_count(&f, "s"), 2);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_version_or_all),
        cmocka_unit_test(refusals),
        cmocka_unit_test(compatibility_is_not_asked_again),
        cmocka_unit_test(it_comes_back_as_it_was),
        cmocka_unit_test(references_come_first),
        cmocka_unit_test(references_within_a_context),
        cmocka_unit_test(races_have_an_order),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
