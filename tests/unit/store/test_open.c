/* Opening: folder, lock, migrations, cold start, ephemeral stores. */
#include <sys/wait.h>

#include <sqlite3.h>

#include "store/state/state.h"
#include "tests/unit/store/helper.h"

/* Runs SQL on the closed folder's database, behind the store's back. */
static void meddle(struct fixture *f, const char *sql)
{
    char path[128], *message = NULL;
    sqlite3 *conn;
    snprintf(path, sizeof path, "%s/schemata.db", f->dir);
    assert_int_equal(sqlite3_open(path, &conn), SQLITE_OK);
    if (sqlite3_exec(conn, sql, NULL, NULL, &message))
        fail_msg("%s: %s", sql, message);
    sqlite3_close(conn);
}

/* The next open must fail with this; a message that starts with '/' goes on behind the folder. */
static void expect_refused(struct fixture *f, enum sma_status want, const char *message)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_store *store = NULL;
    char text[512];
    enum sma_status st = sma_store_open(&store, &f->options, &err);
    snprintf(text, sizeof text, "%s%s", *message == '/' ? f->dir : "", message);
    if (st != want)
        fail_msg("got %s \"%s\"", sma_status_name(st), err.message);
    sma_test_same_text("message", sma_str_z(err.message), sma_str_z(text));
    assert_null(store);
}

static void state_survives(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    fixture_close(f);
    fixture_open(f);
    expect_rows(f, "s/1 id=1 a\n");
    sma_test_same_text("dir", sma_str_z(sma_store_dir(f->store)), sma_str_z(f->dir));
    write_one(f, put(f, "s", 2, 2, "b"));
    expect_rows(f, "s/1 id=1 a\ns/2 id=2 b\n");
    expect_clean(f);
}

