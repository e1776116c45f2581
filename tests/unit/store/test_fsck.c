/* fsck finds what was tampered with, in every table, and what the history says about ids and
 * versions that no single state can show. */
#include <sqlite3.h>

#include "tests/unit/store/helper.h"

static void fill(struct fixture *f)
{
    write_one(f, put(f, "s", 1, 1, "a"));
    write_one(f, put(f, "s", 2, 2, "b"));
    write_one(f, put_with_reference(f, ":.c:u", 1, 1, "u", ":.:s", 1));
    write_one(f, raw("{\"keytype\":\"CONFIG\",\"magic\":0}", "{\"normalize\":true}"));
    write_one(f, raw("{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", "{\"mode\":\"X\"}"));
    write_one(f, raw("{\"keytype\":\"ASSOC\",\"tenant\":\"default\",\"resourceName\":\"n\","
                     "\"resourceNamespace\":\"ns\",\"resourceType\":\"topic\","
                     "\"associationType\":\"key\",\"subject\":\"s\",\"magic\":0}",
                     "{\"lifecycle\":\"WEAK\"}"));
    write_one(f, delete_subject(f, "s", 1));
    write_one(f, raw("{\"type\":\"KEK\",\"name\":\"k\"}",
                     "{\"kmsType\":\"t\",\"kmsKeyId\":\"i\"}"));
    write_one(f, raw("{\"type\":\"DEK\",\"kekName\":\"k\",\"subject\":\"s\","
                     "\"algorithm\":\"AES256_SIV\",\"version\":1}",
                     "{\"encryptedKeyMaterial\":\"bQ==\"}"));
}

static char *run_fsck(struct fixture *f, bool *is_clean)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf report;
    size_t len;
    sma_buf_init(&report, 0);
    if (sma_store_fsck(f->dir, &report, is_clean, &err))
        fail_msg("fsck: %s", err.message);
    sma_buf_putc(&report, '\n');
    return sma_buf_take(&report, &len);
}

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

static const struct row {
    const char *name, *sql, *finding;
} rows[] = {
    {"text", "UPDATE schemas SET text = 'A' WHERE text = 'a'", "I9: table schemas: row 1"},
    {"digest", "UPDATE schemas SET digest = zeroblob(32)", "differs in digest"},
    {"sizes", "UPDATE schemas SET text_bytes = 9", "differs in text_bytes"},
    {"metadata", "UPDATE schemas SET metadata = '{}'", "differs in metadata"},
    {"deleted flag", "UPDATE versions SET is_deleted = 0",
     "table versions: row 2 (s) differs in "
     "is_deleted"},
    {"uuid", "UPDATE versions SET uuid = zeroblob(16)", "differs in uuid"},
    {"time", "UPDATE versions SET ts_ms = ts_ms + 1", "differs in ts_ms"},
    {"row lost", "DELETE FROM versions WHERE version = 2",
     "table versions: row 3 (s) is only in the replayed state"},
    {"row too many",
     "INSERT INTO versions SELECT subject, 3, context, id, schema_key, type, is_deleted, position, "
     "ts_ms, uuid FROM versions WHERE version = 2",
     "table versions: row 4 (s) is only in the kept state"},
    {"two schemas under an id", "UPDATE versions SET id = 1 WHERE version = 2",
     "I2: id 1 of context . stands for 2 schemas"},
    {"highest id", "UPDATE contexts SET max_id = 1 WHERE context = '.'",
     "I4: context . has id 2 above its highest 1"},
    {"counts", "UPDATE contexts SET ids = 7", "differs in ids"},
    {"subject counts", "UPDATE subjects SET live_versions = 2", "table subjects: row 1"},
    {"config", "UPDATE configs SET json = '{}'", "table configs: row 1 () differs in json"},
    {"mode", "DELETE FROM modes", "table modes: row 1 (s) is only in the replayed state"},
    {"association", "UPDATE associations SET guid = 'x'", "table associations: row 1 (s)"},
    {"stamp", "UPDATE stamps SET position = 1 WHERE scope = 'c:'", "table stamps"},
    {"stamp of a subject", "UPDATE subjects SET position = 1", "table subjects: row 1"},
    {"stamp of a context", "UPDATE contexts SET position = 1", "table contexts: row 1"},
    {"reference", "UPDATE schema_references SET name = 'q'", "table schema_references"},
    {"referrer", "DELETE FROM referrers", "table referrers: row 1 (s)"},
    {"dangling reference", "UPDATE referrers SET target_version = 9",
     "I7: subject :.c:u version 1 refers to s version 9, which is not there"},
    {"history value",
     "UPDATE history SET value = replace(value, '\\\"b\\\"', 'x') WHERE position = 2;"
     "UPDATE history SET value = replace(value, '\"b\"', '\"q\"') WHERE position = 2",
     "table schemas: row 2"},
    {"history key", "UPDATE history SET key = '{}' WHERE position = 2",
     "history: position 2 does not apply: record: \"keytype\" is not a string"},
    {"history row lost", "DELETE FROM history WHERE position = 2", "history: position 3 follows 1"},
    {"history end lost", "DELETE FROM history WHERE position >= 7", "table versions: row 2"},
    {"kek", "UPDATE keks SET is_shared = 1", "table keks: row 1 (k) differs in is_shared"},
    {"dek", "DELETE FROM deks", "table deks: row 1 (k) is only in the replayed state"},
    {"foreign key",
     "PRAGMA foreign_keys = OFF; UPDATE versions SET schema_key = 99 WHERE "
     "version = 2",
     "foreign key: versions row refers to nothing in schemas"},
    {"index",
     "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
     "'CREATE INDEX versions_by_id ON versions (context, id, is_deleted, ts_ms)' "
     "WHERE name = 'versions_by_id'",
     "integrity: "},
};

