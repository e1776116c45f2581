/* A scope's configuration: what is stored, how an update merges into it, and what a scope's chain
 * amounts to (confluent-rest 3, 12). */
#ifndef SMA_REGISTRY_CONFIG_H
#define SMA_REGISTRY_CONFIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/compat/compat.h"
#include "core/json/json.h"
#include "core/json/writer.h"
#include "registry/rules.h"
#include "store/record.h"

/* Every member may be unset: ptr NULL, SMA_UNSET, has_level false. */
struct sma_config {
    struct sma_str alias, alias_for_deks;
    enum sma_tristate normalize, validate_fields, validate_new_schemas, validate_rules;
    bool has_level;
    enum sma_level level;
    struct sma_str policy; /* "STRICT", "LENIENT", "LOGICAL" */
    struct sma_str group;  /* compatibilityGroup */
    const struct sma_metadata *default_metadata, *override_metadata;
    const struct sma_rule_set *default_rule_set, *override_rule_set;
};

/* One bit per member that a request names; a named member that is unset in `values` is cleared. */
enum sma_config_member {
    SMA_CONFIG_ALIAS,
    SMA_CONFIG_ALIAS_FOR_DEKS,
    SMA_CONFIG_NORMALIZE,
    SMA_CONFIG_VALIDATE_FIELDS,
    SMA_CONFIG_VALIDATE_NEW_SCHEMAS,
    SMA_CONFIG_VALIDATE_RULES,
    SMA_CONFIG_LEVEL,
    SMA_CONFIG_POLICY,
    SMA_CONFIG_GROUP,
    SMA_CONFIG_DEFAULT_METADATA,
    SMA_CONFIG_OVERRIDE_METADATA,
    SMA_CONFIG_DEFAULT_RULE_SET,
    SMA_CONFIG_OVERRIDE_RULE_SET
};

struct sma_config_update {
    struct sma_config values;
    unsigned named; /* 1u << member */
};

/* Reads a PUT body (an object). 42203 for an unknown level, 400 for wrong types; an unknown policy
 * becomes unset, as in the original. Rule sets are not validated here. Strings may be views into
 * the JSON's. */
enum sma_status sma_config_update_read(struct sma_config_update *out, struct sma_arena *arena,
                                       const struct sma_json *body,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* Named members replace, the others stay. */
void sma_config_apply(struct sma_config *config, const struct sma_config_update *update);

/* Reads a stored value, and the way back: what sma_record_config_value writes. An unknown level
 * counts as unset. */
enum sma_status sma_config_parse(struct sma_config *out, struct sma_arena *arena,
                                 struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_config_record(struct sma_record_config *out, struct sma_arena *arena,
                                  const struct sma_config *config,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* The name under which the level is written. */
#define SMA_LEVEL_MEMBER "compatibilityLevel"   /* GET and DELETE answers */
#define SMA_LEVEL_UPDATE_MEMBER "compatibility" /* PUT bodies and their answers */

/* Writes the members that are set, in the original's order, without the braces. With
 * `keep_empty_text` empty texts are written too (the answer to a PUT leaves out only null).
 * Rendering of metadata and rule sets needs `arena`. */
enum sma_status sma_config_write(struct sma_json_writer *w, struct sma_arena *arena,
                                 const struct sma_config *config, const char *level_member,
                                 bool keep_empty_text, struct sma_error *err) SMA_MUST_CHECK;

/* Any default or override: then the register fast path is off (confluent-rest 7.1). */
bool sma_config_has_contract(const struct sma_config *config);

#endif
