/* Records in the form of the `_schemas` topic: byte-exact keys (compaction compares bytes), values
 * in the original's field order, and the way back. Source: confluent-rest 14.2, 14.3.
 *
 * Writing appends to a sma_buf: check it once at the end. Subjects are qualified and normalized; a
 * scope is a subject, ":.ctx:" for a context, "" for the default context's global setting,
 * ":.__GLOBAL:" for the global context. */
#ifndef SMA_STORE_RECORD_H
#define SMA_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "store/store.h"

/* Key and value of a record together, in bytes (ARCHITECTURE section 8): what sma_txn_append takes,
 * else SMA_ELIMIT. */
#define SMA_RECORD_BYTES_MAX (8u << 20)

/* ---- keys ---------------------------------------------------------------------------------- */

void sma_record_schema_key(struct sma_buf *out, struct sma_str subject, int32_t version);
void sma_record_config_key(struct sma_buf *out, struct sma_str scope);
void sma_record_mode_key(struct sma_buf *out, struct sma_str scope);
void sma_record_delete_subject_key(struct sma_buf *out, struct sma_str subject);
void sma_record_clear_subject_key(struct sma_buf *out, struct sma_str scope);
void sma_record_noop_key(struct sma_buf *out);
/* context: with its dot. */
void sma_record_context_key(struct sma_buf *out, struct sma_str context);

struct sma_assoc_key {
    struct sma_str resource_name;
    struct sma_str resource_namespace;
    struct sma_str resource_type;    /* "topic" */
    struct sma_str association_type; /* "key", "value" */
    struct sma_str subject;          /* qualified */
};
void sma_record_assoc_key(struct sma_buf *out, const struct sma_assoc_key *key);

/* Keys of the `_dek_registry_keys` topic: no keytype, no magic. */
void sma_record_kek_key(struct sma_buf *out, struct sma_str name);
void sma_record_dek_key(struct sma_buf *out, const struct sma_dek_key *key);

/* ---- values -------------------------------------------------------------------------------- */

/* Uses subject, version, id, type, is_deleted and content of `row`. With a sealed form of the
 * metadata that is what is written, and the content's hash beside it (confluent-rest 17.6). */
void sma_record_schema_value(struct sma_buf *out, const struct sma_version *row);

enum sma_tristate { SMA_UNSET, SMA_FALSE, SMA_TRUE };

/* A stored config; every part may be unset (ptr NULL, SMA_UNSET). JSON parts are object texts. */
struct sma_record_config {
    struct sma_str alias;
    struct sma_str alias_for_deks; /* the subject whose deks are used */
    enum sma_tristate normalize, validate_fields, validate_new_schemas, validate_rules;
    struct sma_str compatibility_level; /* upper case */
    struct sma_str compatibility_policy;
    struct sma_str compatibility_group;
    struct sma_str default_metadata, override_metadata; /* JSON */
    struct sma_str default_rule_set, override_rule_set; /* JSON */
};
void sma_record_config_value(struct sma_buf *out, struct sma_str scope,
                             const struct sma_record_config *config);
void sma_record_mode_value(struct sma_buf *out, struct sma_str scope, struct sma_str mode);
/* watermark: highest version that the deletion covers. */
void sma_record_delete_subject_value(struct sma_buf *out, struct sma_str subject,
                                     int32_t watermark);
void sma_record_clear_subject_value(struct sma_buf *out, struct sma_str scope);
void sma_record_context_value(struct sma_buf *out, struct sma_str context);

struct sma_assoc {
    struct sma_assoc_key key;
    struct sma_str guid;
    struct sma_str resource_id;
    struct sma_str lifecycle; /* "STRONG", "WEAK" */
    bool is_frozen;
    int64_t create_ts_ms;
};
void sma_record_assoc_value(struct sma_buf *out, const struct sma_assoc *assoc);

void sma_record_kek_value(struct sma_buf *out, const struct sma_kek *kek);
void sma_record_dek_value(struct sma_buf *out, const struct sma_dek *dek);

/* ---- reading ------------------------------------------------------------------------------- */

enum sma_key_type {
    SMA_KEY_SCHEMA,
    SMA_KEY_CONFIG,
    SMA_KEY_MODE,
    SMA_KEY_DELETE_SUBJECT,
    SMA_KEY_CLEAR_SUBJECT,
    SMA_KEY_NOOP,
    SMA_KEY_CONTEXT,
    SMA_KEY_ASSOC,
    SMA_KEY_KEK,
    SMA_KEY_DEK
};

struct sma_record_key {
    enum sma_key_type type;
    struct sma_str subject; /* or scope, normalized; "" when the key names none */
    int32_t version;        /* SCHEMA */
    struct sma_str context; /* CONTEXT */
    struct sma_assoc_key assoc;
    struct sma_dek_key dek; /* DEK; KEK: kek_name alone */
};

/* Results are views into `json` and `arena`. SMA_EINVAL for what is no key (the reader then skips
 * the record), SMA_EUNSUPPORTED for a key type or tenant this build does not know, SMA_ENOMEM. The
 * order of members does not matter; `"subject":null` is the same as no subject. */
enum sma_status sma_record_parse_key(struct sma_record_key *out, struct sma_arena *arena,
                                     struct sma_str json, struct sma_error *err) SMA_MUST_CHECK;

struct sma_record_schema {
    int32_t id;
    struct sma_str type; /* "AVRO" when the value does not say */
    bool is_deleted;
    struct sma_content content; /* hash not filled in */
    bool has_md5;
    uint8_t md5[SMA_HASH_LEN]; /* stated by the record */
};

/* The values, one function per key type. SMA_EINVAL when the value is not of that shape, also when
 * its subject or version contradicts the key's. */
enum sma_status sma_record_parse_schema(struct sma_record_schema *out, struct sma_arena *arena,
                                        const struct sma_record_key *key, struct sma_str json,
                                        struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_record_parse_config(struct sma_record_config *out, struct sma_arena *arena,
                                        struct sma_str json, struct sma_error *err) SMA_MUST_CHECK;
/* The mode; ptr NULL when it is null, which removes the setting. */
enum sma_status sma_record_parse_mode(struct sma_str *mode, struct sma_arena *arena,
                                      struct sma_str json, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_record_parse_watermark(int32_t *version, struct sma_arena *arena,
                                           struct sma_str json,
                                           struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_record_parse_assoc(struct sma_assoc *out, struct sma_arena *arena,
                                       const struct sma_record_key *key, struct sma_str json,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* Name, subject, algorithm and version come from the key; ts_ms stays 0. A dek without
 * encryptedKeyMaterial is valid here: its kek is shared. */
enum sma_status sma_record_parse_kek(struct sma_kek *out, struct sma_arena *arena,
                                     const struct sma_record_key *key, struct sma_str json,
                                     struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_record_parse_dek(struct sma_dek *out, struct sma_arena *arena,
                                     const struct sma_record_key *key, struct sma_str json,
                                     struct sma_error *err) SMA_MUST_CHECK;

#endif
