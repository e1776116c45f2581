/* Memory that runs out at every place it can: the operation fails, the state stays whole, the store
 * goes on. Every allocation of the process counts; under a sanitizer, which has an allocator of its
 * own, those of SQLite. */
#include <sqlite3.h>

#include "tests/unit/store/helper.h"

static _Atomic int left = -1; /* allocations until they fail; negative: they do not */

/* From the first failure on everything fails, as in real life, until the test ends it. */
static bool fails_now(void)
{
    int now = left;
    if (now > 0)
        left = now - 1;
    return now == 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

static sqlite3_mem_methods usual;

static void *failing_malloc(int bytes)
{
    return fails_now() ? NULL : usual.xMalloc(bytes);
}

static void *failing_realloc(void *old, int bytes)
{
    return fails_now() ? NULL : usual.xRealloc(old, bytes);
}

static int arm(void)
{
    int rc = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods failing = usual;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    return rc ? rc : sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

#else

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

__attribute__((visibility("default"))) void *malloc(size_t bytes)
{
    return fails_now() ? NULL : __libc_malloc(bytes);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t bytes)
{
    return fails_now() ? NULL : __libc_calloc(count, bytes);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t bytes)
{
    return fails_now() ? NULL : __libc_realloc(old, bytes);
}

static int arm(void)
{
    return 0;
}

#endif

/* The n-th allocation and all after it fail, for every n until the operation gets through. */
static int fail_until_it_works(struct fixture *f, int version, bool is_cold)
{
    for (int n = 0;; n++) {
        char text[16];
        struct sma_error err = SMA_ERROR_INIT;
        snprintf(text, sizeof text, "t%d", version);
        struct sma_record records[] = {
            put_with_reference(f, "s", version, version + 1, text, "filler", 1),
            delete_subject(f, "s", version - 1), drop(f, "s", version - 1)};
        if (is_cold) { /* no statement prepared, nothing cached */
            fixture_close(f);
            fixture_open(f);
        }
        left = n;
        enum sma_status st = try_write(f, records, 3, &err);
        left = -1;
        if (!st)
            return n;
        if (st != SMA_ENOMEM)
            fail_msg("allocation %d: %s %s", n, sma_status_name(st), err.message);
        sma_arena_reset(&f->arena);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "filler", 1, 1, "filler"));
    write_one(f, put(f, "s", 1, 2, "t1"));
    assert_true(fail_until_it_works(f, 2, true) > 100);
    for (int version = 3; version < 8; version++)
        fail_until_it_works(f, version, false);
    expect_rows(f, "filler/1 id=1 filler\ns/7 id=8 t7\n");
    expect_clean(f);
}

static void reading_may_run_out_of_memory(void **state)
{
    struct fixture *f = *state;
    int failures = 0;
    for (int i = 1; i <= 5; i++) {
        char text[16];
        snprintf(text, sizeof text, "t%d", i);
        write_one(f, put(f, "s", i, i, text));
    }
    for (int n = 0; n < 300; n++) {
        struct sma_view *view = NULL;
        struct sma_version row;
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_version_number *list;
        size_t count;
        if (n % 20 == 0) {
            fixture_close(f);
            fixture_open(f);
        }
        left = n;
        enum sma_status st = sma_store_view(&view, f->store, &err);
        if (!st)
            st = sma_view_latest(view, &f->arena, SMA_STR("s"), SMA_LIVE, &row, &err);
        if (!st)
            st = sma_view_versions(view, &f->arena, SMA_STR("s"), SMA_LIVE, &list, &count, &err);
        sma_view_release(view);
        left = -1;
        if (st && st != SMA_ENOMEM)
            fail_msg("allocation %d: %s %s", n, sma_status_name(st), err.message);
        failures += st != SMA_OK;
        /* The connection is as good as new. */
        assert_int_equal(sma_view_latest(look(f), &f->arena, SMA_STR("s"), SMA_LIVE, &row, &err),
                         SMA_OK);
        assert_int_equal(row.version, 5);
    }
    assert_true(failures > 10);
}

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, fixture_setup, fixture_teardown, NULL                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_may_run_out_anywhere),
        TEST(reading_may_run_out_of_memory),
    };
    if (arm() || sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0)) /* every request counts */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
