/* The names of rules and the page of each: what `schemata explain` prints. The rules of the
 * compatibility engines keep their wording and advice in the engine; what is here adds the example
 * and the story. Rules of this program's own (validity, references, lint) are here whole. */
#ifndef SMA_CLI_RULES_H
#define SMA_CLI_RULES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "core/compat/finding.h"
#include "core/schema/schema.h"

/* "avro/type-mismatch" for the Avro engine's TYPE_MISMATCH. ptr NULL when out of memory. */
struct sma_str sma_rule_name(struct sma_arena *arena, const struct sma_format *format,
                             const struct sma_rule *rule);
/* The i-th rule's name, ptr NULL past the end. */
struct sma_str sma_rule_at(struct sma_arena *arena, size_t i);
/* One line; the name itself for an unknown rule. */
struct sma_str sma_rule_title(struct sma_arena *arena, struct sma_str name);
/* Appends the page. False when there is no such rule. */
bool sma_rule_page(struct sma_buf *out, struct sma_str name);

/* ---- the parts ---- */

/* A rule of this program's own. */
struct sma_own_rule {
    const char *name, *title, *story, *example, *fix;
};
extern const struct sma_own_rule sma_own_rules[]; /* closed by name NULL */
/* What an engine's rule looks like: a schema before and after. */
struct sma_rule_example {
    const char *id, *story, *before, *after;
};
extern const struct sma_rule_example sma_avro_examples[];  /* closed by id NULL */
extern const struct sma_rule_example sma_proto_examples[]; /* closed by id NULL */
/* Appends the JSON Schema rule's example: "before" and "after" lines. False without one. */
bool sma_json_example(struct sma_buf *out, struct sma_str id);

#endif