static void tampering_is_found(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    bool is_clean = true;
    fixture_folder(&f);
    fixture_open(&f);
    fill(&f);
    expect_clean(&f);
    meddle(&f, row->sql);
    char *report = run_fsck(&f, &is_clean);
    if (is_clean || !strstr(report, row->finding))
        fail_msg("%s: want \"%s\" in:\n%s", row->name, row->finding, report);
    free(report);
    fixture_remove(&f);
}

static const struct story {
    const char *name;
    const char *finding; /* NULL: clean */
    struct {
        char kind; /* P put, D soft delete, T tombstone, M mode */
        const char *subject;
        int version, id;
        const char *text;
    } steps[8];
} stories[] = {
    {"ids and versions in order",
     NULL,
     {{'P', "s", 1, 1, "a"}, {'P', "s", 2, 2, "b"}, {'P', "t", 1, 1, "a"}}},
    {"top version reused after a hard delete",
     NULL,
     {{'P', "s", 1, 1, "a"}, {'P', "s", 2, 2, "b"}, {'T', "s", 2, 0, NULL}, {'P', "s", 2, 3, "c"}}},
    {"registered again over its tombstone",
     NULL,
     {{'P', "s", 1, 1, "a"},
      {'D', "s", 1, 0, NULL},
      {'T', "s", 1, 0, NULL},
      {'P', "s", 2, 1, "a"}}},
    {"rewritten row", NULL, {{'P', "s", 1, 1, "a"}, {'P', "s", 1, 1, "a"}}},
    {"version skipped",
     "I5: position 2: version 3 of subject \"s\" follows version 1",
     {{'P', "s", 1, 1, "a"}, {'P', "s", 3, 2, "b"}}},
    {"first version is not 1", "I5: position 1: version 2", {{'P', "s", 2, 1, "a"}}},
    {"tombstones of another subject are no excuse",
     "I5: position 3: version 2 of subject \"s\"",
     {{'P', "t", 1, 1, "a"}, {'T', "t", 1, 0, NULL}, {'P', "s", 2, 2, "b"}}},
    {"id handed out twice",
     "I4: position 3: the id of version 1 of subject \"t\" was handed out before",
     {{'P', "s", 1, 1, "a"}, {'T', "s", 1, 0, NULL}, {'P', "t", 1, 1, "b"}}},
    {"id of a dropped content comes back with it",
     NULL,
     {{'P', "s", 1, 1, "a"}, {'T', "s", 1, 0, NULL}, {'P', "t", 1, 1, "a"}}},
    {"an import chooses freely",
     NULL,
     {{'M', "", 0, 0, "IMPORT"},
      {'P', "s", 7, 9, "a"},
      {'T', "s", 7, 0, NULL},
      {'P', "t", 4, 9, "b"}}},
    {"an import of one subject only",
     "I5: position 3: version 4 of subject \"t\"",
     {{'M', "s", 0, 0, "IMPORT"}, {'P', "s", 7, 9, "a"}, {'P', "t", 4, 1, "b"}}},
    {"a subject's own mode hides the import around it",
     "I5: position 3: version 7 of subject \"s\"",
     {{'M', "", 0, 0, "IMPORT"}, {'M', "s", 0, 0, "READWRITE"}, {'P', "s", 7, 9, "a"}}},
    {"an import of a context", NULL, {{'M', ":.c:", 0, 0, "IMPORT"}, {'P', ":.c:s", 7, 9, "a"}}},
    {"an import of everything",
     NULL,
     {{'M', ":.__GLOBAL:", 0, 0, "FORWARD"}, {'P', ":.c:s", 7, 9, "a"}}},
};

static struct sma_record mode(struct fixture *f, const char *scope, const char *name)
{
    struct sma_buf key, value;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_mode_key(&key, sma_str_z(scope));
    sma_record_mode_value(&value, sma_str_z(scope), sma_str_z(name));
    struct sma_str k = text_of(f, &key);
    return (struct sma_record){k, text_of(f, &value)};
}

