/* The store: every change is a record; `apply` turns records into relational state; queries read
 * that state. SQLite stays behind this header (src/store/state). The log engine that orders records
 * is behind src/store/log (embedded: a table of the same file).
 *
 *   writer thread:  queue -> BEGIN IMMEDIATE -> per operation SAVEPOINT, fn() appends records,
 *                   each is logged and applied -> COMMIT (one fsync per batch) -> done() per operation
 *   readers:        a pool of read-only connections; one `struct sma_view` = one snapshot
 *
 * Subjects are always in normalized qualified form here: "name" in the default context,
 * ":.ctx:name" elsewhere. Contexts are written with their leading dot, the default one ".". */
#ifndef SMA_STORE_STORE_H
#define SMA_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "core/schema/schema.h"

#define SMA_HASH_LEN 16

struct sma_store;
struct sma_view; /* a connection with prepared statements, inside one snapshot */
struct sma_txn;  /* one operation inside the writer's batch */

/* ---- opening ------------------------------------------------------------------------------------ */

struct sma_store_options {
    const char *data_dir; /* created when missing; NULL with is_ephemeral */
    bool is_ephemeral;    /* a private temporary folder, removed on close */
    size_t readers;       /* read connections at most; 0 = a sensible number */
    size_t queue_max;     /* operations waiting at most, else SMA_EBUSY; 0 = 1024 */
    size_t batch_max;     /* operations per commit; 0 = 64 */
    uint64_t wal_max_bytes; /* 0 = 64 MiB */
    uint64_t max_bytes;     /* of the database file: writes beyond give SMA_EFULL; 0 = no limit */
    /* Milliseconds since the epoch for new records; NULL = the system clock. Tests set it. */
    int64_t (*now_ms)(void *ctx);
    void *now_ctx;
    /* Called on the writer's thread when a commit's outcome is unknown (I/O error). The default
     * prints one line and _exit(70)s: never go on after that. */
    void (*on_fatal)(void *ctx, const char *message);
    void *fatal_ctx;
    /* Encrypts sensitive metadata in new records (seal.h); empty = it is stored as it is. With an old
     * secret, what was encrypted with that is read too. Looked at by sma_store_open only. */
    struct sma_str encoder_secret, encoder_old_secret;
};

/* Opens, migrates, takes the lock file and starts the writer. SMA_EBUSY when another process has the
 * folder; SMA_EINVAL for a file from a newer version, a changed migration or a gap. */
enum sma_status sma_store_open(struct sma_store **out, const struct sma_store_options *options,
                               struct sma_error *err) SMA_MUST_CHECK;
/* Finishes what is queued, checkpoints, closes. NULL is fine. */
void sma_store_close(struct sma_store *store);
/* The sealed form of a metadata text (seal.h), for the content of a new record; ptr NULL when nothing
 * in it is sensitive, or nothing is encrypted here. Threads: safe. */
