#include "store/state/sql.h"

/* A version row with its content; the order is what sma_row_read expects. */
#define ROW_COLUMNS                                                                                \
    "v.subject, v.version, v.id, v.type, v.is_deleted, v.ts_ms, v.uuid, v.position, "              \
    "v.schema_key, s.guid, s.reference_count, s.metadata, s.rule_set, s.text "
#define ROW_TABLES "versions v JOIN schemas s ON s.schema_key = v.schema_key "
#define ROW "SELECT " ROW_COLUMNS "FROM " ROW_TABLES
#define ASSOC                                                                                      \
    "SELECT subject, resource_namespace, resource_name, resource_type, association_type, "         \
    "resource_id, guid, lifecycle, is_frozen, create_ts_ms, update_ts_ms FROM associations "
#define ASSOC_ORDER                                                                                \
    "ORDER BY resource_name, resource_namespace, resource_type, association_type, subject"

#define DEK                                                                                        \
    "SELECT kek_name, subject, algorithm, encrypted_key_material, version, is_deleted, ts_ms "     \
    "FROM deks "

#define IMPORT "SELECT feed, position, uuid, goal, begun_ms, updated_ms FROM imports "

static const struct {
    const char *name, *text;
} statements[SMA_SQL_COUNT] = {
    [SMA_SQL_BEGIN] = {"begin", "BEGIN"},
    [SMA_SQL_BEGIN_IMMEDIATE] = {"begin", "BEGIN IMMEDIATE"},
    [SMA_SQL_COMMIT] = {"commit", "COMMIT"},
    [SMA_SQL_ROLLBACK] = {"rollback", "ROLLBACK"},
    [SMA_SQL_SAVEPOINT] = {"savepoint", "SAVEPOINT operation"},
    [SMA_SQL_RELEASE] = {"release", "RELEASE operation"},
    [SMA_SQL_UNDO] = {"undo", "ROLLBACK TO operation"},

    [SMA_SQL_HISTORY_INSERT] =
        {"history insert", "INSERT INTO history (ts_ms, uuid, key, value) VALUES (?1, ?2, ?3, ?4)"},
    [SMA_SQL_HISTORY_LAST] = {"history position", "SELECT ifnull(max(position), 0) FROM history"},
    [SMA_SQL_HISTORY_AFTER] = {"history", "SELECT position, ts_ms, uuid, key, value FROM history "
                                          "WHERE position > ?1 ORDER BY position"},
    [SMA_SQL_HISTORY_HEAD] = {"history head",
                              "SELECT position, key FROM history ORDER BY position DESC LIMIT 1"},
    [SMA_SQL_IMPORT_GET] = {"import", IMPORT "WHERE feed = ?1"},
    [SMA_SQL_IMPORT_LIST] = {"imports", IMPORT "ORDER BY feed"},
    [SMA_SQL_IMPORT_SET] =
        {"import", "INSERT INTO imports (feed, position, uuid, goal, begun_ms, updated_ms) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (feed) DO UPDATE SET "
                   "position = ?2, uuid = ?3, goal = ?4, updated_ms = ?6"},
    [SMA_SQL_STAMP_SET] = {"stamp", "INSERT INTO stamps (scope, position) VALUES (?1, ?2) "
                                    "ON CONFLICT (scope) DO UPDATE SET position = ?2"},
    [SMA_SQL_STAMP_GET] = {"stamp", "SELECT position FROM stamps WHERE scope = ?1"},
    [SMA_SQL_STAMP_OF_SUBJECT] = {"stamp", "SELECT position FROM subjects WHERE subject = ?1"},
    [SMA_SQL_STAMP_OF_CONTEXT] = {"stamp", "SELECT position FROM contexts WHERE context = ?1"},

    [SMA_SQL_CONTEXT_GET] = {"context",
                             "SELECT is_listed, max_id FROM contexts WHERE context = ?1"},
    [SMA_SQL_CONTEXT_LIST] = {"contexts",
                              "SELECT context FROM contexts WHERE is_listed = 1 ORDER BY context"},
    [SMA_SQL_CONTEXT_SET_LISTED] = {"context",
                                    "INSERT INTO contexts VALUES (?1, ?2, 0, 0, 0, 0, 0) "
                                    "ON CONFLICT (context) DO UPDATE SET is_listed = ?2"},
    [SMA_SQL_CONTEXT_COUNT] =
        {"context count",
         "INSERT INTO contexts (context, is_listed, max_id, live_subjects, live_versions, ids, "
         "position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (context) DO UPDATE SET "
         "is_listed = max(is_listed, ?2), max_id = max(max_id, ?3), "
         "live_subjects = live_subjects + ?4, live_versions = live_versions + ?5, ids = ids + ?6, "
         "position = ?7"},
    [SMA_SQL_TOTALS] = {"totals", "SELECT sum(live_subjects), sum(live_versions), sum(ids), "
                                  "sum(is_listed) FROM contexts"},

    [SMA_SQL_SCHEMA_BY_GUID] = {"schema", "SELECT schema_key, digest FROM schemas WHERE guid = ?1"},
    [SMA_SQL_SCHEMA_GUID] = {"schema", "SELECT guid FROM schemas WHERE schema_key = ?1"},
    [SMA_SQL_SCHEMA_INSERT] = {"schema insert",
                               "INSERT INTO schemas (guid, digest, text_bytes, reference_count, "
                               "metadata, rule_set, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
    [SMA_SQL_SCHEMA_SET_METADATA] = {"schema update",
                                     "UPDATE schemas SET metadata = ?2 WHERE schema_key = ?1"},
    [SMA_SQL_SCHEMA_IN_USE] = {"schema", "SELECT 1 FROM versions WHERE schema_key = ?1 LIMIT 1"},
    [SMA_SQL_SCHEMA_DELETE] = {"schema delete", "DELETE FROM schemas WHERE schema_key = ?1"},
    [SMA_SQL_REFERENCE_INSERT] = {"reference insert",
                                  "INSERT INTO schema_references (schema_key, ordinal, name, "
                                  "subject, version) VALUES (?1, ?2, ?3, ?4, ?5)"},
    [SMA_SQL_REFERENCE_LIST] = {"references", "SELECT name, subject, version FROM "
                                              "schema_references WHERE schema_key = ?1 "
                                              "ORDER BY ordinal"},
    [SMA_SQL_REFERENCE_DELETE] = {"reference delete",
                                  "DELETE FROM schema_references WHERE schema_key = ?1"},

    [SMA_SQL_SUBJECT_SET] =
        {"subject", "INSERT INTO subjects (subject, all_versions, live_versions, position) "
                    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subject) DO UPDATE SET "
                    "all_versions = ?2, live_versions = ?3, position = ?4"},
    [SMA_SQL_SUBJECT_DELETE] = {"subject delete", "DELETE FROM subjects WHERE subject = ?1"},
    [SMA_SQL_SUBJECT_GET] = {"subject",
                             "SELECT all_versions, live_versions FROM subjects WHERE subject = ?1"},
    [SMA_SQL_SUBJECT_RANGE] = {"subjects",
                               "SELECT subject, all_versions, live_versions FROM subjects "
                               "WHERE subject >= ?1 AND subject < ?2 ORDER BY subject"},
    [SMA_SQL_SUBJECT_WALK] = {"subjects",
                              "SELECT subject, all_versions, live_versions, position FROM subjects "
                              "WHERE subject >= ?1 AND subject < ?2 ORDER BY subject"},
    /* A prefix of the unqualified name in every context, in the order of the qualified names, from
     * the one at ?3 on. */
    [SMA_SQL_SUBJECT_PREFIX_EVERYWHERE] =
        {"subjects",
         "SELECT s.subject, s.all_versions, s.live_versions FROM contexts c CROSS JOIN subjects s "
         "ON s.subject >= max(':' || c.context || ':' || ?1, ?3) "
         "AND s.subject < ':' || c.context || ':' || ?2 WHERE c.context <> '.' "
         "UNION ALL SELECT subject, all_versions, live_versions FROM subjects "
         "WHERE subject >= max(?1, ?3) AND subject < ?2 "
         "AND NOT (subject >= ':.' AND subject < ':/') "
         "ORDER BY 1"},

    [SMA_SQL_VERSION_STORED] = {"version", "SELECT id, schema_key, is_deleted FROM "
                                           "versions WHERE subject = ?1 AND version = ?2"},
    [SMA_SQL_VERSION_INSERT] =
        {"version insert",
         "INSERT INTO versions (subject, version, context, id, schema_key, type, is_deleted, "
         "position, ts_ms, uuid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    [SMA_SQL_VERSION_UPDATE] = {"version update",
                                "UPDATE versions SET id = ?3, schema_key = ?4, type = ?5, "
                                "is_deleted = ?6, position = ?7, ts_ms = ?8 "
                                "WHERE subject = ?1 AND version = ?2"},
    [SMA_SQL_VERSION_DELETE] = {"version delete",
                                "DELETE FROM versions WHERE subject = ?1 AND version = ?2"},
    [SMA_SQL_VERSION_SOFT_DELETE_UP_TO] =
        {"soft delete", "UPDATE versions SET is_deleted = 1 "
                        "WHERE subject = ?1 AND version <= ?2 AND is_deleted = 0"},
    [SMA_SQL_VERSION_LIVE_UP_TO] =
        {"versions", "SELECT v.id, s.guid, v.schema_key, s.reference_count FROM " ROW_TABLES
                     "WHERE v.subject = ?1 AND v.version <= ?2 AND v.is_deleted = 0"},
    [SMA_SQL_VERSION_SOFT_DELETED_RANGE] =
        {"versions", "SELECT subject, version FROM versions "
                     "WHERE subject >= ?1 AND subject < ?2 AND is_deleted = 1 "
                     "ORDER BY subject, version"},
    [SMA_SQL_ID_BOUND] = {"id", "SELECT schema_key FROM versions "
                                "WHERE context = ?1 AND id = ?2 LIMIT 1"},
    [SMA_SQL_REFERRER_INSERT] =
        {"referrer insert", "INSERT OR IGNORE INTO referrers (target, target_version, subject, "
                            "version) VALUES (?1, ?2, ?3, ?4)"},
    [SMA_SQL_REFERRER_DELETE] = {"referrer delete",
                                 "DELETE FROM referrers WHERE target = ?1 AND target_version = ?2 "
                                 "AND subject = ?3 AND version = ?4"},

    [SMA_SQL_VERSION_GET] = {"version", ROW "WHERE v.subject = ?1 AND v.version = ?2 "
                                            "AND v.is_deleted BETWEEN ?3 AND ?4"},
    [SMA_SQL_VERSION_LATEST] = {"version", ROW "WHERE v.subject = ?1 "
                                               "AND v.is_deleted BETWEEN ?2 AND ?3 "
                                               "ORDER BY v.version DESC LIMIT 1"},
    [SMA_SQL_VERSION_NUMBERS] =
        {"versions", "SELECT v.version, v.id, v.is_deleted, s.text_bytes, s.reference_count "
                     "FROM " ROW_TABLES
                     "WHERE v.subject = ?1 AND v.is_deleted BETWEEN ?2 AND ?3 ORDER BY v.version"},
    [SMA_SQL_VERSION_ROWS] = {"versions", ROW "WHERE v.subject = ?1 "
                                              "AND v.is_deleted BETWEEN ?2 AND ?3 "
                                              "ORDER BY v.version LIMIT -1 OFFSET ?4"},
    [SMA_SQL_VERSION_OF_SCHEMA] = {"versions",
                                   ROW "WHERE v.schema_key = ?1 AND v.context = ?2 AND v.id = ?3 "
                                       "AND v.subject = ?4 AND v.is_deleted BETWEEN ?5 AND ?6 "
                                       "ORDER BY v.version DESC"},
    [SMA_SQL_ID_NEWEST] = {"id", ROW "WHERE v.context = ?1 AND v.id = ?2 AND v.is_deleted = ?3 "
                                     "ORDER BY v.position DESC LIMIT 1"},
    [SMA_SQL_ID_POSITION] = {"id", "SELECT position FROM versions "
                                   "WHERE context = ?1 AND id = ?2 AND is_deleted = ?3 "
                                   "ORDER BY position DESC LIMIT 1"},
    [SMA_SQL_ID_ROWS] =
        {"id", "SELECT subject, version, id, type, is_deleted, ts_ms, uuid, position, schema_key "
               "FROM versions WHERE context = ?1 AND id = ?2 AND is_deleted BETWEEN ?3 AND ?4 "
               "ORDER BY subject, position"},
    [SMA_SQL_ID_NEXT] = {"id", "SELECT id FROM versions "
                               "WHERE schema_key = ?1 AND context = ?2 AND id > ?3 "
                               "ORDER BY id LIMIT 1"},
    [SMA_SQL_CONTEXT_ID_NEXT] = {"id", "SELECT context, id FROM versions "
                                       "WHERE schema_key = ?1 AND (context, id) > (?2, ?3) "
                                       "ORDER BY context, id LIMIT 1"},
    [SMA_SQL_REFERRER_ROWS] = {"referrers",
                               "SELECT " ROW_COLUMNS "FROM referrers r "
                               "JOIN versions v ON v.subject = r.subject AND v.version = r.version "
                               "JOIN schemas s ON s.schema_key = v.schema_key "
                               "WHERE r.target = ?1 AND r.target_version = ?2 "
                               "AND v.is_deleted BETWEEN ?3 AND ?4 ORDER BY r.subject, r.version"},
    [SMA_SQL_REFERRED_VERSIONS] =
        {"referrers", "SELECT DISTINCT r.target_version FROM referrers r "
                      "CROSS JOIN versions t ON t.subject = r.target "
                      "AND t.version = r.target_version AND t.is_deleted BETWEEN ?2 AND ?3 "
                      "CROSS JOIN versions v ON v.subject = r.subject AND v.version = r.version "
                      "AND v.is_deleted BETWEEN ?4 AND ?5 "
                      "WHERE r.target = ?1 AND r.subject <> ?1 ORDER BY r.target_version"},

    [SMA_SQL_CONFIG_GET] = {"config", "SELECT json FROM configs WHERE scope = ?1"},
    [SMA_SQL_CONFIG_RANGE] = {"config", "SELECT scope FROM configs WHERE scope >= ?1 "
                                        "AND scope < ?2 ORDER BY scope"},
    [SMA_SQL_CONFIG_ALIASES] = {"aliases",
                                "SELECT scope, json FROM configs WHERE scope >= ?1 AND scope < ?2 "
                                "AND instr(json, '\"alias\":') ORDER BY scope"},
    [SMA_SQL_CONFIG_SET] = {"config", "INSERT INTO configs (scope, json) VALUES (?1, ?2) "
                                      "ON CONFLICT (scope) DO UPDATE SET json = ?2"},
    [SMA_SQL_CONFIG_DELETE] = {"config", "DELETE FROM configs WHERE scope = ?1"},
    [SMA_SQL_MODE_GET] = {"mode", "SELECT mode FROM modes WHERE scope = ?1"},
    [SMA_SQL_MODE_RANGE] = {"mode", "SELECT scope FROM modes WHERE scope >= ?1 "
                                    "AND scope < ?2 ORDER BY scope"},
    [SMA_SQL_MODE_SET] = {"mode", "INSERT INTO modes (scope, mode) VALUES (?1, ?2) "
                                  "ON CONFLICT (scope) DO UPDATE SET mode = ?2"},
    [SMA_SQL_MODE_DELETE] = {"mode", "DELETE FROM modes WHERE scope = ?1"},

    [SMA_SQL_ASSOC_SET] =
        {"association",
         "INSERT INTO associations (subject, resource_namespace, resource_name, resource_type, "
         "association_type, resource_id, guid, lifecycle, is_frozen, create_ts_ms, update_ts_ms) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (subject, "
         "resource_namespace, resource_name, resource_type, association_type) DO UPDATE SET "
         "resource_id = ?6, guid = ?7, lifecycle = ?8, is_frozen = ?9, create_ts_ms = ?10, "
         "update_ts_ms = ?11"},
    [SMA_SQL_ASSOC_DELETE] =
        {"association", "DELETE FROM associations WHERE subject = ?1 AND resource_namespace = ?2 "
                        "AND resource_name = ?3 AND resource_type = ?4 AND association_type = ?5"},
    [SMA_SQL_ASSOC_ALL] = {"associations", ASSOC ASSOC_ORDER},
    [SMA_SQL_ASSOC_BY_SUBJECT] = {"associations", ASSOC "WHERE subject = ?1 " ASSOC_ORDER},
    [SMA_SQL_ASSOC_BY_NAME] = {"associations", ASSOC "WHERE resource_name = ?1 " ASSOC_ORDER},
    [SMA_SQL_ASSOC_BY_NAMESPACE] = {"associations",
                                    ASSOC "WHERE resource_namespace = ?1 " ASSOC_ORDER},
    [SMA_SQL_ASSOC_BY_NAME_THERE] =
        {"associations", ASSOC "WHERE resource_name = ?1 AND resource_namespace = ?2 " ASSOC_ORDER},
    [SMA_SQL_ASSOC_BY_RESOURCE_ID] = {"associations", ASSOC "WHERE resource_id = ?1 " ASSOC_ORDER},

    [SMA_SQL_KEK_SET] =
        {"kek", "INSERT INTO keks (name, kms_type, kms_key_id, kms_props, doc, is_shared, "
                "is_deleted, position, ts_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                "ON CONFLICT (name) DO UPDATE SET kms_type = ?2, kms_key_id = ?3, kms_props = ?4, "
                "doc = ?5, is_shared = ?6, is_deleted = ?7, position = ?8, ts_ms = ?9"},
    [SMA_SQL_KEK_DELETE] = {"kek delete", "DELETE FROM keks WHERE name = ?1"},
    [SMA_SQL_KEK_GET] = {"kek", "SELECT name, kms_type, kms_key_id, kms_props, doc, is_shared, "
                                "is_deleted, ts_ms FROM keks WHERE name = ?1"},
    [SMA_SQL_KEK_NAMES] = {"keks", "SELECT name FROM keks WHERE is_deleted BETWEEN ?1 AND ?2 "
                                   "ORDER BY name"},
    [SMA_SQL_KEK_NAMES_BY_SUBJECT] =
        {"keks", "SELECT DISTINCT d.kek_name FROM deks d WHERE d.subject >= ?1 AND d.subject < ?2 "
                 "AND d.is_deleted BETWEEN ?3 AND ?4 AND EXISTS (SELECT 1 FROM keks k "
                 "WHERE k.name = d.kek_name AND k.is_deleted BETWEEN ?3 AND ?4)"},
    [SMA_SQL_KEK_IN_USE] = {"deks", "SELECT 1 FROM deks WHERE kek_name = ?1 "
                                    "AND is_deleted BETWEEN ?2 AND ?3 LIMIT 1"},
    [SMA_SQL_DEK_SET] =
        {"dek", "INSERT INTO deks (kek_name, subject, algorithm, version, is_deleted, position, "
                "ts_ms, encrypted_key_material) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                "ON CONFLICT (kek_name, subject, algorithm, version) DO UPDATE SET "
                "is_deleted = ?5, position = ?6, ts_ms = ?7, encrypted_key_material = ?8"},
    [SMA_SQL_DEK_DELETE] = {"dek delete", "DELETE FROM deks WHERE kek_name = ?1 AND subject = ?2 "
                                          "AND algorithm = ?3 AND version = ?4"},
    [SMA_SQL_DEK_GET] = {"dek", DEK "WHERE kek_name = ?1 AND subject = ?2 AND algorithm = ?3 "
                                    "AND version = ?4 AND is_deleted BETWEEN ?5 AND ?6"},
    [SMA_SQL_DEK_LATEST] = {"dek", DEK "WHERE kek_name = ?1 AND subject = ?2 AND algorithm = ?3 "
                                       "AND is_deleted BETWEEN ?4 AND ?5 "
                                       "ORDER BY version DESC LIMIT 1"},
    [SMA_SQL_DEK_SUBJECTS] = {"deks", "SELECT DISTINCT subject FROM deks WHERE kek_name = ?1 "
                                      "AND is_deleted BETWEEN ?2 AND ?3 ORDER BY subject"},
    [SMA_SQL_DEK_VERSIONS] = {"deks", "SELECT version FROM deks WHERE kek_name = ?1 "
                                      "AND subject = ?2 AND algorithm = ?3 "
                                      "AND is_deleted BETWEEN ?4 AND ?5 ORDER BY version"},
    [SMA_SQL_KEY_COUNT] = {"keys", "SELECT (SELECT count(*) FROM keks) + "
                                   "(SELECT count(*) FROM deks)"},
};

const char *sma_sql_text(enum sma_sql sql)
{
    return statements[sql].text;
}

const char *sma_sql_name(enum sma_sql sql)
{
    return statements[sql].name;
}
