/* Every statement against the query planner: nothing scans a table, nothing sorts what an index
 * could give in order. And every statement when memory runs out: the write fails, the state stays
 * whole. */
#include <sqlite3.h>

#include "store/state/sql.h"
#include "tests/unit/store/helper.h"

/* ---- plans --------------------------------------------------------------------------------- */

/* What a plan may contain although it is no search. */
static const struct {
    enum sma_sql sql;
    const char *detail;
} accepted[] = {
    /* All contexts, in the order of their key. */
    {SMA_SQL_CONTEXT_LIST, "SCAN contexts"},
    {SMA_SQL_TOTALS, "SCAN contexts"},
    {SMA_SQL_SUBJECT_PREFIX_EVERYWHERE, "SCAN c"},
    {SMA_SQL_SUBJECT_PREFIX_EVERYWHERE, "USE TEMP B-TREE FOR ORDER BY"},
    /* All keks, in the order of their key; all keys, counted once per creation. */
    {SMA_SQL_KEK_NAMES, "SCAN keks"},
    {SMA_SQL_KEK_NAMES_BY_SUBJECT, "USE TEMP B-TREE FOR DISTINCT"},
    {SMA_SQL_KEY_COUNT, "SCAN CONSTANT ROW"},
    {SMA_SQL_KEY_COUNT, "SCAN keks"},
    {SMA_SQL_KEY_COUNT, "SCAN deks USING COVERING INDEX deks_by_subject"},
    /* All imports, in the order of their key. */
    {SMA_SQL_IMPORT_LIST, "SCAN imports"},
    /* The last row of the history, by its key. */
    {SMA_SQL_HISTORY_HEAD, "SCAN history"},
    /* Rows of one id: as many as the answer has. */
    {SMA_SQL_ID_ROWS, "USE TEMP B-TREE FOR ORDER BY"},
    /* All associations, in the order of the listing. */
    {SMA_SQL_ASSOC_ALL, "SCAN associations USING INDEX associations_by_name"},
};

static bool is_accepted(enum sma_sql sql, const char *detail)
{
    for (size_t i = 0; i < SMA_COUNT(accepted); i++)
        if (accepted[i].sql == sql && !strcmp(accepted[i].detail, detail))
            return true;
    return false;
}

static void check_plan(sqlite3 *conn, enum sma_sql sql)
{
    char text[2048];
    sqlite3_stmt *stmt;
    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sma_sql_text(sql));
    if (sqlite3_prepare_v2(conn, text, -1, &stmt, NULL))
        fail_msg("%s: %s", text, sqlite3_errmsg(conn));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(stmt, 3);
        bool is_suspect = strstr(detail, "SCAN") || strstr(detail, "TEMP B-TREE");
        if (is_suspect && !is_accepted(sql, detail))
            fail_msg("%s\n  plan: %s", sma_sql_text(sql), detail);
    }
    sqlite3_finalize(stmt);
}

static void plans_are_searches(void **state)
{
    struct fixture *f = *state;
    char path[128];
    sqlite3 *conn;
    fixture_close(f);
    snprintf(path, sizeof path, "%s/schemata.db", f->dir);
    assert_int_equal(sqlite3_open(path, &conn), SQLITE_OK);
    for (int sql = SMA_SQL_HISTORY_INSERT; sql < SMA_SQL_COUNT; sql++) {
        if (!sma_sql_text((enum sma_sql)sql) || !sma_sql_name((enum sma_sql)sql))
            fail_msg("statement %d has no text", sql);
        check_plan(conn, (enum sma_sql)sql);
    }
    sqlite3_close(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plans_are_searches, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
