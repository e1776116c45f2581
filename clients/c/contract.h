/* The rules of a schema that run when its messages go one way, in the order in which they run, and the tags and
 * properties of its metadata. Made once per schema and direction; immutable. */
#ifndef SMA_CLIENT_CONTRACT_H
#define SMA_CLIENT_CONTRACT_H

#include "base/arena.h"
#include "clients/c/schema.h"

/* Of one list; what a registry lets through is far below. */
#define SMA_CLIENT_RULES_MAX 1000u

struct sma_client_tags {
    const struct sma_str *items;
    size_t count;
};

/* Strings are NUL-terminated; ptr NULL: absent. */
struct sma_client_rule {
    struct sma_str name, type, doc, expr;
    struct sma_str mode, on_success, on_failure; /* the part for this direction */
    bool is_condition, is_encoding;
    struct sma_client_tags tags;
    const schemata_kv_t *params;
    size_t param_count;
};

/* A pattern of field names and the tags they get. */
struct sma_client_tagged {
    struct sma_str pattern;
    struct sma_client_tags tags;
};

struct sma_client_contract {
    struct sma_arena arena;
    struct sma_client_rule *rules;
    size_t count;
    const struct sma_client_tagged *tagged;
    size_t tagged_count;
    const schemata_kv_t *properties;
    size_t property_count;
};

/* Reads the rules of `schema` that are meant for that direction: enabled, of mode WRITE, READ or WRITEREAD,
 * and enabled in `environment` ("ALL", or the client's; NULL: none set).
 *
 * out       NULL when there are none.
 * Returns   SCHEMATA_ERR_SERVER for a rule set or metadata that make no sense; SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_contract_new(struct sma_client_contract **out,
                                          const schemata_schema_t *schema, bool writes,
                                          const char *environment, schemata_error_t **err);
void sma_client_contract_free(struct sma_client_contract *contract);

/* The name of the first enabled rule that migrates messages to newer versions (UPGRADE, UPDOWN); ptr NULL
 * when there is none. The text lives in `arena`. */
schemata_status_t sma_client_contract_migration(struct sma_str *name, struct sma_str *type,
                                                struct sma_arena *arena,
                                                const schemata_schema_t *schema,
                                                schemata_error_t **err);

/* The rule's parameter, else the property; ptr NULL when neither is there. */
struct sma_str sma_client_contract_param(const struct sma_client_contract *contract,
                                         const struct sma_client_rule *rule, const char *name);
/* Is a field with that name and those tags of the schema meant by the rule? A rule without tags means all. */
bool sma_client_contract_means(const struct sma_client_contract *contract,
                               const struct sma_client_rule *rule, struct sma_str field,
                               bool (*has_tag)(void *ctx, struct sma_str tag), void *ctx);
/* True when the rule is left out because another one with the same tags, kind, mode and type does its work:
 * the first of them counts when writing, the last in the list when reading. That is the one that comes first
 * here in both cases. */
bool sma_client_contract_is_repeated(const struct sma_client_contract *contract,
                                     const struct sma_client_rule *rule);

/* `?` is one character of a name, `*` any number of them, `**` any number across the dots between names. */
bool sma_client_wildcard_match(struct sma_str pattern, struct sma_str text);

#endif
