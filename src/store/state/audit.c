#include "store/state/audit.h"

#include "store/qualified.h"
#include "store/record.h"
#include "store/state/apply.h"
#include "store/state/db.h"

#include <stdlib.h>

struct sma_audit {
    struct sma_db *db;
    sqlite3_stmt *max_version; /* of a subject */
    sqlite3_stmt *new_id;      /* schema that an id stands for, against what it ever stood for */
    sqlite3_stmt *remember;
    int64_t position; /* of the last record */
    /* The versions hard-deleted right before: a registration drops older rows of the same content
     * before it writes its own, and its number was chosen before that. */
    struct sma_arena run_arena;
    struct sma_str run_subject;
    int32_t run_max;
};

static enum sma_status prepare(struct sma_audit *audit, const char *sql, sqlite3_stmt **out,
                               struct sma_error *err)
{
    int rc = sqlite3_prepare_v2(audit->db->conn, sql, -1, out, NULL);
    return rc ? sma_db_fail(audit->db, rc, "audit", err) : SMA_OK;
}

enum sma_status sma_audit_new(struct sma_audit **out, struct sma_db *replayed,
                              struct sma_error *err)
{
    struct sma_audit *audit = calloc(1, sizeof *audit);
    if (!audit)
        return sma_fail_nomem(err);
    audit->db = replayed;
    sma_arena_init(&audit->run_arena, 0);
    enum sma_status st = sma_db_exec(replayed,
                                     "CREATE TEMP TABLE ever (context TEXT NOT NULL, "
                                     "id INTEGER NOT NULL, digest BLOB NOT NULL, "
                                     "PRIMARY KEY (context, id)) STRICT, WITHOUT ROWID",
                                     err);
    if (!st)
        st = prepare(audit, "SELECT ifnull(max(version), 0) FROM versions WHERE subject = ?1",
                     &audit->max_version, err);
    if (!st)
        st = prepare(audit,
                     "SELECT s.digest <> e.digest FROM versions v "
                     "JOIN schemas s ON s.schema_key = v.schema_key "
                     "JOIN ever e ON e.context = v.context AND e.id = v.id "
                     "WHERE v.subject = ?1 AND v.version = ?2",
                     &audit->new_id, err);
    if (!st)
        st = prepare(audit,
                     "INSERT INTO ever SELECT v.context, v.id, s.digest FROM versions v "
                     "JOIN schemas s ON s.schema_key = v.schema_key "
                     "WHERE v.subject = ?1 AND v.version = ?2 "
                     "ON CONFLICT (context, id) DO UPDATE SET digest = excluded.digest",
                     &audit->remember, err);
    if (!st)
        st = sma_db_begin(replayed, err);
    if (st)
        sma_audit_free(audit);
    else
        *out = audit;
    return st;
}

void sma_audit_free(struct sma_audit *audit)
{
    if (!audit)
        return;
    sqlite3_finalize(audit->max_version);
    sqlite3_finalize(audit->new_id);
    sqlite3_finalize(audit->remember);
    sma_arena_fini(&audit->run_arena);
    free(audit);
}

/* ---- questions ----------------------------------------------------------------------------- */

/* Binds subject and version (or subject alone) and reads the first column; *out unchanged without a
 * row. */
static enum sma_status ask(struct sma_audit *audit, sqlite3_stmt *stmt, struct sma_str subject,
                           int32_t version, int64_t *out, struct sma_error *err)
{
    int rc = sqlite3_bind_text64(stmt, 1, subject.ptr, subject.len, SQLITE_STATIC, SQLITE_UTF8);
    if (!rc && sqlite3_bind_parameter_count(stmt) > 1)
        rc = sqlite3_bind_int64(stmt, 2, version);
    if (!rc)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *out = sqlite3_column_int64(stmt, 0);
        rc = SQLITE_DONE;
    }
    enum sma_status st = rc == SQLITE_DONE ? SMA_OK : sma_db_fail(audit->db, rc, "audit", err);
    sqlite3_reset(stmt);
    return st;
}

static enum sma_status mode_at(struct sma_view *view, struct sma_arena *arena, struct sma_str scope,
                               struct sma_str *mode, struct sma_error *err)
{
    return scope.ptr ? sma_view_mode(view, arena, scope, mode, err) : sma_fail_nomem(err);
}

