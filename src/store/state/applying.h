/* What the parts of apply share. Private to this folder. */
#ifndef SMA_STORE_STATE_APPLYING_H
#define SMA_STORE_STATE_APPLYING_H

#include "store/identity.h"
#include "store/record.h"
#include "store/state/apply.h"
#include "store/state/db.h"

/* One record on its way in. */
struct sma_applying {
    struct sma_db *db;
    const struct sma_log_entry *entry;
    struct sma_record_key key;
    struct sma_arena *arena; /* scratch, gone with the record */
    struct sma_touched *touched;
    bool is_ignored;
    struct sma_error *reason; /* why it is ignored */
    struct sma_error *err;
};

/* ---- by key type, one file each ------------------------------------------------------------ */

enum sma_status sma_apply_schema(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_delete_subject(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_clear_subject(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_config(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_mode(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_context(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_assoc(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_kek(struct sma_applying *a) SMA_MUST_CHECK;
enum sma_status sma_apply_dek(struct sma_applying *a) SMA_MUST_CHECK;

/* ---- shared steps -------------------------------------------------------------------------- */

static inline bool sma_applying_is_tombstone(const struct sma_applying *a)
{
    return !a->entry->record.value.ptr;
}

/* Turns the failure of reading a record into "ignored"; other failures stay. Messages of both kinds
 * are in a->reason. */
enum sma_status sma_applying_ignore(struct sma_applying *a, enum sma_status st) SMA_MUST_CHECK;

/* Leaves a stamp and a touched key: 'c', 'm', 'r', 'a' or 'd' and what it is about. */
enum sma_status sma_applying_stamp(struct sma_applying *a, char kind,
                                   struct sma_str scope) SMA_MUST_CHECK;
/* A touched key only; a NULL key is out of memory. */
enum sma_status sma_applying_touch(struct sma_applying *a, struct sma_str key) SMA_MUST_CHECK;
/* The touched keys of a row that came, went or changed. */
enum sma_status sma_applying_touch_row(struct sma_applying *a, struct sma_str context, int32_t id,
                                       const uint8_t hash[SMA_HASH_LEN]) SMA_MUST_CHECK;

/* ---- contents ------------------------------------------------------------------------------ */

/* Key of the schemas row with this hash, 0 when there is none. *is_same: its digest is `digest` as
 * well. */
enum sma_status sma_contents_find(struct sma_applying *a, const uint8_t hash[SMA_HASH_LEN],
                                  const uint8_t digest[SMA_DIGEST_LEN], int64_t *schema_key,
                                  bool *is_same) SMA_MUST_CHECK;
enum sma_status sma_contents_add(struct sma_applying *a, const struct sma_record_schema *row,
                                 const uint8_t hash[SMA_HASH_LEN],
                                 const uint8_t digest[SMA_DIGEST_LEN],
                                 int64_t *schema_key) SMA_MUST_CHECK;
/* Another encryption of the same metadata (confluent-rest 17.6). */
enum sma_status sma_contents_set_metadata(struct sma_applying *a, int64_t schema_key,
                                          struct sma_str metadata) SMA_MUST_CHECK;
enum sma_status sma_contents_hash(struct sma_applying *a, int64_t schema_key,
                                  uint8_t hash[SMA_HASH_LEN]) SMA_MUST_CHECK;
/* Removes the content when no version carries it any more. */
enum sma_status sma_contents_drop_unused(struct sma_applying *a, int64_t schema_key) SMA_MUST_CHECK;

/* ---- version rows -------------------------------------------------------------------------- */

struct sma_stored_version {
    int32_t id;
    int64_t schema_key;
    bool is_deleted;
};

enum sma_status sma_rows_find(struct sma_applying *a, struct sma_str subject, int32_t version,
                              struct sma_stored_version *out, bool *is_found) SMA_MUST_CHECK;
/* Schema that an id stands for, 0 when none. */
enum sma_status sma_rows_bound(struct sma_applying *a, struct sma_str context, int32_t id,
                               int64_t *schema_key) SMA_MUST_CHECK;
/* Removes a row and what only it kept: referrers, content, subject, the id's binding. Stamps. */
enum sma_status sma_rows_remove(struct sma_applying *a, struct sma_str subject, int32_t version,
                                const struct sma_stored_version *row) SMA_MUST_CHECK;

/* Changes of the counts that come with a row. */
struct sma_count_change {
    int all, live;  /* versions of the subject */
    int ids;        /* distinct ids of the context */
    int32_t max_id; /* id seen, 0 for none */
    bool is_listed; /* the context exists from now on */
};
/* Counts, and leaves the stamps and touched keys of the subject's versions ('s') and the context's
 * ids
 * ('x'), also when nothing changed. `subject` must be counted before its first row is inserted and
 * after its last one is deleted: it comes and goes with that. */
enum sma_status sma_rows_count(struct sma_applying *a, struct sma_str subject,
                               const struct sma_count_change *change) SMA_MUST_CHECK;

enum sma_status sma_referrers_add(struct sma_applying *a, struct sma_str subject, int32_t version,
                                  int64_t schema_key) SMA_MUST_CHECK;
enum sma_status sma_referrers_remove(struct sma_applying *a, struct sma_str subject,
                                     int32_t version, int64_t schema_key) SMA_MUST_CHECK;

/* Stamps those that a row of `subject` with this content refers to: their referrers changed. */
enum sma_status sma_referrers_stamp(struct sma_applying *a, struct sma_str subject,
                                    int64_t schema_key) SMA_MUST_CHECK;

#endif
