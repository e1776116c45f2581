/* The server's settings: one table names every key, its type, default and meaning; the properties
 * file, SCHEMA_REGISTRY_* variables and command-line flags all go through it. Confluent's names are
 * used where the meaning is the same; our own begin with "schemata.". */
#ifndef SMA_SERVER_SETTINGS_H
#define SMA_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SMA_LISTENERS_MAX 8

struct sma_listener_setting {
    struct sma_str host; /* numeric address or name; "" = all */
    uint16_t port;       /* 0 = any free one */
};

enum sma_rule_sets { SMA_RULE_SETS_STORE, SMA_RULE_SETS_DROP, SMA_RULE_SETS_REFUSE };

struct sma_settings {
    struct sma_arena arena; /* owns the strings */

    struct sma_listener_setting listeners[SMA_LISTENERS_MAX];
    size_t listener_count;
    struct sma_str data_dir;
    bool is_ephemeral;
    struct sma_str port_file; /* empty = none */

    struct sma_str compatibility_level; /* a valid level name */
    bool validate_fields;
    bool validate_new_schemas;
    bool reject_empty_subject;
    bool strict_reference_versions;
    bool mode_mutability;
    bool has_associations;
    struct sma_str rule_sets; /* store, drop or refuse */
    struct sma_str group_id;
    struct sma_str deployment_attributes; /* comma list */
    int64_t schema_limit_default, schema_limit_max;
    int64_t subject_limit_default, subject_limit_max;
    int64_t version_limit_default, version_limit_max;
    int64_t context_limit_default, context_limit_max;
    int64_t kek_limit_default, kek_limit_max;
    int64_t dek_subject_limit_default, dek_subject_limit_max;
    int64_t dek_version_limit_default, dek_version_limit_max;

    int64_t keys_max;            /* keks and deks */
    struct sma_str encoder_secret, encoder_old_secret; /* of sensitive metadata */
    int64_t kms_timeout_ms;      /* of one call to a key service */
    struct sma_str local_secret; /* of the local key service */
    struct sma_str vault_address, vault_ca; /* the only Vault talked to; a PEM file */
    struct sma_str vault_token, vault_namespace, vault_role_id, vault_secret_id;

    int64_t body_bytes_max;
    int64_t connections_max;
    int64_t idle_timeout_ms;
    int64_t request_timeout_ms; /* to receive one whole request */
    int64_t drain_timeout_ms;
    bool gzip;
    struct sma_str response_headers; /* response.http.headers.config */
    int64_t loops;                   /* 0 = one per processor, at most 4 */
    int64_t workers;                 /* 0 = a sensible number */
    int64_t cache_bytes;
    struct sma_str access_log; /* "off", "stdout", "stderr" or a file */
};

/* Fills in the defaults. */
void sma_settings_init(struct sma_settings *settings);
void sma_settings_fini(struct sma_settings *settings);

/* Sets one key from text. `where` names the place for messages ("file.properties:12", "--listen").
 * SMA_EINVAL with the nearest known name for an unknown key, with the allowed values for a bad one,
 * and for a key whose protection this build does not have (TLS, authentication): silence would be
 * unsafe. A key that means nothing here gives SMA_OK and a line on `warnings` (may be NULL). */
enum sma_status sma_settings_set(struct sma_settings *settings, struct sma_str key,
                                 struct sma_str value, const char *where, FILE *warnings,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* True when the key is in the table (or an older name of one that is). */
bool sma_settings_knows(struct sma_str key);
/* Adds a listener "host:port", "[v6]:port", "http://host:port" or ":port". The first call replaces
 * the default. */
enum sma_status sma_settings_add_listener(struct sma_settings *settings, struct sma_str text,
                                          const char *where, struct sma_error *err) SMA_MUST_CHECK;

/* Reads a Java-style .properties file. Unknown keys are errors that name file and line. */
enum sma_status sma_settings_read_file(struct sma_settings *settings, const char *path,
                                       FILE *warnings, struct sma_error *err) SMA_MUST_CHECK;
/* Takes SCHEMA_REGISTRY_FOO_BAR as foo.bar (`__` is `_`, `___` is `-`). Unknown names are left
 * alone: container images set many. */
enum sma_status sma_settings_read_environment(struct sma_settings *settings,
                                              char *const *environment, FILE *warnings,
                                              struct sma_error *err) SMA_MUST_CHECK;

/* Checks that the values fit together. */
enum sma_status sma_settings_check(const struct sma_settings *settings,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* Every key with its type, default and meaning, for `serve --help-settings`. */
void sma_settings_describe(FILE *out);
/* Writes the effective values as properties, for `serve --check-config`. */
void sma_settings_print(const struct sma_settings *settings, FILE *out);

enum sma_rule_sets sma_settings_rule_sets(const struct sma_settings *settings);

#endif