enum sma_status sma_store_seal(struct sma_str *out, const struct sma_store *store,
                               struct sma_arena *arena, struct sma_str metadata,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The folder in use (also of an ephemeral store), for the start-up line. */
const char *sma_store_dir(const struct sma_store *store);

/* ---- rows --------------------------------------------------------------------------------------- */

/* The content that an id stands for. Views into the caller's arena. */
struct sma_content {
    uint8_t hash[SMA_HASH_LEN]; /* MD5 of text, references, metadata, rules = the guid's bytes */
    struct sma_str text;        /* canonical */
    const struct sma_reference *references;
    size_t reference_count;
    struct sma_str metadata; /* JSON object text; ptr NULL = null (differs from "{}") */
    /* The form in which `metadata` is stored when its sensitive values are encrypted (seal.h); ptr
     * NULL when it is stored as it is. `hash` is always the plain content's. */
    struct sma_str sealed;
    struct sma_str rule_set; /* JSON object text; ptr NULL = null */
};

struct sma_version {
    struct sma_str subject; /* qualified */
    int32_t version;
    int32_t id;
    struct sma_str type; /* "AVRO", … */
    bool is_deleted;     /* soft */
    int64_t ts_ms;       /* of the record that wrote the row */
    uint8_t uuid[16];    /* stable random identity from birth */
    struct sma_content content;
};

/* ---- reading ------------------------------------------------------------------------------------ */

/* Takes a reader from the pool (waits for one) and begins a snapshot. */
enum sma_status sma_store_view(struct sma_view **out, struct sma_store *store,
                               struct sma_error *err) SMA_MUST_CHECK;
/* Ends the snapshot and gives the reader back. NULL is fine. */
void sma_view_release(struct sma_view *view);

/* Which rows count. */
enum sma_deleted {
    SMA_LIVE,         /* not soft-deleted */
    SMA_WITH_DELETED, /* all */
    SMA_ONLY_DELETED
};

/* All queries: results are copied into `arena`; SMA_ENOTFOUND (without message) when a single thing
 * is not there, an empty list otherwise; SMA_EIO, SMA_ENOMEM. `view` may also be a transaction's
 * (sma_txn_view), then they see its own uncommitted effects. */

/* One version; deleted says which rows count. */
enum sma_status sma_view_version(struct sma_view *view, struct sma_arena *arena,
                                 struct sma_str subject, int32_t version, enum sma_deleted deleted,
                                 struct sma_version *out, struct sma_error *err) SMA_MUST_CHECK;
/* The highest version. */
enum sma_status sma_view_latest(struct sma_view *view, struct sma_arena *arena,
                                struct sma_str subject, enum sma_deleted deleted,
                                struct sma_version *out, struct sma_error *err) SMA_MUST_CHECK;
/* The same without its content, of which only the hash is filled in: for lists, where reading the
 * texts would be most of the work. */
enum sma_status sma_view_latest_head(struct sma_view *view, struct sma_arena *arena,
                                     struct sma_str subject, enum sma_deleted deleted,
                                     struct sma_version *out, struct sma_error *err) SMA_MUST_CHECK;
/* Numbers, ascending, without contents. Soft-deleted ones are flagged. */
struct sma_version_number {
    int32_t version;
    int32_t id;
    bool is_deleted;
    /* Of the row's content, so that a look-up can rule out most versions without reading them. */
    uint32_t text_bytes;
    uint32_t reference_count;
};
enum sma_status sma_view_versions(struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str subject, enum sma_deleted deleted,
                                  struct sma_version_number **out, size_t *count,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* Version rows of a subject that carry this hash, newest first. */
enum sma_status sma_view_versions_by_hash(struct sma_view *view, struct sma_arena *arena,
                                          struct sma_str subject, const uint8_t hash[SMA_HASH_LEN],
                                          enum sma_deleted deleted, struct sma_version **out,
                                          size_t *count, struct sma_error *err) SMA_MUST_CHECK;
/* The content bound to an id in a context (soft-deleted rows count). is_deleted only when every row
 * is. */
struct sma_id_row {
    int32_t id;
    /* The most recently written live row that carries the id; when every row is soft-deleted, the
     * most recently written of those. */
    struct sma_version newest;
};
enum sma_status sma_view_id(struct sma_view *view, struct sma_arena *arena, struct sma_str context,
                            int32_t id, struct sma_id_row *out,
                            struct sma_error *err) SMA_MUST_CHECK;
/* The row of exactly this subject that carries the id, the most recently written one; soft-deleted
 * rows count. SMA_ENOTFOUND when the subject does not carry it. */
enum sma_status sma_view_id_subject(struct sma_view *view, struct sma_arena *arena,
                                    struct sma_str context, int32_t id, struct sma_str subject,
                                    struct sma_version *out, struct sma_error *err) SMA_MUST_CHECK;
/* (subject, version) pairs that carry an id: of the rows that count one per subject, the most
 * recently written; in byte order of the subjects. The content is one copy that all share. */
enum sma_status sma_view_id_versions(struct sma_view *view, struct sma_arena *arena,
                                     struct sma_str context, int32_t id, enum sma_deleted deleted,
                                     struct sma_version **out, size_t *count,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* Id bound to a hash in a context. */
enum sma_status sma_view_id_by_hash(struct sma_view *view, struct sma_str context,
                                    const uint8_t hash[SMA_HASH_LEN], int32_t *id,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Contexts and ids that carry a guid, sorted by context. */
struct sma_context_id {
    struct sma_str context;
    int32_t id;
};
enum sma_status sma_view_guid_ids(struct sma_view *view, struct sma_arena *arena,
                                  const uint8_t hash[SMA_HASH_LEN], struct sma_context_id **out,
                                  size_t *count, struct sma_error *err) SMA_MUST_CHECK;
/* Any row with this content; the most recently written. */
enum sma_status sma_view_guid(struct sma_view *view, struct sma_arena *arena,
                              const uint8_t hash[SMA_HASH_LEN], struct sma_version *out,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Highest id ever seen in a context, 0 when none. */
enum sma_status sma_view_max_id(struct sma_view *view, struct sma_str context, int32_t *id,
                                struct sma_error *err) SMA_MUST_CHECK;

/* Subjects in plain byte order. context: ptr NULL = every context; prefix applies to the unqualified
 * name. SMA_ONLY_DELETED = subjects whose rows are all soft-deleted. limit 0 = no limit. */
struct sma_subject_filter {
    struct sma_str context;
    struct sma_str prefix;
    enum sma_deleted deleted;
    uint64_t offset, limit;
    struct sma_str after; /* only subjects behind this name; ptr NULL = from the first */
};
enum sma_status sma_view_subjects(struct sma_view *view, struct sma_arena *arena,
                                  const struct sma_subject_filter *filter, struct sma_str **out,
                                  size_t *count, struct sma_error *err) SMA_MUST_CHECK;
/* True when the subject has any row that counts. */
enum sma_status sma_view_has_subject(struct sma_view *view, struct sma_str subject,
                                     enum sma_deleted deleted, bool *out,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* Contexts in byte order. The default one is always there; another from its first record (CONTEXT or
 * SCHEMA) until a CONTEXT tombstone. */
enum sma_status sma_view_contexts(struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str **out, size_t *count,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* Rows that reference (subject, version), resolved to qualified subjects, by (subject, version).
 * Without contents, only content.hash is filled in: a type of general use may have very many. */
enum sma_status sma_view_referrers(struct sma_view *view, struct sma_arena *arena,
                                   struct sma_str subject, int32_t version,
                                   enum sma_deleted deleted, struct sma_version **out,
                                   size_t *count, struct sma_error *err) SMA_MUST_CHECK;

/* Versions of `subject` that count under `targets` and that some row counting under `referrers`
 * references: numbers ascending, each once. Rows of the subject itself are no referrers here (a
 * self-reference does not block the deletion of a subject). One query, however many versions. */
enum sma_status sma_view_referenced_versions(struct sma_view *view, struct sma_arena *arena,
                                             struct sma_str subject, enum sma_deleted targets,
                                             enum sma_deleted referrers, int32_t **out,
                                             size_t *count, struct sma_error *err) SMA_MUST_CHECK;

/* Version rows over many subjects, sorted by (subject, version), handed out one by one: `fn` stops
 * the walk by returning false. The row given to `fn` is valid only during the call. context, prefix
 * and deleted as in sma_subject_filter; offset and limit count rows; is_latest_only keeps of each
 * subject the highest version that counts under `deleted`. From inside `fn` other questions may be
 * asked of the view, but no listing of subjects or schemas. */
struct sma_schema_filter {
    struct sma_str context;
    struct sma_str prefix;
    enum sma_deleted deleted;
    bool is_latest_only;
    uint64_t offset, limit;
    /* Only rows behind this one (with offset 0), so that a walk can go on in another snapshot; ptr
     * NULL = from the first. */
    struct sma_str after;
    int32_t after_version;
    /* That row itself too, if it is still there; of the latest only, its subject's latest. */
    bool begins_there;
};
typedef bool sma_version_fn(void *ctx, const struct sma_version *row);
enum sma_status sma_view_schemas(struct sma_view *view, const struct sma_schema_filter *filter,
                                 sma_version_fn *fn, void *ctx,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Subjects in byte order, behind the name `after` (ptr NULL: from the first), of a context (ptr NULL: of
 * all), whatever their rows' flags. `fn` stops the walk by returning false; the row is valid during the
 * call. From inside `fn` other questions may be asked of the view, but not this one. */
struct sma_subject_row {
    struct sma_str subject;
    int64_t all_versions, live_versions;
    int64_t position; /* of the last record that touched the subject */
};
typedef bool sma_subject_row_fn(void *ctx, const struct sma_subject_row *row);
enum sma_status sma_view_subject_rows(struct sma_view *view, struct sma_str context,
                                      struct sma_str after, sma_subject_row_fn *fn, void *ctx,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* Settings of exactly this scope: a qualified subject, ":.ctx:" for a context, "" for the global
 * setting of the default context, ":.__GLOBAL:" for the global context. JSON text of the record's
 * value. SMA_ENOTFOUND when there is none. */
enum sma_status sma_view_config(struct sma_view *view, struct sma_arena *arena,
                                struct sma_str scope, struct sma_str *json,
                                struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_view_mode(struct sma_view *view, struct sma_arena *arena, struct sma_str scope,
                              struct sma_str *mode, struct sma_error *err) SMA_MUST_CHECK;

/* Scopes of subjects in a context (ptr NULL = every context) that have a setting of their own, in byte
 * order; the scope of a context itself is not listed. Subjects without versions count too. */
enum sma_setting {
    SMA_SETTING_CONFIG,
    SMA_SETTING_MODE
};
enum sma_status sma_view_setting_subjects(struct sma_view *view, struct sma_arena *arena,
                                          enum sma_setting setting, struct sma_str context,
                                          struct sma_str **out, size_t *count,
                                          struct sma_error *err) SMA_MUST_CHECK;

/* Configurations that have an alias, of the scopes that begin with `prefix` in a context (ptr NULL: of
 * all contexts, and then whatever they begin with), in byte order. `fn` stops the walk by returning
 * false; both texts are valid during the call, and nothing else may be asked of the view from inside
 * it. */
typedef bool sma_config_row_fn(void *ctx, struct sma_str scope, struct sma_str json);
enum sma_status sma_view_aliases(struct sma_view *view, struct sma_str context,
                                 struct sma_str prefix, sma_config_row_fn *fn, void *ctx,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Changes with every record that touched the scope ("s:" subject rows, "c:" config, "m:" mode, plus
 * the subject or scope; "x:" ids of a context; "r:" rows that refer to a subject, "a:" associations of
 * a subject, "n:" associations of resources with a name, "o:" associations that were given a resource
 * id, "d:" a kek and its deks). 0 when never touched. A decision made on a snapshot
 * remembers the stamps it rested on; the write looks again and answers SMA_ESTALE when one moved.
 * The stamp is the position of the last record that touched the scope: a stamp at or below a
 * snapshot's sma_view_position says that nothing moved since that snapshot. */
enum sma_status sma_view_stamp(struct sma_view *view, struct sma_str kind_and_scope,
                               int64_t *position, struct sma_error *err) SMA_MUST_CHECK;
/* Position of the last record applied. */
enum sma_status sma_view_position(struct sma_view *view, int64_t *position,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* Associations, by resource name, namespace, resource type, association type and subject. */
struct sma_assoc_row {
    struct sma_str subject, resource_namespace, resource_name, resource_type, association_type;
    struct sma_str resource_id, guid, lifecycle;
    bool is_frozen;
    int64_t create_ts_ms, update_ts_ms;
};
/* ptr NULL = any; limit 0 = no limit. */
struct sma_assoc_filter {
    struct sma_str subject;
    struct sma_str resource_id, resource_name, resource_namespace, resource_type;
    const struct sma_str *types; /* association types */
    size_t type_count;           /* 0 = any */
    struct sma_str lifecycle;
    uint64_t offset, limit;
};
enum sma_status sma_view_associations(struct sma_view *view, struct sma_arena *arena,
                                      const struct sma_assoc_filter *filter,
                                      struct sma_assoc_row **out, size_t *count,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* ---- keks and deks (confluent-rest 4.10) --------------------------------------------------- */

struct sma_kek {
    struct sma_str name;
    struct sma_str kms_type;
    struct sma_str kms_key_id;
    struct sma_str kms_props; /* JSON object */
    struct sma_str doc;       /* "" for none */
    bool is_shared;
    bool is_deleted;
    int64_t ts_ms; /* of the record that wrote it; not part of a record's value */
};

struct sma_dek_key {
    struct sma_str kek_name;
    struct sma_str subject;   /* qualified */
    struct sma_str algorithm; /* AES128_GCM, AES256_GCM or AES256_SIV */
    int32_t version;          /* from 1 */
};

struct sma_dek {
    struct sma_dek_key key;
    struct sma_str encrypted_key_material; /* base64 as it came, "" for none */
    bool is_deleted;
    int64_t ts_ms; /* as above */
};

/* A kek, soft-deleted or not. SMA_ENOTFOUND without message. Results of all these are copies in
 * `arena`. */
enum sma_status sma_view_kek(struct sma_view *view, struct sma_arena *arena, struct sma_str name,
                             struct sma_kek *out, struct sma_error *err) SMA_MUST_CHECK;
/* One version of a dek; key->version 0 is the highest that `deleted` lets through.
 * SMA_ENOTFOUND without message. */
enum sma_status sma_view_dek(struct sma_view *view, struct sma_arena *arena,
                             const struct sma_dek_key *key, enum sma_deleted deleted,
                             struct sma_dek *out, struct sma_error *err) SMA_MUST_CHECK;
/* In the order of their bytes, each once. */
enum sma_status sma_view_kek_names(struct sma_view *view, struct sma_arena *arena,
                                   enum sma_deleted deleted, struct sma_str **out, size_t *count,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* Keks that have a dek under a subject that begins with `prefix` (the qualified form, literally);
 * `deleted` is asked of both. In no order, each once. */
enum sma_status sma_view_kek_names_by_subject(struct sma_view *view, struct sma_arena *arena,
                                              struct sma_str prefix, enum sma_deleted deleted,
                                              struct sma_str **out, size_t *count,
                                              struct sma_error *err) SMA_MUST_CHECK;
/* Whether the kek has a dek at all. */
enum sma_status sma_view_kek_in_use(struct sma_view *view, struct sma_str kek_name,
                                    enum sma_deleted deleted, bool *out,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Subjects that have a dek of this kek, sorted, each once. */
enum sma_status sma_view_dek_subjects(struct sma_view *view, struct sma_arena *arena,
                                      struct sma_str kek_name, enum sma_deleted deleted,
                                      struct sma_str **out, size_t *count,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Ascending; key->version is not looked at. */
enum sma_status sma_view_dek_versions(struct sma_view *view, struct sma_arena *arena,
                                      const struct sma_dek_key *key, enum sma_deleted deleted,
                                      int32_t **out, size_t *count,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Keks and deks together, soft-deleted ones included: what dek.registry.max.keys limits. Counts
 * rows, so only creation asks. */
enum sma_status sma_view_key_count(struct sma_view *view, int64_t *count,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* Subjects with a live version, live versions, distinct ids in use, contexts; kept up to date by
 * every record, so asking costs nothing. */
struct sma_counts {
    int64_t subjects, versions, schemas, contexts, position;
};
enum sma_status sma_view_counts(struct sma_view *view, struct sma_counts *out,
                                struct sma_error *err) SMA_MUST_CHECK;

/* ---- writing ------------------------------------------------------------------------------------ */

/* Key and value in the `_schemas` form (confluent-rest 14.2, 14.3). */
struct sma_record {
    struct sma_str key;
    struct sma_str value; /* ptr NULL = tombstone */
};

/* Appends to the log and applies within the current operation. SMA_ECONFLICT when apply ignored it,
 * SMA_ELIMIT when it is larger than SMA_RECORD_BYTES_MAX (store/record.h). After any failure the
 * operation fails, whatever run() returns: an acknowledged write was always applied. */
enum sma_status sma_txn_append(struct sma_txn *txn, const struct sma_record *record,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The same for a record of another history, which keeps its time and its identity: `position` is not
 * looked at. */
struct sma_change;
enum sma_status sma_txn_append_kept(struct sma_txn *txn, const struct sma_change *change,
                                    struct sma_error *err) SMA_MUST_CHECK;
struct sma_view *sma_txn_view(struct sma_txn *txn);
/* Time of the records of this operation. */
int64_t sma_txn_now_ms(struct sma_txn *txn);

struct sma_write {
    /* Runs on the writer's thread inside a savepoint; must be short (no parsing, no long checks).
     * Any status but SMA_OK rolls this operation back and goes to done(). */
    enum sma_status (*run)(struct sma_write *write, struct sma_txn *txn, struct sma_error *err);
    /* Runs on the writer's thread after the batch was committed durably (or with the failure). Must
     * not block. The store touches `write` no more after calling it. */
    void (*done)(struct sma_write *write, enum sma_status st, const struct sma_error *err);
    struct sma_write *next; /* private */
};

/* Queues a write. SMA_EBUSY when the queue is full (done is not called then). Any thread. */
enum sma_status sma_store_submit(struct sma_store *store, struct sma_write *write,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Keys that a committed batch touched, for cache invalidation; called on the writer's thread after
 * the commit and before any done() of the batch. Same key form as sma_view_stamp, and besides, for
 * caches only (these have no stamp):
 *   "i:CONTEXT:ID"  rows that carry the id in the context ("i:.:5", "i:.ctx:7") came, went or
 *                   changed their deleted flag
 *   "h:HEX"         the same for rows with this content hash (32 lower-case hex digits)
 *   "k:"            a context came or went
 * One listener. */
typedef void sma_touched_fn(void *ctx, struct sma_str kind_and_scope);
void sma_store_on_touched(struct sma_store *store, sma_touched_fn *fn, void *ctx);
/* The same keys once more, just before the COMMIT of the batch that touched them: from here until
 * the touched call a cache must neither answer nor learn anything about them, so that no reader goes
 * back in time between the commit and its announcement. After a COMMIT that failed the touched call
 * comes all the same. One listener; set before the first write. */
void sma_store_on_touching(struct sma_store *store, sma_touched_fn *fn, void *ctx);

/* The history behind the position `after`, in order, with the records as they were written. `fn` stops
 * the walk by returning false; the change is valid during the call. */
struct sma_change {
    int64_t position, ts_ms;
    uint8_t uuid[16];
    struct sma_record record;
};
typedef bool sma_change_fn(void *ctx, const struct sma_change *change);
enum sma_status sma_view_changes(struct sma_view *view, int64_t after, sma_change_fn *fn, void *ctx,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* How far the import of another registry's history has come: a journal beside the state, committed
 * with the records that it speaks of. */
struct sma_import {
    uint8_t feed[16];  /* uuid of the other history's first record */
    int64_t position;  /* there, of the record that was taken last; 0 = none */
    uint8_t uuid[16];  /* of that record */
    int64_t goal;      /* position up to which the last export goes */
    int64_t begun_ms, updated_ms;
};
/* SMA_ENOTFOUND without message. */
enum sma_status sma_view_import(struct sma_view *view, const uint8_t feed[16],
                                struct sma_import *out, struct sma_error *err) SMA_MUST_CHECK;
/* In the order of the feeds; `fn` stops the walk by returning false. */
typedef bool sma_import_fn(void *ctx, const struct sma_import *import);
enum sma_status sma_view_imports(struct sma_view *view, sma_import_fn *fn, void *ctx,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Times are filled in. */
enum sma_status sma_txn_note_import(struct sma_txn *txn, const struct sma_import *import,
                                    struct sma_error *err) SMA_MUST_CHECK;

/* ---- upkeep ------------------------------------------------------------------------------------- */

struct sma_store_figures {
    uint64_t commits, operations, records, commit_us_total, commit_us_max, batch_max_seen;
    uint64_t queue_length, wal_bytes, checkpoints;
};
void sma_store_figures(struct sma_store *store, struct sma_store_figures *out);

/* Replays the history of a data folder into an empty file and compares the states (I9); also checks
 * SQLite's own integrity and the invariants I2, I4, I5, I7. Opens the folder read-only under the lock.
 * Differences are written as lines into `report`. SMA_OK and *is_clean. */
enum sma_status sma_store_fsck(const char *data_dir, struct sma_buf *report, bool *is_clean,
                               struct sma_error *err) SMA_MUST_CHECK;

/* Replays the history of a data folder, whose state is not looked at, into a new one: positions,
 * times and identities stay, and so does the journal of imports. *records: how many there were.
 * SMA_EINVAL when the new folder holds a registry, or the history a record that cannot be applied.
 * On failure the new folder is of no use. */
enum sma_status sma_store_rebuild(const char *from_dir, const char *to_dir, int64_t *records,
                                  struct sma_error *err) SMA_MUST_CHECK;

#endif
