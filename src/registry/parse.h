/* Text to parsed schema: the format is found, references are loaded, the result is cached by its
 * whole source, so a cached schema can never be out of date. */
#ifndef SMA_REGISTRY_PARSE_H
#define SMA_REGISTRY_PARSE_H

#include "core/schema/schema.h"
#include "registry/references.h"

struct sma_parse_source {
    struct sma_str type; /* "AVRO" …; empty = AVRO */
    struct sma_str text;
    struct sma_str context; /* where the schema lives: unqualified references mean this one */
    const struct sma_reference *references;
    size_t reference_count;
};

struct sma_parse_how {
    bool is_new;       /* new-schema rules: strict names and defaults, live reference targets */
    bool is_unchecked; /* IMPORT: no validation, no normalization */
    bool validate_fields;
    bool normalize;
};

/* Parses, normalizes when asked to, and gives the schema with a reference for the caller.
 * schema->references has -1 replaced. `closure`, may be NULL, receives what the references lead to.
 *
 * Returns  42201 for an unknown type, a broken schema, a bad reference and whatever limit the
 * source exceeds, with the original's words where it has some. */
enum sma_status sma_parse_schema(struct sma_schema **out, struct sma_closure *closure,
                                 struct sma_loader *loader, const struct sma_parse_source *source,
                                 const struct sma_parse_how *how,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* A stored version, by the lax rules. */
enum sma_status sma_parse_row(struct sma_schema **out, struct sma_loader *loader,
                              const struct sma_version *row, struct sma_error *err) SMA_MUST_CHECK;

/* For the handle: parsed schemas as cache values. */
extern const struct sma_cache_value_ops sma_parsed_ops;

#endif
