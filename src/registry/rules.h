/* Rule sets of data contracts: stored, validated, merged and returned; never executed here
 * (confluent-rest 3, 7.2, 17.2). */
#ifndef SMA_REGISTRY_RULES_H
#define SMA_REGISTRY_RULES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/json/json.h"
#include "registry/metadata.h"

enum sma_rule_list { SMA_RULES_MIGRATION, SMA_RULES_DOMAIN, SMA_RULES_ENCODING, SMA_RULE_LISTS };

/* A rule as sent. ptr NULL = absent; kind and mode always hold a name. */
struct sma_contract_rule {
    struct sma_str name, doc, kind, mode, type, expr, on_success, on_failure;
    struct sma_names tags;
    struct sma_properties params;
    bool is_disabled;
};

struct sma_contract_rules {
    struct sma_contract_rule *items; /* order is significant */
    size_t count;
};

struct sma_rule_set {
    struct sma_contract_rules lists[SMA_RULE_LISTS];
    struct sma_str enable_at; /* ptr NULL = absent */
};

/* Reads the JSON of a request or of a stored row. *out is NULL for NULL and null. Strings may be
 * views into the JSON's. 400 for wrong types and unknown kinds, modes and enableAt. Validity of the
 * rules is sma_rule_set_validate's business. */
enum sma_status sma_rule_set_read(const struct sma_rule_set **out, struct sma_arena *arena,
                                  const struct sma_json *value, const char *name,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* The same from text; ptr NULL gives NULL. */
enum sma_status sma_rule_set_parse(const struct sma_rule_set **out, struct sma_arena *arena,
                                   struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
/* Normalized text; NULL gives ptr NULL with SMA_OK. */
enum sma_status sma_rule_set_text(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_rule_set *rules,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* 42210 with the original's words. NULL is valid. */
enum sma_status sma_rule_set_validate(const struct sma_rule_set *rules,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* `newer` over `older`, either may be NULL: per list, old rules whose name appears in the new list
 * go, the new ones are appended. *out is NULL when both are. */
enum sma_status sma_rule_set_merge(const struct sma_rule_set **out, struct sma_arena *arena,
                                   const struct sma_rule_set *older,
                                   const struct sma_rule_set *newer,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* A copy without the rules of these names, in every list. NULL stays NULL. */
enum sma_status sma_rule_set_without(const struct sma_rule_set **out, struct sma_arena *arena,
                                     const struct sma_rule_set *rules,
                                     const struct sma_names *names,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* Domain and encoding rules with `encrypt.kms.key.id` but no kek get one named after the key, and keys
 * named "arn:…" their service. *rules becomes a copy in `arena`; NULL stays NULL. For rules that come
 * in, not for stored ones. */
enum sma_status sma_rule_set_name_keks(const struct sma_rule_set **rules, struct sma_arena *arena,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* True when some rule has this type. */
bool sma_rule_set_has_type(const struct sma_rule_set *rules, struct sma_str type);

#endif