static void folder_is_made_with_its_parents(void **state)
{
    struct fixture *f = *state;
    struct fixture other = {.now_ms = 1};
    struct stat info;
    char nested[128];
    snprintf(nested, sizeof nested, "%s/a/b", f->dir);
    other.options.data_dir = nested;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_store *store;
    if (sma_store_open(&store, &other.options, &err))
        fail_msg("%s", err.message);
    assert_int_equal(stat(nested, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    sma_store_close(store);
}

static void unusable_folders(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    f->options.data_dir = "";
    expect_refused(f, SMA_EINVAL, "the data folder has no name");
    f->options.data_dir = "/dev/null/x";
    expect_refused(f, SMA_EIO, "cannot make the folder \"/dev/null/x\": Not a directory");
    struct sma_error err = SMA_ERROR_INIT;
    bool is_clean;
    assert_int_equal(sma_store_fsck("/nowhere", NULL, &is_clean, &err), SMA_EINVAL);
    assert_non_null(strstr(err.message, "\"/nowhere\" holds no data"));
}

/* ---- the lock ------------------------------------------------------------------------------ */

static void second_process_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sma_error err = SMA_ERROR_INIT;
    char want[256];
    int status;
    long owner = (long)getpid();
    pid_t pid = fork();
    if (!pid) {
        struct sma_store *store;
        enum sma_status st = sma_store_open(&store, &f->options, &err);
        snprintf(want, sizeof want, "the data folder \"%s\" is in use by process %ld", f->dir,
                 owner);
        _exit(st != SMA_EBUSY ? 1 : strcmp(err.message, want) ? 2 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    /* A second store in this process, and fsck, are refused in the same way. */
    struct sma_store *store;
    bool is_clean;
    assert_int_equal(sma_store_open(&store, &f->options, &err), SMA_EBUSY);
    assert_int_equal(sma_store_fsck(f->dir, NULL, &is_clean, &err), SMA_EBUSY);
}

static void lock_goes_with_its_process(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    pid_t pid = fork();
    if (!pid) {
        struct sma_store *store;
        _exit(sma_store_open(&store, &f->options, NULL) ? 1 : 0); /* without closing */
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 0);
    fixture_open(f);
}

/* ---- migrations ---------------------------------------------------------------------------- */

static void newer_file_is_refused(void **state)
{
    struct fixture *f = *state;
    char message[160];
    int last = 0;
    while (sma_migrations[last].name)
        last++;
    snprintf(message, sizeof message,
             "/schemata.db: the database is from a newer version: it has migration "
             "\"0999_future\", this build ends at %d",
             last);
    fixture_close(f);
    meddle(f, "INSERT INTO migrations SELECT max(number) + 1, '0999_future', 'x', 0 "
              "FROM migrations");
    expect_refused(f, SMA_EINVAL, message);
}

static void changed_migration_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    meddle(f, "UPDATE migrations SET sha256 = replace(sha256, substr(sha256, 1, 1), 'g')");
    expect_refused(f, SMA_EINVAL,
                   "/schemata.db: migration \"0001_state\" was changed after the database had "
                   "it");
}

static void gap_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    meddle(f, "DELETE FROM migrations WHERE number = 1");
    expect_refused(f, SMA_EINVAL, "/schemata.db: the database has a gap: migration 1 is missing");
}

static void foreign_files_are_refused(void **state)
{
    struct fixture *f = *state;
    char path[128];
    FILE *file;
    fixture_close(f);
    meddle(f, "PRAGMA application_id = 7");
    expect_refused(f, SMA_EINVAL, "/schemata.db: the database file belongs to another program");
    snprintf(path, sizeof path, "%s/schemata.db", f->dir);
    file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database at all\n", file);
    fclose(file);
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_store *store;
    assert_int_equal(sma_store_open(&store, &f->options, &err), SMA_EINVAL);
    assert_non_null(strstr(err.message, "file is not a database"));
}

static struct sma_db *open_db(struct fixture *f, enum sma_db_role role)
{
    char path[128];
    struct sma_db *db;
    struct sma_error err = SMA_ERROR_INIT;
    snprintf(path, sizeof path, "%s/other.db", f->dir);
    struct sma_db_options options = {.role = role, .path = path};
    if (sma_db_open(&db, &options, &err))
        fail_msg("%s", err.message);
    return db;
}

#define MIGRATION(name, sql)                                                                       \
    {                                                                                              \
        name, sql, sql + sizeof(sql) - 1                                                           \
    }
#define BOOK                                                                                       \
    "PRAGMA application_id = 0x534d4152; CREATE TABLE migrations (number INTEGER PRIMARY KEY, "    \
    "name TEXT, sha256 TEXT, applied_ms INTEGER);"

static enum sma_status migrate(struct fixture *f, const struct sma_migration *migrations,
                               struct sma_error *err)
{
    struct sma_db *db = open_db(f, SMA_DB_WRITER);
    enum sma_status st = sma_db_migrate(db, migrations, 5, err);
    sma_db_close(db);
    return st;
}

static void migrations_go_forward(void **state)
{
    struct fixture *f = *state;
    static const char first[] = BOOK, second[] = "CREATE TABLE two (a);",
                      broken[] = "CREATE TABLE three (a); CREATE TABLE two (a);",
                      third[] = "CREATE TABLE three (a);";
    const struct sma_migration one[] = {MIGRATION("0001_a", first), {0}};
    const struct sma_migration two[] = {
        MIGRATION("0001_a", first), MIGRATION("0002_b", second), {0}};
    const struct sma_migration bad[] = {
        MIGRATION("0001_a", first), MIGRATION("0002_b", second), MIGRATION("0003_c", broken), {0}};
    const struct sma_migration good[] = {
        MIGRATION("0001_a", first), MIGRATION("0002_b", second), MIGRATION("0003_c", third), {0}};
    const struct sma_migration hole[] = {
        MIGRATION("0001_a", first), MIGRATION("0003_c", third), {0}};
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(migrate(f, one, &err), SMA_OK);
    assert_int_equal(migrate(f, one, &err), SMA_OK); /* nothing to do */
    struct sma_db *checker = open_db(f, SMA_DB_CHECKER);
    assert_int_equal(sma_db_migrate(checker, two, 5, &err), SMA_EINVAL); /* it only looks */
    sma_db_close(checker);
    sma_error_clear(&err);
    assert_int_equal(migrate(f, two, &err), SMA_OK);
    /* The third fails half-way: wholly undone, and the next build can apply its own. */
    assert_int_equal(migrate(f, bad, &err), SMA_EINTERNAL);
    assert_true(sma_str_starts(sma_str_z(err.message), SMA_STR("migration \"0003_c\": ")));
    sma_error_clear(&err);
    assert_int_equal(migrate(f, good, &err), SMA_OK);
    assert_int_equal(migrate(f, two, &err), SMA_EINVAL); /* an older build */
    sma_error_clear(&err);
    assert_int_equal(migrate(f, hole, &err), SMA_EINVAL);
    sma_test_same_text("hole", sma_str_z(err.message),
                       SMA_STR("migration 2 is missing: found \"0003_c\" in its place"));
}

/* ---- cold start ---------------------------------------------------------------------------- */

static void unapplied_head_is_noticed(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    fixture_close(f);
    meddle(f, "INSERT INTO history (ts_ms, uuid, key, value) SELECT ts_ms, uuid, key, value "
              "FROM history");
    expect_refused(f, SMA_EINVAL,
                   "/schemata.db: the last record of the history (position 2) is not in the "
                   "state; see `schemata fsck`");
}

static void shell_can_read_it(void **state)
{
    struct fixture *f = *state;
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "t", 1, 1, "a"));
    fixture_close(f);
    /* Division by zero is NULL, and no column may be NULL: a row too few or too many fails. */
    meddle(f, "CREATE TEMP TABLE t (a NOT NULL); INSERT INTO t "
              "SELECT 1 / (count(*) = 2 AND min(guid) = '0cc175b9c0f1b6a831c399e269772661' "
              "AND min(text) = 'a') FROM ids");
}

/* ---- ephemeral ----------------------------------------------------------------------------- */

static void ephemeral_store_leaves_nothing(void **state)
{
    struct sma_store_options options = {.is_ephemeral = true};
    struct sma_store *one, *two;
    struct sma_error err = SMA_ERROR_INIT;
    struct stat info;
    char dir[256];
    (void)state;
    if (sma_store_open(&one, &options, &err) || sma_store_open(&two, &options, &err))
        fail_msg("%s", err.message);
    assert_string_not_equal(sma_store_dir(one), sma_store_dir(two));
    snprintf(dir, sizeof dir, "%s", sma_store_dir(one));
    assert_int_equal(stat(dir, &info), 0);
    sma_store_close(one);
    assert_int_equal(stat(dir, &info), -1);
    sma_store_close(two);
    sma_store_close(NULL);
}

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, fixture_setup, fixture_teardown, NULL                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(state_survives),
        TEST(folder_is_made_with_its_parents),
        TEST(unusable_folders),
        TEST(second_process_is_refused),
        TEST(lock_goes_with_its_process),
        TEST(newer_file_is_refused),
        TEST(changed_migration_is_refused),
        TEST(gap_is_refused),
        TEST(foreign_files_are_refused),
        TEST(migrations_go_forward),
        TEST(unapplied_head_is_noticed),
        TEST(shell_can_read_it),
        cmocka_unit_test(ephemeral_store_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