/* Whether the mode in scope lets a client choose ids and version numbers (confluent-rest 11). */
static enum sma_status may_choose(struct sma_audit *audit, struct sma_arena *arena,
                                  struct sma_str subject, bool *out, struct sma_error *err)
{
    struct sma_view view = {.db = audit->db, .position = -1};
    struct sma_str context = sma_qualified_context(subject), mode = SMA_STR("READWRITE");
    struct sma_str of_context = sma_qualified_make(arena, context, SMA_STR(""));
    enum sma_status st = mode_at(&view, arena, subject, &mode, err);
    if (st == SMA_ENOTFOUND)
        st = mode_at(&view, arena, of_context, &mode, err);
    if (st == SMA_ENOTFOUND)
        st = mode_at(&view, arena, SMA_STR(":.__GLOBAL:"), &mode, err);
    if (st && st != SMA_ENOTFOUND)
        return st;
    *out = sma_str_eqz(mode, "IMPORT") || sma_str_eqz(mode, "FORWARD");
    return SMA_OK;
}

/* ---- the record's story -------------------------------------------------------------------- */

static void note_tombstone(struct sma_audit *audit, const struct sma_record_key *key)
{
    if (!sma_str_eq(audit->run_subject, key->subject) || !audit->run_max) {
        sma_arena_reset(&audit->run_arena);
        audit->run_subject = sma_arena_copy(&audit->run_arena, key->subject);
        audit->run_max = audit->run_subject.ptr ? key->version : 0;
    } else if (key->version > audit->run_max) {
        audit->run_max = key->version;
    }
}

static enum sma_status check_number(struct sma_audit *audit, struct sma_arena *arena,
                                    const struct sma_record_key *key, int64_t position,
                                    struct sma_buf *report, struct sma_error *err)
{
    int64_t max = 0;
    bool is_free = false;
    enum sma_status st = ask(audit, audit->max_version, key->subject, 0, &max, err);
    if (st || key->version <= max || key->version == max + 1)
        return st; /* rewriting a row is no handing out */
    if (sma_str_eq(audit->run_subject, key->subject) && key->version == audit->run_max + 1)
        return SMA_OK;
    st = may_choose(audit, arena, key->subject, &is_free, err);
    if (!st && !is_free)
        sma_buf_printf(
            report, "I5: position %lld: version %d of subject \"%.*s\" follows version %lld\n",
            (long long)position, (int)key->version, SMA_STR_ARG(key->subject), (long long)max);
    return st;
}

static enum sma_status check_id(struct sma_audit *audit, struct sma_arena *arena,
                                const struct sma_record_key *key, int64_t position,
                                struct sma_buf *report, struct sma_error *err)
{
    int64_t is_other = 0, unused = 0;
    bool is_free = false;
    enum sma_status st = ask(audit, audit->new_id, key->subject, key->version, &is_other, err);
    if (!st && is_other)
        st = may_choose(audit, arena, key->subject, &is_free, err);
    if (!st && is_other && !is_free)
        sma_buf_printf(report,
                       "I4: position %lld: the id of version %d of subject \"%.*s\" was handed out "
                       "before, for another schema\n",
                       (long long)position, (int)key->version, SMA_STR_ARG(key->subject));
    return st ? st : ask(audit, audit->remember, key->subject, key->version, &unused, err);
}

static enum sma_status apply(struct sma_audit *audit, const struct sma_log_entry *entry,
                             bool *is_applied, struct sma_buf *report, struct sma_error *err)
{
    struct sma_error reason = SMA_ERROR_INIT;
    enum sma_status st = sma_apply(audit->db, entry, NULL, is_applied, &reason, err);
    if (!st && !*is_applied)
        sma_buf_printf(report, "history: position %lld does not apply: %s\n",
                       (long long)entry->position, reason.message);
    return st;
}

enum sma_status sma_audit_apply(struct sma_audit *audit, const struct sma_log_entry *entry,
                                struct sma_buf *report, struct sma_error *err)
{
    struct sma_arena arena;
    struct sma_record_key key;
    bool is_applied = false;
    enum sma_status st;
    sma_arena_init(&arena, 0);
    if (entry->position != audit->position + 1)
        sma_buf_printf(report, "history: position %lld follows %lld\n", (long long)entry->position,
                       (long long)audit->position);
    audit->position = entry->position;
    bool is_schema =
        !sma_record_parse_key(&key, &arena, entry->record.key, NULL) && key.type == SMA_KEY_SCHEMA;
    bool is_row = is_schema && entry->record.value.ptr;
    if (is_schema && !is_row)
        note_tombstone(audit, &key);
    st = is_row ? check_number(audit, &arena, &key, entry->position, report, err) : SMA_OK;
    if (!st)
        st = apply(audit, entry, &is_applied, report, err);
    if (!st && is_row && is_applied)
        st = check_id(audit, &arena, &key, entry->position, report, err);
    if (!is_schema || is_row)
        audit->run_max = 0;
    sma_arena_fini(&arena);
    return st;
}