static void history_is_audited(void **state)
{
    const struct story *story = *state;
    struct fixture f;
    bool is_clean;
    fixture_folder(&f);
    fixture_open(&f);
    for (size_t i = 0; i < SMA_COUNT(story->steps) && story->steps[i].kind; i++) {
        const char *subject = story->steps[i].subject, *text = story->steps[i].text;
        int version = story->steps[i].version;
        switch (story->steps[i].kind) {
        case 'P':
            write_one(&f, put(&f, subject, version, story->steps[i].id, text));
            break;
        case 'D':
            write_one(&f, delete_subject(&f, subject, version));
            break;
        case 'T':
            write_one(&f, drop(&f, subject, version));
            break;
        default:
            write_one(&f, mode(&f, subject, text));
            break;
        }
    }
    fixture_close(&f);
    char *report = run_fsck(&f, &is_clean);
    if (is_clean != !story->finding || (story->finding && !strstr(report, story->finding)))
        fail_msg("%s: %s", story->name, report);
    free(report);
    fixture_remove(&f);
}

static void long_reports_are_cut(void **state)
{
    struct fixture *f = *state;
    bool is_clean = true;
    static char subject[201];
    memset(subject, 's', sizeof subject - 1);
    for (int i = 1; i <= 1500; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        write_one(f, put(f, subject, 2 * i, i, text));
        sma_arena_reset(&f->arena);
    }
    fixture_close(f);
    char *report = run_fsck(f, &is_clean);
    assert_false(is_clean);
    assert_true(strlen(report) < 300000);
    assert_non_null(strstr(report, "more was found than fits here"));
    free(report);
}

/* fsck must not need a clean shutdown: the log of a crashed server is part of the data. */
static void reads_what_is_only_in_the_log(void **state)
{
    struct fixture *f = *state;
    struct fixture copy;
    char command[256];
    bool is_clean = false;
    fill(f);
    fixture_folder(&copy);
    snprintf(command, sizeof command, "cp %s/schemata.db %s/schemata.db-wal %s", f->dir, f->dir,
             copy.dir);
    assert_int_equal(system(command), 0);
    char *report = run_fsck(&copy, &is_clean);
    if (!is_clean)
        fail_msg("%s", report);
    free(report);
    fixture_open(&copy);
    expect_rows(&copy, ":.c:u/1 id=1 u\ns/1 id=1 a -\ns/2 id=2 b\n");
    fixture_remove(&copy);
}

static bool show_import(void *ctx, const struct sma_import *import)
{
    snprintf(ctx, 128, "%d..%d %lld of %lld, %lld to %lld", import->feed[0], import->uuid[15],
             (long long)import->position, (long long)import->goal, (long long)import->begun_ms,
             (long long)import->updated_ms);
    return true;
}

/* An import that was under way goes on in the folder that the history was replayed into. */
static void rebuilding_keeps_the_journal_of_imports(void **state)
{
    struct fixture *f = *state, made;
    struct sma_error err = SMA_ERROR_INIT;
    char shown[128] = "";
    int64_t records;
    fill(f);
    fixture_close(f);
    meddle(f, "INSERT INTO imports VALUES (x'07000000000000000000000000000000', 3, "
              "x'00000000000000000000000000000009', 5, 11, 12)");
    fixture_folder(&made);
    if (sma_store_rebuild(f->dir, made.dir, &records, &err))
        fail_msg("rebuild: %s", err.message);
    fixture_open(&made);
    assert_int_equal(sma_view_imports(look(&made), show_import, shown, &err), SMA_OK);
    assert_string_equal(shown, "7..9 3 of 5, 11 to 12");
    fixture_remove(&made);
}

int main(void)
{
    struct CMUnitTest tampering[SMA_COUNT(rows)], history[SMA_COUNT(stories)];
    const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(long_reports_are_cut, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(reads_what_is_only_in_the_log, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(rebuilding_keeps_the_journal_of_imports, fixture_setup,
                                        fixture_teardown),
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tampering[i] =
            (struct CMUnitTest){rows[i].name, tampering_is_found, NULL, NULL, (void *)&rows[i]};
    for (size_t i = 0; i < SMA_COUNT(stories); i++)
        history[i] = (struct CMUnitTest){stories[i].name, history_is_audited, NULL, NULL,
                                         (void *)&stories[i]};
    int failures = _cmocka_run_group_tests("tampering", tampering, SMA_COUNT(rows), NULL, NULL);
    failures += _cmocka_run_group_tests("history", history, SMA_COUNT(stories), NULL, NULL);
    failures += cmocka_run_group_tests(others, NULL, NULL);
    return failures != 0;
}
